import { messageOf } from '../errors.js';
import type { Context } from '../request/context.js';

/**
 * A signature is some 80 µs, and one in 100 events keeps the stretch short that somebody who has the key but not the log could
 * rewrite unseen; ten minutes do the same where little happens.
 */
const pace = { events: 100, ms: 600_000 } as const;

/** Signs the end of the record where that is due, and tells the log: who keeps the log keeps a witness outside the database. Never throws. */
export async function signRecord({ store, now, logger }: Pick<Context, 'store' | 'now' | 'logger'>): Promise<void> {
  try {
    const checkpoint = await store.checkpoint(now(), pace);
    if (checkpoint !== undefined) logger.info({ checkpoint }, 'the record is signed up to here');
  } catch (error) {
    logger.error({ err: error }, `the record could not be signed: ${messageOf(error)}`);
  }
}
