import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import { chain, type ChainedEvent, type Head, headText, settled, toJson } from '../audit/chain.js';
import type { Actor, AuditEvent } from '../audit/event.js';
import type { AuditKeys } from '../audit/key.js';
import type { StoreDialect } from './dialect.js';
import { StoreError } from './errors.js';
import type { AuditTable, Schema } from './schema.js';

/** What it takes to add to the record. */
export interface AuditBook {
  readonly keys: AuditKeys;
  readonly dialect: Pick<StoreDialect, 'manyWriters'>;
}

/**
 * Adds to the chain, and moves its head, in the caller's transaction. Appends come one after the other: the head's row is locked until
 * the transaction ends, so this has to be its last work. Throws `audit_broken` where the head is not one that Cordon wrote, the event
 * that it names is not there, or others stand behind it; `audit_key` where it was written with a key that is not set.
 */
export async function appendAudit(
  trx: Transaction<Schema>,
  book: AuditBook,
  events: readonly AuditEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const asRead = events.map(settled);
  const head = await readHead(trx, book, { lock: true });
  await moveHead(trx, book, head, chain(head, asRead, book.keys.signer));
}

/** The head, if its MAC is right. */
export async function readHead(
  db: Kysely<Schema>,
  { keys, dialect }: AuditBook,
  { lock = false }: { lock?: boolean } = {},
): Promise<Head & { readonly key: string }> {
  const head = await db
    .selectFrom('audit_head')
    .selectAll()
    .$if(lock && dialect.manyWriters, (query) => query.forUpdate())
    .executeTakeFirst();
  if (head === undefined) throw broken('it has no head');
  const key = keys.find(head.key);
  if (key === undefined) {
    throw new StoreError(
      'audit_key',
      `the record was last written with the audit key ${head.key}, and CORDON_AUDIT_KEY has ${keys.ids.join(', ')}: give all replicas the same file, or add the old key behind the new one (docs/operations.md)`,
    );
  }
  if (!key.hasMac(headText(head), head.mac)) throw broken(`the MAC of its head (event ${head.seq}) is wrong`);
  return { seq: head.seq, hash: head.hash, key: head.key };
}

export function broken(why: string): StoreError {
  return new StoreError('audit_broken', `the record was changed by somebody else, or is damaged: ${why}`);
}

/**
 * Writes the events and moves the head to the last of them. What the head says must be so before it moves: its event is there, and none
 * behind it. Where others wait for the head it is one statement, which sees the events as they were before it.
 */
async function moveHead(
  trx: Transaction<Schema>,
  { keys: { signer }, dialect }: AuditBook,
  head: Head,
  chained: readonly ChainedEvent[],
): Promise<void> {
  const last = chained.at(-1) ?? head;
  const rows = chained.map(toRow);
  const together = dialect.manyWriters;
  // An event that stands there already is behind the head, and the head does not move.
  const added = trx.with('added', (db) =>
    db
      .insertInto('audit')
      .values(rows)
      .onConflict((row) => row.doNothing()),
  );
  const { numUpdatedRows } = await (together ? added : trx)
    .updateTable('audit_head')
    .set({ seq: last.seq, hash: last.hash, mac: signer.mac(headText(last)), key: signer.id })
    .where('seq', '=', head.seq)
    .where((eb) =>
      eb.exists(eb.selectFrom('audit').select('seq').where('seq', '=', head.seq).where('hash', '=', head.hash)),
    )
    .where((eb) => eb.not(eb.exists(eb.selectFrom('audit').select('seq').where('seq', '>', head.seq))))
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw broken(`its last event (${head.seq}) is not the one that its head names`);
  if (!together) await trx.insertInto('audit').values(rows).execute();
}

/** Throws as `appendAudit` does, where it would. */
export async function checkRecord(trx: Transaction<Schema>, book: AuditBook): Promise<Head> {
  const head = await readHead(trx, book);
  const last = await trx.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  if (last?.seq !== head.seq || last.hash !== head.hash) {
    throw broken(`its last event (${last?.seq ?? 'none'}) is not the one that its head names (${head.seq})`);
  }
  return head;
}

/** The last `limit` events, oldest first. */
export async function auditOf(
  db: Kysely<Schema>,
  about: { requestId: string } | { deviceId: string },
  limit: number,
): Promise<AuditEvent[]> {
  const [column, id] =
    'requestId' in about ? (['request_id', about.requestId] as const) : (['device_id', about.deviceId] as const);
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .where(column, '=', id)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.reverse().map(toEvent);
}

export async function lastEvent(db: Kysely<Schema>, what: readonly string[]): Promise<AuditEvent | undefined> {
  const row = await db
    .selectFrom('audit')
    .selectAll()
    .where('what', 'in', what)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && toEvent(row);
}

export function toRow({ seq, prev, event, hash, mac, key }: ChainedEvent): Insertable<AuditTable> {
  return {
    seq,
    at: event.at,
    what: event.what,
    actor: toJson(event.actor),
    request_id: event.requestId ?? null,
    device_id: event.deviceId ?? null,
    from: event.from ?? null,
    to: event.to ?? null,
    detail: event.detail === undefined ? null : toJson(event.detail),
    prev,
    hash,
    mac,
    key,
  };
}

export function toEvent(row: Selectable<AuditTable>): AuditEvent {
  return {
    at: row.at,
    what: row.what,
    actor: JSON.parse(row.actor) as Actor,
    ...(row.request_id !== null && { requestId: row.request_id }),
    ...(row.device_id !== null && { deviceId: row.device_id }),
    ...(row.from !== null && { from: row.from }),
    ...(row.to !== null && { to: row.to }),
    ...(row.detail !== null && { detail: JSON.parse(row.detail) as Record<string, unknown> }),
  };
}
