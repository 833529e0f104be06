import type { Kysely, Selectable, Transaction } from 'kysely';
import type { MessageRef } from '../platform.js';
import type { Place } from '../request/request.js';
import { compiled } from './compiled.js';
import type { StoreDialect } from './dialect.js';
import type { DeliveryTable, Schema } from './schema.js';
import type { Delivery, Message, NewDelivery, Overdue, StoredCard } from './store.js';

export async function owe(trx: Transaction<Schema>, deliveries: readonly NewDelivery[], at: number): Promise<void> {
  if (deliveries.length === 0) return;
  const rows = deliveries.map((delivery) => ({
    lane: delivery.lane,
    platform: delivery.platform,
    request_id: delivery.requestId ?? null,
    message: JSON.stringify(delivery.message),
    due_at: delivery.notBefore ?? 0,
    created_at: at,
    state: 'owed' as const,
  }));
  await trx.insertInto('delivery').values(rows).execute();
}

type Claimed = Pick<Delivery, 'id' | 'owner'>;

/** What may be sent next in each lane: its oldest owed delivery, due or not, while nobody has claimed it. Earliest due first. */
function heads(db: Kysely<Schema>) {
  return db
    .selectFrom('delivery')
    .where('state', '=', 'owed')
    .where('owner', 'is', null)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('delivery as older')
            .select('older.id')
            .whereRef('older.lane', '=', 'delivery.lane')
            .where('older.state', '=', 'owed')
            .whereRef('older.id', '<', 'delivery.id'),
        ),
      ),
    )
    .orderBy('due_at')
    .orderBy('id');
}

export async function claimDeliveries(
  trx: Transaction<Schema>,
  { manyWriters }: StoreDialect,
  owner: string,
  now: number,
  limit: number,
): Promise<Delivery[]> {
  const rows = await heads(trx)
    .selectAll('delivery')
    .where('due_at', '<=', now)
    .limit(limit)
    .$if(manyWriters, (query) => query.forUpdate().skipLocked())
    .execute();
  if (rows.length > 0) {
    const claimed = rows.map(({ id }) => id);
    await trx
      .updateTable('delivery')
      // Whoever dies from here on may have posted it.
      .set((eb) => ({ owner, unsure: eb('unsure', '+', 1) }))
      .where('id', 'in', claimed)
      .execute();
  }
  return rows.map((row) => toDelivery(row, owner));
}

export async function nextDeliveryDue(db: Kysely<Schema>): Promise<number | undefined> {
  const [row] = await nextDue(db);
  return row?.due_at;
}

const nextDue = compiled((db) => heads(db).select('due_at').limit(1));

/** Moves a claimed delivery to its end; false when the claim is lost. */
export async function settleDelivery(
  trx: Transaction<Schema>,
  { id, owner }: Claimed,
  end: { state: 'sent' | 'dropped'; at: number; error?: string },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('delivery')
    .set({ state: end.state, settled_at: end.at, owner: null, ...(end.error !== undefined && { error: end.error }) })
    .where('id', '=', id)
    .where('owner', '=', owner)
    .where('state', '=', 'owed')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** False when the claim is lost. */
export async function postponeDelivery(
  trx: Transaction<Schema>,
  { id, owner }: Claimed,
  until: number,
  { error, unsure }: { error: string; unsure: boolean },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('delivery')
    .set((eb) => ({
      due_at: until,
      attempts: eb('attempts', '+', 1),
      error,
      owner: null,
      ...(unsure ? {} : { unsure: eb('unsure', '-', 1) }),
    }))
    .where('id', '=', id)
    .where('owner', '=', owner)
    .where('state', '=', 'owed')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** An `announce` with its message becomes the card of its place; an `update` moves the card's version on, never back. */
export async function rememberCard(
  trx: Transaction<Schema>,
  { requestId, message }: Pick<Delivery, 'requestId' | 'message'>,
  { ref, renderedVersion = 0 }: { ref?: MessageRef; renderedVersion?: number },
): Promise<void> {
  if (requestId === undefined) return;
  if (message.kind === 'announce' && ref !== undefined) {
    const shown = { ref: JSON.stringify(ref), message: ref.message, rendered_version: renderedVersion };
    await trx
      .insertInto('card')
      .values({ ...cardKey(requestId, message.place), ...shown })
      .onConflict((conflict) =>
        conflict.columns(['request_id', 'platform', 'conversation', 'thread']).doUpdateSet(shown),
      )
      .execute();
  } else if (message.kind === 'update') {
    await trx
      .updateTable('card')
      .set({ rendered_version: renderedVersion })
      .where((eb) => eb.and(cardKey(requestId, message.place)))
      .where('rendered_version', '<', renderedVersion)
      .execute();
  }
}

export async function card(db: Kysely<Schema>, requestId: string, place: Place): Promise<StoredCard | undefined> {
  const row = await db
    .selectFrom('card')
    .select(['ref', 'rendered_version'])
    .where((eb) => eb.and(cardKey(requestId, place)))
    .executeTakeFirst();
  return row && { ref: JSON.parse(row.ref) as MessageRef, renderedVersion: row.rendered_version };
}

export async function requestsOfCard(
  db: Kysely<Schema>,
  { platform, conversation, message }: MessageRef,
): Promise<string[]> {
  const rows = await db
    .selectFrom('card')
    .select(['request_id', 'ref'])
    .where('platform', '=', platform)
    .where('message', '=', message)
    .execute();
  const base = baseOf(conversation);
  return rows
    .filter(({ ref }) => baseOf((JSON.parse(ref) as MessageRef).conversation) === base)
    .map(({ request_id }) => request_id);
}

function baseOf(conversation: string): string {
  return conversation.split(';')[0] ?? conversation;
}

function cardKey(requestId: string, { platform, conversation, thread = '' }: Place) {
  return { request_id: requestId, platform, conversation, thread };
}

/** `row` as it was before the claim. */
function toDelivery(row: Selectable<DeliveryTable>, owner: string): Delivery {
  return {
    id: row.id,
    lane: row.lane,
    platform: row.platform,
    ...(row.request_id !== null && { requestId: row.request_id }),
    message: JSON.parse(row.message) as Message,
    attempts: row.attempts,
    unsure: row.unsure,
    owner,
    createdAt: row.created_at,
    ...(row.error !== null && { lastError: row.error }),
  };
}

export async function overdueDeliveries(db: Kysely<Schema>, before: number): Promise<Overdue[]> {
  const rows = await db
    .selectFrom('delivery')
    .select(['platform', ({ fn }) => fn.countAll().as('count'), ({ fn }) => fn.min('created_at').as('since')])
    .where('state', '=', 'owed')
    .where('attempts', '>', 0)
    .where('created_at', '<', before)
    .groupBy('platform')
    .orderBy('platform')
    .execute();
  return rows.map(({ platform, count, since }) => ({ platform, count: Number(count), since }));
}
