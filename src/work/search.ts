import { messageOf } from '../errors.js';
import { putOff } from '../request/commit.js';
import type { Context } from '../request/context.js';
import { recover } from '../request/recover.js';
import { createPool, type Pool } from './pool.js';

type World = Pick<Context, 'store' | 'defender' | 'now' | 'newToken' | 'limits' | 'logger' | 'portalUrl' | 'wake'>;

const atOnce = 4;
const batch = 1_000;
const retryMs = 5_000;

/** Looks after calls whose answer never came. `isUnderWay` names those whose answer this process still waits for. */
export function createSearch(world: World, isUnderWay: (requestId: string) => boolean): Pool {
  const { store, now, logger, wake } = world;
  return createPool({
    atOnce,
    due: async (limit) => {
      const requests = await store.dueRequests(['sending', 'unknown'], now(), limit);
      return requests.filter(({ id }) => !isUnderWay(id));
    },
    key: ({ id }) => id,
    work: async (request) => {
      try {
        await recover(world, request);
      } catch (error) {
        logger.error({ err: error, request: request.id }, `a lost call could not be searched for: ${messageOf(error)}`);
        await tryLater(world, request.id);
      }
      wake('dispatch');
    },
    nextDue: () => store.nextDue(['sending', 'unknown']),
    now,
    again: () => {
      wake('search');
    },
  });
}

async function tryLater({ store, now, logger }: World, id: string): Promise<void> {
  try {
    const request = await store.request(id);
    if (request) await putOff(store, request, now() + retryMs);
  } catch (error) {
    logger.error({ err: error, request: id }, `a search could not be put off: ${messageOf(error)}`);
  }
}

/** A Request found in `sending` at start belongs to a process that died: it is searched for at once, not when a living one would be late. */
export async function adoptOrphans({ store, now }: Pick<Context, 'store' | 'now'>): Promise<void> {
  for (const request of await store.requestsIn(['sending'], batch)) {
    await putOff(store, request, now());
  }
}
