import type { Kysely } from 'kysely';
import { chain, headText, origin } from '../audit/chain.js';
import { signCheckpoint } from '../audit/checkpoint.js';
import { cordon } from '../audit/event.js';
import { EarlierDigest } from '../audit/verify-record.js';
import { appendAudit, type AuditBook, readHead, toRow } from './audit.js';
import { storeCheckpoint } from './audit-checkpoints.js';
import { recordLines } from './audit-lines.js';
import type { Schema } from './schema.js';

/** Whether the chain of this database has begun: from then on it needs the key that it was begun with. */
export async function hasBegun(db: Kysely<Schema>): Promise<boolean> {
  return (await db.selectFrom('audit_head').select('id').executeTakeFirst()) !== undefined;
}

/**
 * Begins the chain, once. Its first event commits to what was recorded before there was one. Where it has begun, its head is checked,
 * and the first start with another key is an event. Throws as `appendAudit` does. One process at a time.
 */
export async function beginRecord(db: Kysely<Schema>, book: AuditBook, at: number): Promise<void> {
  const { signer } = book.keys;
  if (await hasBegun(db)) {
    const { key } = await readHead(db, book);
    if (key === signer.id) return;
    const event = { at, what: 'audit.key-changed', actor: cordon, detail: { from: key, to: signer.id } };
    return db.transaction().execute((trx) => appendAudit(trx, book, [event]));
  }
  await db.transaction().execute(async (trx) => {
    const earlier = new EarlierDigest();
    let seq = 0;
    for await (const line of recordLines(trx, { last: Number.MAX_SAFE_INTEGER })) {
      if (line.event !== undefined) earlier.add(line.seq, line.event);
      seq = line.seq;
    }
    const begun = { at, what: 'audit.begun', actor: cordon, detail: { earlier: earlier.end(), key: signer.id } };
    const [first] = chain({ seq, hash: origin }, [begun], signer);
    if (first === undefined) return;
    const { hash } = first;
    const mac = signer.mac(headText(first));
    await trx.insertInto('audit').values(toRow(first)).execute();
    await trx.insertInto('audit_head').values({ id: 1, seq: first.seq, hash, mac, key: signer.id }).execute();
    await storeCheckpoint(trx, signCheckpoint(first, at, signer));
  });
}
