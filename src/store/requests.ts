import type { Insertable, Kysely, Transaction } from 'kysely';
import type { ActionKind } from '../command/model.js';
import { idsOf } from '../people/person.js';
import { openStates, type RequestState } from '../request/life.js';
import type { Request } from '../request/request.js';
import { compiled } from './compiled.js';
import type { RequestTable, Schema } from './schema.js';
import { votesOf } from './votes.js';

type Body = Omit<Request, 'votes'>;

/** False when the id is taken. */
export async function insertRequest(trx: Transaction<Schema>, request: Request): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('request')
    .values(toRow(request))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows !== 0n;
}

/** Whether an open Request asks for the same action on the same device. */
export async function hasOpenTwin(trx: Transaction<Schema>, { device, action }: Request): Promise<boolean> {
  const twin = await trx
    .selectFrom('request')
    .select('id')
    .where('device_id', '=', device.id)
    .where('action', '=', action)
    .where('state', 'in', openStates)
    .limit(1)
    .executeTakeFirst();
  return twin !== undefined;
}

/**
 * The compare-and-swap: false when the stored version is not the one before, or when the Request was changed under a claim
 * that is lost. Ends the claim, unless it is `kept`.
 */
export async function replaceRequest(
  trx: Transaction<Schema>,
  request: Request,
  { kept = false }: { kept?: boolean } = {},
): Promise<boolean> {
  const { claim, state } = request;
  // A wish that somebody stores while a call is under way does not take it from its sender.
  const stays = kept || (claim === undefined && state === 'sending');
  const { numUpdatedRows } = await trx
    .updateTable('request')
    .set({ ...toRow(request), ...(!stays && { owner: null }) })
    .where('id', '=', request.id)
    .where('version', '=', request.version - 1)
    .$if(claim !== undefined, (query) => query.where('owner', '=', claim ?? null))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function requestById(trx: Transaction<Schema>, id: string): Promise<Request | undefined> {
  const rows = await trx.selectFrom('request').select(['due_at', 'body']).where('id', '=', id).execute();
  return (await withVotes(trx, rows))[0];
}

export async function requestsIn(
  trx: Transaction<Schema>,
  states: readonly RequestState[],
  limit: number,
): Promise<Request[]> {
  return withVotes(trx, isNotEmpty(states) ? await rowsIn(trx, states, limit) : []);
}

const rowsIn = compiled((db, states: Some<RequestState>, limit: number) =>
  inEachState(states, (state) =>
    db.selectFrom('request').select(['id', 'line_at', 'due_at', 'body']).where('state', '=', state),
  )
    .orderBy('line_at')
    .orderBy('id')
    .limit(limit),
);

export async function countIn(
  db: Kysely<Schema>,
  states: readonly RequestState[],
  action?: ActionKind,
): Promise<number> {
  if (!isNotEmpty(states)) return 0;
  const [row] = await countsIn(db, states, action ?? null);
  return Number(row?.count ?? 0);
}

const countsIn = compiled((db, states: Some<RequestState>, action: ActionKind | null) => {
  const inStates = db
    .selectFrom('request')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('state', 'in', states);
  return action === null ? inStates : inStates.where('action', '=', action);
});

export async function nextDue(db: Kysely<Schema>, states: readonly RequestState[]): Promise<number | undefined> {
  const [row] = isNotEmpty(states) ? await nextDueIn(db, states) : [];
  return row?.due_at ?? undefined;
}

const nextDueIn = compiled((db, states: Some<RequestState>) =>
  inEachState(states, (state) =>
    db
      .selectFrom('request')
      .select('due_at')
      .where('state', '=', state)
      .where('owner', 'is', null)
      .where('due_at', 'is not', null),
  )
    .orderBy('due_at')
    .limit(1),
);

/** How many Requests are open, in all and of this requester. */
export async function openRequests(
  db: Kysely<Schema>,
  requesterId: string,
): Promise<{ readonly all: number; readonly ofRequester: number }> {
  const open = db
    .selectFrom('request')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('state', 'in', openStates);
  const all = await open.executeTakeFirstOrThrow();
  const ofRequester = await open.where('requester_id', '=', requesterId).executeTakeFirstOrThrow();
  return { all: Number(all.count), ofRequester: Number(ofRequester.count) };
}

export async function requestsForDevice(trx: Transaction<Schema>, deviceId: string, limit: number): Promise<Request[]> {
  const rows = await trx
    .selectFrom('request')
    .select(['due_at', 'body'])
    .where('device_id', '=', deviceId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return withVotes(trx, rows);
}

export async function requestsForMachineAction(trx: Transaction<Schema>, machineActionId: string): Promise<Request[]> {
  const rows = await trx
    .selectFrom('request')
    .select(['due_at', 'body'])
    .where('machine_action_id', '=', machineActionId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return withVotes(trx, rows);
}

/**
 * `union all` over the states. Each branch then walks an index in the order that is asked for and the database merges
 * them; with `state in (...)` it would read and sort everything first.
 */
function inEachState<Q extends { unionAll(other: Q): Q }>(
  [first, ...others]: Some<RequestState>,
  branch: (state: RequestState) => Q,
): Q {
  const apart = [...new Set(others)].filter((state) => state !== first);
  return apart.map(branch).reduce((union, other) => union.unionAll(other), branch(first));
}

type Some<T> = readonly [T, ...T[]];

function isNotEmpty<T>(list: readonly T[]): list is Some<T> {
  return list.length > 0;
}

export async function withVotes(
  trx: Transaction<Schema>,
  rows: readonly { body: string; due_at: number | null }[],
): Promise<Request[]> {
  // A postponement moves the column alone.
  const bodies = rows.map(({ body, due_at }) => ({ ...(JSON.parse(body) as Body), dueAt: due_at ?? undefined }));
  const votes = await votesOf(
    trx,
    bodies.map(({ id }) => id),
  );
  return bodies.map((body) => ({
    ...body,
    // JSON leaves out what is undefined.
    quorum: body.quorum,
    // Those on an earlier revision stay in the table, for the record.
    votes: (votes.get(body.id) ?? []).filter(({ revision }) => revision === body.revision),
  }));
}

function toRow({ claim: _claim, ...request }: Request): Insertable<RequestTable> {
  return {
    id: request.id,
    version: request.version,
    state: request.state,
    action: request.action,
    device_id: request.device.id,
    requester_id: request.requester.id,
    requester_ids: JSON.stringify(idsOf(request.requester)),
    created_at: request.createdAt,
    expires_at: request.expiresAt,
    queued_at: request.queuedAt ?? null,
    line_at: request.queuedAt ?? request.createdAt,
    due_at: request.dueAt ?? null,
    machine_action_id: request.machineAction?.id ?? null,
    body: JSON.stringify({ ...request, votes: undefined }),
  };
}
