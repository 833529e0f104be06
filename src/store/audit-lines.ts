import type { Kysely, Selectable } from 'kysely';
import type { Checkpoint } from '../audit/checkpoint.js';
import type { StoredLine } from '../audit/verify-record.js';
import { toEvent } from './audit.js';
import type { AuditTable, Schema } from './schema.js';

const page = 500;

export interface LineFilter {
  /** Unix ms; `from` belongs to it, `to` does not. */
  readonly from?: number;
  readonly to?: number;
  readonly deviceId?: string;
  readonly requestId?: string;
}

/** The record from `after` (without it) to `last`, in order and page by page, so that a large one needs little memory. */
export async function* recordLines(
  db: Kysely<Schema>,
  { after = 0, last, from, to, deviceId, requestId }: LineFilter & { after?: number; last: number },
): AsyncGenerator<StoredLine> {
  for (let done = after; ;) {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>', done)
      .where('seq', '<=', last)
      .$if(from !== undefined, (query) => query.where('at', '>=', from ?? 0))
      .$if(to !== undefined, (query) => query.where('at', '<', to ?? 0))
      .$if(deviceId !== undefined, (query) => query.where('device_id', '=', deviceId ?? ''))
      .$if(requestId !== undefined, (query) => query.where('request_id', '=', requestId ?? ''))
      .orderBy('seq')
      .limit(page)
      .execute();
    for (const row of rows) yield toLine(row);
    const end = rows.at(-1);
    if (end === undefined || rows.length < page) return;
    done = end.seq;
  }
}

export async function* checkpoints(db: Kysely<Schema>, last = Number.MAX_SAFE_INTEGER): AsyncGenerator<Checkpoint> {
  for (let done = 0; ;) {
    const rows = await db
      .selectFrom('audit_checkpoint')
      .selectAll()
      .where('seq', '>', done)
      .where('seq', '<=', last)
      .orderBy('seq')
      .limit(page)
      .execute();
    for (const row of rows) yield { v: 1, ...row };
    const end = rows.at(-1);
    if (end === undefined || rows.length < page) return;
    done = end.seq;
  }
}

/** A row as it is. What cannot be read (somebody wrote something else into it) is no event, which no hash fits. */
function toLine(row: Selectable<AuditTable>): StoredLine {
  const { seq, prev, hash, mac, key } = row;
  try {
    return { seq, prev, hash, mac, key, event: toEvent(row) };
  } catch {
    return { seq, prev, hash, mac, key, event: undefined };
  }
}
