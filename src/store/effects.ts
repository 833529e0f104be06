import type { Transaction } from 'kysely';
import type { AuditEvent } from '../audit/event.js';
import { appendAudit, type AuditBook } from './audit.js';
import { storeButtons } from './buttons.js';
import { owe } from './deliveries.js';
import { StoreError } from './errors.js';
import { settle } from './inbox.js';
import { oweOnce } from './once.js';
import type { Schema } from './schema.js';
import type { Effects } from './store.js';
import { castVote, takeBack } from './votes.js';

/**
 * Writes everything that belongs to a change. `requestId` is the Request that it changes, if any; a vote without one is
 * a mistake of the caller (`store_failed`). Throws `vote_exists`,
 * `incoming_settled` and `audit_broken`.
 */
export async function applyEffects(
  trx: Transaction<Schema>,
  book: AuditBook,
  effects: Effects,
  { requestId, at }: { requestId?: string; at: number },
): Promise<void> {
  if (effects.settles !== undefined) await settle(trx, effects.settles, at);
  for (const vote of effects.takesBack ?? []) {
    if (requestId === undefined) throw new StoreError('store_failed', 'a vote needs the change of a Request');
    await takeBack(trx, requestId, vote, at);
  }
  if (effects.vote !== undefined) {
    if (requestId === undefined) throw new StoreError('store_failed', 'a vote needs the change of a Request');
    await castVote(trx, requestId, effects.vote);
  }
  await owe(trx, effects.deliveries, at);
  await storeButtons(trx, effects.buttons ?? []);
  for (const once of effects.once ?? []) await oweOnce(trx, once);
  // Last of all: it locks the head of the record, for which every other writer waits.
  await appendAudit(
    trx,
    book,
    effects.audit.map((event) => answering(event, effects.settles)),
  );
}

/** What comes of an Incoming names it in the record, so that the one can be followed to the other. */
function answering(event: AuditEvent, key: string | undefined): AuditEvent {
  return key === undefined ? event : { ...event, detail: { ...event.detail, event: key } };
}
