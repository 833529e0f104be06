import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import { backOff } from '../time.js';
import { putOff } from './commit.js';
import type { Context } from './context.js';
import type { RequestState } from './life.js';
import type { Request } from './request.js';
import type { Work } from '../trace.js';

type World = Pick<Context, 'store' | 'now' | 'replica' | 'logger' | 'tracer'>;

const firstPauseMs = 250;
const longestPauseMs = 5_000;
const retryMs = 5_000;

/**
 * Stores what has to be stored because it has happened already: a message was posted, Defender has answered. While the store cannot
 * be reached it is tried again, for as long as the claim can still be this process's; then others find out what happened,
 * and the answer is undefined.
 */
export async function insist<T>(
  world: Pick<World, 'replica' | 'logger'>,
  store: () => Promise<T>,
): Promise<T | undefined> {
  const owner = world.replica.id();
  for (let failures = 0; ; failures += 1) {
    try {
      return await store();
    } catch (error) {
      world.logger.error({ err: error, failures }, `what has happened could not be stored: ${messageOf(error)}`);
    }
    await delay(backOff(failures, firstPauseMs, longestPauseMs), undefined, { ref: false });
    if (world.replica.id() !== owner) return undefined;
  }
}

/** One claimed Request's share of a loop's work. Where it fails, the claim ends and it is due again a little later. */
export function workOn(world: World, request: Request, work: () => Promise<void>): Promise<void> {
  const { id, state, action, attempts } = request;
  const name = names[state] ?? 'look';
  return world.tracer.run({ name, request: id, attributes: { action, state, attempts } }, () =>
    workOrPutOff(world, request, work),
  );
}

/** What is done with a Request in these states; in the others somebody only looks whether anything is to be done. */
const names: Partial<Readonly<Record<RequestState, Work['name']>>> = {
  approved: 'dispatch',
  queued: 'dispatch',
  sending: 'search',
  unknown: 'search',
};

async function workOrPutOff(world: World, request: Request, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    world.logger.error({ err: error, request: request.id }, `a request is looked at again: ${messageOf(error)}`);
    await insist(world, () => putOff(world, request, world.now() + retryMs));
  }
}
