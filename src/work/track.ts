import { DefenderError } from '../defender/errors.js';
import type { Context } from '../request/context.js';
import { follow } from '../request/follow.js';
import { backOff } from '../time.js';

type World = Pick<Context, 'store' | 'defender' | 'now' | 'logger' | 'wake'>;

/** As many as one page of actions holds. */
const batch = 1_000;

/** Follows all open MachineActions: one list call a tick for everything that is due, however many that is. */
export function createTracker(world: World): () => Promise<number | undefined> {
  let failures = 0;
  return async () => {
    const { store, defender, now, logger } = world;
    const due = await store.dueRequests(['submitted'], now(), batch);
    if (due.length > 0) {
      const ids = due.flatMap((request) => request.machineAction?.id ?? []);
      try {
        const byId = new Map((await defender.listActions(ids)).map((action) => [action.id.toLowerCase(), action]));
        failures = 0;
        for (const request of due)
          await follow(world, request, byId.get(request.machineAction?.id.toLowerCase() ?? ''));
      } catch (error) {
        if (!(error instanceof DefenderError)) throw error;
        failures += 1;
        const again = now() + (error.retryAfterMs ?? backOff(failures, 2_000, 120_000));
        logger.warn({ code: error.code, open: due.length, again }, 'Defender did not list the open actions');
        return again;
      }
    }
    return store.nextDue(['submitted']);
  };
}
