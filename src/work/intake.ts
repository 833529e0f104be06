import { messageOf } from '../errors.js';
import type { Context } from '../request/context.js';
import { receive } from '../request/receive.js';
import type { PendingIncoming } from '../store/store.js';
import { backOff } from '../time.js';

type World = Parameters<typeof receive>[0] & Pick<Context, 'logger'>;

const batch = 16;
const longestPauseMs = 60_000;

/** Works off what was stored and acknowledged. A process that dies in between finds it again; each is settled exactly once. */
export function createIntake(world: World): () => Promise<number | undefined> {
  return async () => {
    const { store, now } = world;
    const due = await store.dueIncoming(now(), batch);
    await Promise.all(due.map((pending) => work(world, pending)));
    return due.length > 0 ? now() : store.nextIncomingDue();
  };
}

async function work(world: World, pending: PendingIncoming): Promise<void> {
  try {
    await receive(world, pending);
  } catch (error) {
    const { key } = pending.incoming;
    world.logger.error(
      { err: error, key, attempts: pending.attempts },
      `a command failed and is tried again: ${messageOf(error)}`,
    );
    await world.store.postponeIncoming(key, world.now() + backOff(pending.attempts, 500, longestPauseMs));
  }
}
