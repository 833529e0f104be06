import type { Operation } from './defender.js';
import { DefenderError } from './errors.js';
import { defenderError } from './map-error.js';
import { readList } from './parse.js';
import type { Transport } from './transport.js';

type Reader<T> = (value: unknown) => T | undefined;

/** One entity, or undefined for Defender's own 404. */
export async function getOne<T>(
  transport: Transport,
  operation: Operation,
  path: string,
  read: Reader<T>,
): Promise<T | undefined> {
  const body = await unlessUnknown(transport.get(operation, path));
  if (body === undefined) return undefined;
  const entity = read(body);
  if (entity === undefined) throw unreadable(operation, 'an entity without an id');
  return entity;
}

/** The entries of a list; a 404 is an empty one, because Defender says so where it has none. */
export async function getList<T>(
  transport: Transport,
  operation: Operation,
  path: string,
  read: Reader<T>,
): Promise<T[]> {
  const body = await unlessUnknown(transport.get(operation, path));
  if (body === undefined) return [];
  const entries = readList(body, read);
  if (entries === undefined) throw unreadable(operation, 'a list without its value');
  return entries;
}

async function unlessUnknown(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof DefenderError && (thrown.code === 'ResourceNotFound' || thrown.code === 'NotFound')) {
      return undefined;
    }
    throw thrown;
  }
}

function unreadable(operation: Operation, what: string): DefenderError {
  return defenderError('unreadable_answer', operation, what, { taken: 'unknown' });
}
