import type { Kysely } from 'kysely';
import type { ActionKind } from '../command/model.js';
import type { RecentRequest } from '../policy/policy.js';
import type { Schema } from './schema.js';

/** One row for each requester and device, because a ceiling counts devices: a thousand Requests for one are as good as the newest. */
export async function recentRequests(
  db: Kysely<Schema>,
  action: ActionKind,
  since: number,
  { at, id }: { at: number; id?: string },
): Promise<RecentRequest[]> {
  const rows = await db
    .selectFrom('request')
    .select(({ fn }) => ['requester_id', 'requester_ids', 'device_id', fn.max('created_at').as('created_at')])
    .where('action', '=', action)
    .where('created_at', '>', since)
    .where('created_at', '<=', at)
    .$if(id !== undefined, (query) => query.where((eb) => eb.or([eb('created_at', '<', at), eb('id', '<', id ?? '')])))
    .groupBy(['requester_id', 'requester_ids', 'device_id'])
    .orderBy('created_at')
    .execute();
  return rows.map(({ requester_id, requester_ids, device_id, created_at }) => ({
    requesterIds: requester_ids === null ? [requester_id] : (JSON.parse(requester_ids) as string[]),
    deviceId: device_id,
    createdAt: created_at,
  }));
}
