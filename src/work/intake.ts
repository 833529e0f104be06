import { messageOf } from '../errors.js';
import { receive } from '../request/receive.js';
import type { PendingIncoming } from '../store/store.js';
import { backOff } from '../time.js';
import { createPool, type Pool } from './pool.js';

type World = Parameters<typeof receive>[0];

const atOnce = 32;
const longestPauseMs = 60_000;

/** Works off what was stored and acknowledged. A process that dies in between finds it again; each is settled exactly once. */
export function createIntake(world: World): Pool {
  const { store, now, wake } = world;
  return createPool({
    atOnce,
    due: (limit) => store.dueIncoming(now(), limit),
    key: ({ incoming }) => incoming.key,
    work: (pending) => carryOut(world, pending),
    nextDue: () => store.nextIncomingDue(),
    now,
    again: () => {
      wake('intake');
    },
  });
}

async function carryOut(world: World, pending: PendingIncoming): Promise<void> {
  const { logger, store, now } = world;
  const { key } = pending.incoming;
  try {
    await receive(world, pending);
  } catch (error) {
    logger.error({ err: error, key, attempts: pending.attempts }, `a command is tried again: ${messageOf(error)}`);
    await store
      .postponeIncoming(key, now() + backOff(pending.attempts, 500, longestPauseMs))
      .catch((failed: unknown) => {
        logger.error({ err: failed, key }, `a command could not be put off: ${messageOf(failed)}`);
      });
  }
}
