import { messageOf } from '../errors.js';
import { insist } from '../request/claimed.js';
import type { Context } from '../request/context.js';
import { receive } from '../request/receive.js';
import type { PendingIncoming } from '../store/store.js';
import { backOff } from '../time.js';
import { createPool, type Pool } from './pool.js';

type World = Parameters<typeof receive>[0] & Pick<Context, 'replica' | 'tracer'>;

const atOnce = 32;
const longestPauseMs = 60_000;

/** Works off what was stored and acknowledged. A process that dies in between finds it again; each is settled exactly once. */
export function createIntake(world: World): Pool {
  const { store, replica, now, wake } = world;
  return createPool({
    atOnce,
    claim: (limit) => replica.claim((owner) => store.claimIncoming(owner, now(), limit)),
    work: (pending) => {
      const { key, said, origin } = pending.incoming;
      const attributes = { platform: origin.platform, kind: said.kind, attempts: pending.attempts };
      return world.tracer.run({ name: 'command carried out', event: key, attributes }, () => carryOut(world, pending));
    },
    nextDue: () => store.nextIncomingDue(),
    now,
    again: () => {
      wake('intake');
    },
  });
}

async function carryOut(world: World, pending: PendingIncoming): Promise<void> {
  const { logger, store, now } = world;
  const begun = now();
  try {
    await receive(world, pending);
    logger.info({ platform: pending.incoming.origin.platform, ms: now() - begun }, 'an event was worked off');
  } catch (error) {
    logger.error({ err: error, attempts: pending.attempts }, `a command is tried again: ${messageOf(error)}`);
    const until = now() + backOff(pending.attempts, 500, longestPauseMs);
    await insist(world, () => store.postponeIncoming(pending, until));
  }
}
