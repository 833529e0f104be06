import { expire } from '../request/expire.js';
import type { Context } from '../request/context.js';

const batch = 100;

/** Ends what has expired. A timer is a row with a due time: right after a day's downtime too. */
export async function scheduleTick(world: Pick<Context, 'store' | 'now' | 'wake'>): Promise<number | undefined> {
  const due = await world.store.dueRequests(['awaiting approval'], world.now(), batch);
  for (const request of due) await expire(world, request);
  return due.length === batch ? world.now() : world.store.nextDue(['awaiting approval']);
}
