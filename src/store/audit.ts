import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import type { Actor, AuditEvent } from '../audit/event.js';
import type { AuditTable, Schema } from './schema.js';

export async function appendAudit(trx: Transaction<Schema>, events: readonly AuditEvent[]): Promise<void> {
  if (events.length > 0) await trx.insertInto('audit').values(events.map(toRow)).execute();
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

function toRow(event: AuditEvent): Insertable<AuditTable> {
  return {
    at: event.at,
    what: event.what,
    actor: JSON.stringify(event.actor),
    request_id: event.requestId ?? null,
    device_id: event.deviceId ?? null,
    from: event.from ?? null,
    to: event.to ?? null,
    detail: event.detail === undefined ? null : JSON.stringify(event.detail),
  };
}

function toEvent(row: Selectable<AuditTable>): AuditEvent {
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
