import { workOn } from '../request/claimed.js';
import type { Context } from '../request/context.js';
import { expire } from '../request/expire.js';
import { remind } from '../request/remind.js';
import { signRecord } from './sign-record.js';

const batch = 100;

/** Reminds of what still waits, ends what has expired, and signs the record now and then. A timer is a row with a due time, which any replica may claim: right after a day's downtime too. */
export async function scheduleTick(
  world: Pick<Context, 'store' | 'replica' | 'logger' | 'tracer' | 'now' | 'wake'>,
): Promise<number | undefined> {
  const { store, replica, now } = world;
  await signRecord(world);
  const due = await replica.claim((owner) => store.claimRequests(owner, ['awaiting approval'], now(), batch));
  for (const request of due) {
    await workOn(world, request, () => (now() < request.expiresAt ? remind : expire)(world, request));
  }
  return due.length === batch ? now() : store.nextDue(['awaiting approval']);
}
