import type { Transaction } from 'kysely';
import { appendAudit } from './audit.js';
import { storeButtons } from './buttons.js';
import { owe } from './deliveries.js';
import { StoreError } from './errors.js';
import { settle } from './inbox.js';
import { oweOnce } from './once.js';
import type { Schema } from './schema.js';
import type { Effects } from './store.js';
import { castVote } from './votes.js';

/**
 * Writes everything that belongs to a change. `requestId` is the Request that it changes, if any; a vote without one is
 * a mistake of the caller (`store_failed`). Throws `vote_exists` and `incoming_settled`.
 */
export async function applyEffects(
  trx: Transaction<Schema>,
  effects: Effects,
  { requestId, at }: { requestId?: string; at: number },
): Promise<void> {
  if (effects.settles !== undefined) await settle(trx, effects.settles, at);
  if (effects.vote !== undefined) {
    if (requestId === undefined) throw new StoreError('store_failed', 'a vote needs the change of a Request');
    await castVote(trx, requestId, effects.vote);
  }
  await appendAudit(trx, effects.audit);
  await owe(trx, effects.deliveries, at);
  await storeButtons(trx, effects.buttons ?? []);
  for (const once of effects.once ?? []) await oweOnce(trx, once);
}
