import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { ActionKind } from '../command/model.js';
import type { Person } from '../people/person.js';
import { type RequestState, runningStates } from '../request/life.js';
import type { Request } from '../request/request.js';
import type { Switch, Stop, UnderWay } from './control.js';
import { compiled } from './compiled.js';
import type { StoreDialect } from './dialect.js';
import { withVotes } from './requests.js';
import type { Schema } from './schema.js';

/**
 * The kill switch: one row of `control`. Guarantees: it says “go on” only where exactly that is written; a missing row, or one that
 * says anything else, is a stop. It cannot know who wrote the row: who can write to the database can resume.
 */

const name = 'stop';
const goesOn = z.strictObject({ stop: z.null() });
const account = z.object({ platform: z.enum(['slack', 'teams']), tenant: z.string(), user: z.string() });
const person = z.object({
  id: z.string(),
  account,
  name: z.string(),
  standing: z.enum(['member', 'guest', 'external', 'bot', 'deactivated']),
}) satisfies z.ZodType<Person>;
const isStopped = z.object({ stop: z.object({ by: person, at: z.number(), reason: z.string() }) });

/** `locked`: nobody changes it before the caller's transaction has ended. */
export async function readSwitch(
  db: Kysely<Schema>,
  { manyWriters }: Pick<StoreDialect, 'manyWriters'>,
  { locked = false }: { locked?: boolean } = {},
): Promise<Switch> {
  const [row] = await switchRow(db, locked && manyWriters);
  return row === undefined ? { version: 0, stopped: true } : { version: row.version, ...understood(row.value) };
}

const switchRow = compiled((db, locked: boolean) =>
  db
    .selectFrom('control')
    .select(['value', 'version'])
    .where('name', '=', name)
    .$if(locked, (query) => query.forShare()),
);

function understood(text: string): Omit<Switch, 'version'> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { stopped: true };
  }
  if (goesOn.safeParse(value).success) return { stopped: false };
  const read = isStopped.safeParse(value);
  return read.success ? { stopped: true, stop: read.data.stop } : { stopped: true };
}

/** False where the stored version is another one. Waits for whoever reads it `locked`. */
export async function writeSwitch(trx: Transaction<Schema>, version: number, stop: Stop | undefined): Promise<boolean> {
  const value = JSON.stringify({ stop: stop ?? null });
  if (version === 0) {
    const made = await trx
      .insertInto('control')
      .values({ name, value, version: 1 })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirstOrThrow();
    return made.numInsertedOrUpdatedRows !== 0n;
  }
  const { numUpdatedRows } = await trx
    .updateTable('control')
    .set({ value, version: version + 1 })
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** What waits to be sent, once approved. */
const unsentStates: readonly RequestState[] = ['approved', 'queued'];
const listed = 20;

export async function underWay(trx: Transaction<Schema>, action: ActionKind): Promise<UnderWay> {
  const [running, runningTotal] = await oldest(trx, runningStates, action);
  const [held, heldTotal] = await oldest(trx, unsentStates, action);
  return { running, runningTotal, held, heldTotal };
}

async function oldest(
  trx: Transaction<Schema>,
  states: readonly RequestState[],
  action: ActionKind,
): Promise<[Request[], number]> {
  const found = trx.selectFrom('request').where('state', 'in', states).where('action', '=', action);
  const { count } = await found.select(({ fn }) => fn.countAll().as('count')).executeTakeFirstOrThrow();
  const rows = await found.select(['due_at', 'body']).orderBy('line_at').orderBy('id').limit(listed).execute();
  return [await withVotes(trx, rows), Number(count)];
}
