import type { Logger } from 'pino';
import type { Replica } from '../request/context.js';
import { ownerFor, type Store } from '../store/store.js';

/** A Replica with its heartbeat. */
export interface LivingReplica extends Replica {
  /** Renews the lease, or begins anew under a new id, and ends the replicas that are dead. When it has to be called again (Unix ms). */
  beat(): Promise<number>;
  /** Hands back what is still claimed: another replica may take it at once. */
  leave(): Promise<void>;
}

/** No pause that Cordon takes is longer. */
const longestPauseMs = 3_600_000;
const lookAheadMs = 60_000;

export interface ReplicaOptions {
  readonly store: Pick<Store, 'register' | 'renew' | 'release' | 'free' | 'reap' | 'pullIn'>;
  /** Unix ms. */
  readonly now: () => number;
  readonly newId: () => string;
  /** How long after its last heartbeat a replica counts as dead. */
  readonly leaseMs: number;
  /** Called when another replica's work has become free. */
  readonly freed: () => void;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * The lease is the store's, so that all replicas agree on who is dead. It is not what keeps a call from being made twice:
 * that is the state `sending`, which nobody leaves without having searched Defender.
 */
export function createReplica({ store, now, newId, leaseMs, freed, logger }: ReplicaOptions): LivingReplica {
  let id = newId();
  let until = 0;
  let lookedAhead = 0;
  let claims = 0;
  /** Claims of which nobody knows whether they were made. */
  const lost = new Set<string>();

  return {
    id: () => id,
    async claim(take) {
      const owner = ownerFor(id, (claims += 1));
      try {
        return await take(owner);
      } catch (error) {
        lost.add(owner);
        throw error;
      }
    },
    alive: () => now() < until,
    async beat() {
      const next = now() + leaseMs;
      if (until === 0) {
        await store.register(id, next);
      } else if (now() >= until || !(await store.renew(id, next)) || now() >= until) {
        // What was left undone because the lease had run out is free again, whether or not others have seen it.
        await store.release(id);
        logger.warn(
          { replica: id },
          'this process was silent for longer than its lease; others have taken over its work',
        );
        // Known before it claims: what is claimed for nobody is freed.
        const born = newId();
        await store.register(born, next);
        id = born;
        lost.clear();
      }
      until = next;
      for (const owner of lost) {
        await store.free(owner);
        lost.delete(owner);
      }
      if ((await store.reap(now(), now() + 3 * leaseMs)) > 0) freed();
      if (Math.abs(now() - lookedAhead) > lookAheadMs) {
        await store.pullIn(now(), now() + longestPauseMs);
        lookedAhead = now();
      }
      return now() + leaseMs / 4;
    },
    leave: () => store.release(id),
  };
}
