import type { Transaction } from 'kysely';
import { type Checkpoint, isSigned, signCheckpoint } from '../audit/checkpoint.js';
import { ChainCheck } from '../audit/verify-record.js';
import { type AuditBook, broken, checkRecord } from './audit.js';
import { recordLines } from './audit-lines.js';
import type { Schema } from './schema.js';

/** When another checkpoint is due: after so many events, or where there is any new one after so many ms. */
export interface CheckpointPace {
  readonly events: number;
  readonly ms: number;
}

/**
 * Signs the head where a checkpoint is due. What it covers since the last one is read again first: nothing is signed that was changed in
 * the meantime. Undefined where none is due, or another replica was faster. Throws `audit_broken`.
 */
export async function makeCheckpoint(
  trx: Transaction<Schema>,
  book: AuditBook,
  now: number,
  pace: CheckpointPace,
): Promise<Checkpoint | undefined> {
  const { keys } = book;
  const last = await trx.selectFrom('audit_checkpoint').selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirst();
  const head = await checkRecord(trx, book);
  // The first one is made with the record (`beginRecord`).
  if (last === undefined) throw broken('its checkpoints are gone');
  const fresh = head.seq - last.seq;
  if (fresh < 0) throw broken(`a checkpoint was signed at event ${last.seq}, and it ends with ${head.seq}`);
  if (fresh === 0 || (fresh < pace.events && now - last.at < pace.ms)) return undefined;
  const key = keys.find(last.key);
  if (key === undefined || !isSigned({ v: 1, ...last }, key)) {
    throw broken(`the signature of the checkpoint at event ${last.seq} is wrong, or of an audit key that is not set`);
  }
  const check = new ChainCheck(keys, last);
  for await (const line of recordLines(trx, { after: last.seq, last: head.seq })) {
    const flaw = check.add(line);
    if (flaw !== undefined) throw broken(`event ${flaw.seq}: ${flaw.why}`);
  }
  const checkpoint = signCheckpoint(head, now, keys.signer);
  return (await storeCheckpoint(trx, checkpoint)) ? checkpoint : undefined;
}

/** False where there is one at this event. */
export async function storeCheckpoint(
  trx: Transaction<Schema>,
  { seq, hash, at, key, signature }: Checkpoint,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('audit_checkpoint')
    .values({ seq, hash, at, key, signature })
    .onConflict((conflict) => conflict.column('seq').doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}
