import { DefenderError } from '../defender/errors.js';
import type { Context } from '../request/context.js';
import { cancelInDefender, isToBeCancelled } from '../request/cancel.js';
import { findAssumed, follow } from '../request/follow.js';
import type { Request } from '../request/request.js';
import { backOff } from '../time.js';

type World = Pick<Context, 'store' | 'defender' | 'throttle' | 'now' | 'limits' | 'logger' | 'wake'>;

/** As many as one page of actions holds. */
const batch = 1_000;

/** Follows all open MachineActions: one list call a tick for everything that is due, however many that is. */
export function createTracker(world: World): () => Promise<number | undefined> {
  let failures = 0;
  return async () => {
    const { store, defender, now, logger } = world;
    const due = await store.dueRequests(['submitted'], now(), batch);
    const listed: Request[] = [];
    for (const request of due) {
      if (isToBeCancelled(request)) await cancelInDefender(world, request);
      else if (request.machineAction === undefined) await findAssumed(world, request);
      else listed.push(request);
    }
    if (listed.length > 0) {
      const ids = listed.flatMap((request) => request.machineAction?.id ?? []);
      try {
        const byId = new Map((await defender.listActions(ids)).map((action) => [action.id.toLowerCase(), action]));
        failures = 0;
        for (const request of listed)
          await follow(world, request, byId.get(request.machineAction?.id.toLowerCase() ?? ''));
      } catch (error) {
        if (!(error instanceof DefenderError)) throw error;
        failures += 1;
        const again = now() + (error.retryAfterMs ?? backOff(failures, 2_000, 120_000));
        logger.warn({ code: error.code, open: listed.length, again }, 'Defender did not list the open actions');
        return again;
      }
    }
    return store.nextDue(['submitted']);
  };
}
