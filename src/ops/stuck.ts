import { platformTitle } from '../platform.js';
import type { Store } from '../store/store.js';

/** A message is tried every minute at least, but for one to a channel without Cordon: every five. */
const patienceMs = 10 * 60_000;

/** Messages that wait for too long, one sentence a platform. Where the records cannot be read, that is said already. */
export async function stuckMessages(store: Pick<Store, 'overdueDeliveries'>, now: number): Promise<string[]> {
  const overdue = await store.overdueDeliveries(now - patienceMs).catch(() => []);
  return overdue.map(({ platform, count, since }) => {
    const what = count === 1 ? '1 message' : `${count} messages`;
    return `${what} to ${platformTitle[platform]} could not be delivered so far, the oldest since ${new Date(since).toISOString()}.`;
  });
}
