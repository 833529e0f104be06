import type { Insertable, Kysely, Transaction } from 'kysely';
import type { Incoming } from '../command/model.js';
import { compiled } from './compiled.js';
import type { StoreDialect } from './dialect.js';
import { StoreError } from './errors.js';
import type { InboxTable, Schema } from './schema.js';
import type { PendingIncoming } from './store.js';

export function inboxRow(incoming: Incoming, at: number): Insertable<InboxTable> {
  return { key: incoming.key, received_at: at, due_at: at, incoming: JSON.stringify(incoming), settled_at: null };
}

export async function claimIncoming(
  trx: Transaction<Schema>,
  { manyWriters }: StoreDialect,
  owner: string,
  now: number,
  limit: number,
): Promise<PendingIncoming[]> {
  const rows = await trx
    .selectFrom('inbox')
    .select(['seq', 'incoming', 'received_at', 'attempts'])
    .where('settled_at', 'is', null)
    .where('owner', 'is', null)
    .where('due_at', '<=', now)
    .orderBy('seq')
    .limit(limit)
    .$if(manyWriters, (query) => query.forUpdate().skipLocked())
    .execute();
  if (rows.length > 0) {
    const claimed = rows.map(({ seq }) => seq);
    await trx.updateTable('inbox').set({ owner }).where('seq', 'in', claimed).execute();
  }
  return rows.map((row) => ({
    incoming: JSON.parse(row.incoming) as Incoming,
    receivedAt: row.received_at,
    attempts: row.attempts,
    owner,
  }));
}

export async function nextIncomingDue(db: Kysely<Schema>): Promise<number | undefined> {
  const [row] = await nextDue(db);
  return row?.due_at;
}

const nextDue = compiled((db) =>
  db
    .selectFrom('inbox')
    .select('due_at')
    .where('settled_at', 'is', null)
    .where('owner', 'is', null)
    .orderBy('due_at')
    .limit(1),
);

export async function postponeIncoming(
  db: Kysely<Schema>,
  { incoming, owner }: Pick<PendingIncoming, 'incoming' | 'owner'>,
  until: number,
): Promise<void> {
  await db
    .updateTable('inbox')
    .set((eb) => ({ due_at: until, attempts: eb('attempts', '+', 1), owner: null }))
    .where('key', '=', incoming.key)
    .where('owner', '=', owner)
    .where('settled_at', 'is', null)
    .execute();
}

export async function isSettled(db: Kysely<Schema>, key: string): Promise<boolean> {
  const row = await db
    .selectFrom('inbox')
    .select('key')
    .where('key', '=', key)
    .where('settled_at', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Throws `incoming_settled` when it was answered before. A key that was never accepted has nothing to settle. */
export async function settle(trx: Transaction<Schema>, key: string, at: number): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('inbox')
    .set({ settled_at: at, owner: null })
    .where('key', '=', key)
    .where('settled_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n && (await isSettled(trx, key))) {
    throw new StoreError('incoming_settled', `${key} was answered already`);
  }
}
