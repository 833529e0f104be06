import { workOn } from '../request/claimed.js';
import { putOff } from '../request/commit.js';
import type { Context } from '../request/context.js';
import type { RequestState } from '../request/life.js';
import { recover } from '../request/recover.js';
import { createPool, type Pool } from './pool.js';

type World = Pick<
  Context,
  'store' | 'defender' | 'replica' | 'now' | 'newToken' | 'limits' | 'logger' | 'tracer' | 'portalUrl' | 'wake'
>;

const atOnce = 4;
const searched: readonly RequestState[] = ['sending', 'unknown'];

/** Looks after calls whose answer never came. One whose answer is still awaited is claimed by the process that waits. */
export function createSearch(world: World): Pool {
  const { store, replica, now, wake } = world;
  return createPool({
    atOnce,
    claim: (limit) => replica.claim((owner) => store.claimRequests(owner, searched, now(), limit)),
    work: async (request) => {
      await workOn(world, request, async () => {
        await recover(world, request);
        // A wish to cancel that came meanwhile has left the claim as it was, and what was found out could not be stored.
        await putOff(world, request, now());
      });
      wake('dispatch');
    },
    nextDue: () => store.nextDue(searched),
    now,
    again: () => {
      wake('search');
    },
  });
}
