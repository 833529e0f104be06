import { type Expression, type ExpressionBuilder, type Kysely, sql, type SqlBool, type Transaction } from 'kysely';
import type { ActionKind } from '../command/model.js';
import { type RequestState, runningStates } from '../request/life.js';
import type { Request } from '../request/request.js';
import type { StoreDialect } from './dialect.js';
import { withVotes } from './requests.js';
import type { Schema } from './schema.js';

export async function claimRequests(
  trx: Transaction<Schema>,
  dialect: StoreDialect,
  owner: string,
  { states, now, limit }: { states: readonly RequestState[]; now: number; limit: number },
): Promise<Request[]> {
  const inState = (state: RequestState) =>
    trx
      .selectFrom('request')
      .select(['id', 'due_at', 'body'])
      .where('state', '=', state)
      .where('owner', 'is', null)
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .orderBy('id')
      .limit(limit)
      .$if(dialect.manyWriters, (query) => query.forUpdate().skipLocked());
  // One query a state, because a union cannot lock its rows.
  const due: Row[] = [];
  for (const state of new Set(states)) due.push(...(await inState(state).execute()));
  due.sort((a, b) => (a.due_at ?? 0) - (b.due_at ?? 0) || (a.id < b.id ? -1 : 1));
  return claim(trx, owner, due.slice(0, limit));
}

export async function claimQueued(
  trx: Transaction<Schema>,
  dialect: StoreDialect,
  owner: string,
  { action, now, limit }: { action: ActionKind; now: number; limit: number },
): Promise<Request[]> {
  const line = await trx
    .selectFrom('request')
    .select(['id', 'due_at', 'body'])
    // Word for word as in the index `request_waiting`, which is not used otherwise; nor may the one over `due_at` look better.
    .where('state', '=', sql.lit('queued'))
    .where('due_at', 'is not', null)
    .where('owner', 'is', null)
    .where(sql`+due_at`, '<=', now)
    .where('action', '=', action)
    .where(laneIsFree)
    .orderBy('line_at')
    .orderBy('id')
    .limit(limit)
    .$if(dialect.manyWriters, (query) => query.forUpdate().skipLocked())
    .execute();
  return claim(trx, owner, line);
}

export async function claimHeld(
  trx: Transaction<Schema>,
  dialect: StoreDialect,
  owner: string,
  action: ActionKind,
  limit: number,
): Promise<Request[]> {
  const held = await trx
    .selectFrom('request')
    .select(['id', 'due_at', 'body'])
    .where('state', '=', 'queued')
    .where('due_at', 'is', null)
    .where('action', '=', action)
    .where('owner', 'is', null)
    // Not by place in the line: that would walk the whole line to find nothing.
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .$if(dialect.manyWriters, (query) => query.forUpdate().skipLocked())
    .execute();
  return claim(trx, owner, held);
}

/** Whether the version before this one is still the stored one, still claimed, and its device's lane free. Lock the device first. */
export async function mayBeSent(
  trx: Transaction<Schema>,
  { manyWriters }: StoreDialect,
  { id, version, claim }: Request,
): Promise<boolean> {
  const row = await trx
    .selectFrom('request')
    .select('id')
    .where('id', '=', id)
    .where('version', '=', version - 1)
    .where('owner', '=', claim ?? null)
    .where(laneIsFree)
    .$if(manyWriters, (query) => query.forUpdate())
    .executeTakeFirst();
  return row !== undefined;
}

/** Puts off what is claimed and has not changed; what the claim was lost of stays as it is. */
export async function postponeRequests(
  db: Kysely<Schema>,
  ids: readonly string[],
  owner: string,
  dueAt: number,
): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('request')
    .set({ due_at: dueAt, owner: null })
    .where('id', 'in', ids)
    .where('owner', '=', owner)
    .execute();
}

/**
 * No call for the device is under way, and none of its Requests stands further ahead in the line. One that is approved and not yet in the
 * line, as when the process that had to queue it has died, may belong ahead: it is waited for. What is held is not: a release must
 * not wait for a restriction that nobody may send.
 */
function laneIsFree(eb: ExpressionBuilder<Schema, 'request'>): Expression<SqlBool> {
  const inTheWay = eb
    .selectFrom('request as other')
    .select('other.id')
    .whereRef('other.device_id', '=', 'request.device_id')
    .whereRef('other.id', '!=', 'request.id')
    .where((both) => {
      const lineAt = both.ref('request.line_at');
      const ahead = both.or([
        both('other.line_at', '<', lineAt),
        both.and([both('other.line_at', '=', lineAt), both('other.id', '<', both.ref('request.id'))]),
      ]);
      return both.or([
        both('other.state', 'in', runningStates),
        both.and([both('other.state', 'in', ['approved', 'queued']), both('other.due_at', 'is not', null), ahead]),
      ]);
    });
  return eb.not(eb.exists(inTheWay));
}

interface Row {
  readonly id: string;
  readonly due_at: number | null;
  readonly body: string;
}

async function claim(trx: Transaction<Schema>, owner: string, rows: readonly Row[]): Promise<Request[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  await trx.updateTable('request').set({ owner }).where('id', 'in', ids).execute();
  return (await withVotes(trx, rows)).map((request) => ({ ...request, claim: owner }));
}
