import type { Transaction } from 'kysely';
import type { ActionKind } from '../command/model.js';
import { type Bucket, flightMs } from '../defender/quota.js';
import type { PlatformName } from '../people/person.js';
import { openStates, type RequestState } from '../request/life.js';
import type { StoreDialect } from './dialect.js';
import type { Schema } from './schema.js';
import { readSwitch } from './switch.js';

/** Numbers about what is open, for whoever watches Cordon. All of one moment; times are Unix ms. */
export interface StoreStats {
  /** Every open state, those with nobody in them included. What has ended is not counted: it only grows. */
  readonly requests: ReadonlyMap<RequestState, number>;
  /** Those that stand in the line, by action, and since when the first of them does. What is held stands in no line. */
  readonly queue: readonly { readonly action: ActionKind; readonly waiting: number; readonly since: number }[];
  /** Queued, but held by a stop or a dry run. */
  readonly held: number;
  /** Messages owed, and since when the oldest of them is. */
  readonly deliveries: readonly { readonly platform: PlatformName; readonly pending: number; readonly since: number }[];
  /** What platforms sent and nobody has answered. */
  readonly inbox: { readonly pending: number; readonly since: number | undefined };
  /** Calls that the quota counts at this moment, those under way included. A bucket without any is not in it. */
  readonly calls: readonly CallCount[];
  /** Processes that share the database and are alive. */
  readonly replicas: number;
  readonly stopped: boolean;
  /** Events in the record, how many of them no checkpoint covers, and when the last one was signed. */
  readonly audit: { readonly events: number; readonly unsigned: number; readonly signedAt: number | undefined };
}

export interface CallCount {
  readonly bucket: Bucket;
  readonly lastMinute: number;
  readonly lastHour: number;
  /** The end of the pause that a 429 asked for, where there is one. */
  readonly blockedUntil: number | undefined;
}

/** For metrics. One transaction that writes nothing. */
export interface StatsStore {
  stats(now: number): Promise<StoreStats>;
}

/** As the throttle counts them: its windows have a little slack. */
const minuteMs = 60_020;
const hourMs = 3_600_020;

export async function readStats(trx: Transaction<Schema>, dialect: StoreDialect, now: number): Promise<StoreStats> {
  const { held, requests } = await openRequests(trx);
  return {
    requests,
    held,
    queue: await lines(trx),
    deliveries: await owed(trx),
    inbox: await unanswered(trx),
    calls: await counted(trx, now),
    replicas: await alive(trx, now),
    stopped: (await readSwitch(trx, dialect)).stopped,
    audit: await record(trx),
  };
}

/** By the index on state and due time alone: the rows are wide, and there may be many. */
async function openRequests(trx: Transaction<Schema>): Promise<Pick<StoreStats, 'requests' | 'held'>> {
  const rows = await trx
    .selectFrom('request')
    .select(({ fn }) => ['state', fn.countAll().as('all'), fn.count('due_at').as('due')])
    .where('state', 'in', openStates)
    .groupBy('state')
    .execute();
  const queued = rows.find(({ state }) => state === 'queued');
  return {
    requests: new Map(openStates.map((state) => [state, Number(rows.find((row) => row.state === state)?.all ?? 0)])),
    held: queued === undefined ? 0 : Number(queued.all) - Number(queued.due),
  };
}

async function lines(trx: Transaction<Schema>): Promise<StoreStats['queue']> {
  const rows = await trx
    .selectFrom('request')
    .select(({ fn }) => ['action', fn.countAll().as('waiting'), fn.min('line_at').as('since')])
    .where('state', '=', 'queued')
    .where('due_at', 'is not', null)
    .groupBy('action')
    .execute();
  return rows.map(({ action, waiting, since }) => ({
    action: action as ActionKind,
    waiting: Number(waiting),
    since,
  }));
}

async function owed(trx: Transaction<Schema>): Promise<StoreStats['deliveries']> {
  const rows = await trx
    .selectFrom('delivery')
    .select(({ fn }) => ['platform', fn.countAll().as('pending'), fn.min('created_at').as('since')])
    .where('state', '=', 'owed')
    .groupBy('platform')
    .execute();
  return rows.map(({ platform, pending, since }) => ({ platform, pending: Number(pending), since }));
}

async function unanswered(trx: Transaction<Schema>): Promise<StoreStats['inbox']> {
  const { pending, since } = await trx
    .selectFrom('inbox')
    .select(({ fn }) => [fn.countAll().as('pending'), fn.min('received_at').as('since')])
    .where('settled_at', 'is', null)
    .executeTakeFirstOrThrow();
  return { pending: Number(pending), since: Number(pending) === 0 ? undefined : since };
}

async function counted(trx: Transaction<Schema>, now: number): Promise<CallCount[]> {
  const rows = await trx
    .selectFrom('call')
    .select(({ fn, eb }) => [
      'bucket',
      fn.countAll().as('lastHour'),
      fn
        .sum(
          eb
            .case()
            .when('at', '>', now - minuteMs)
            .then(1)
            .else(0)
            .end(),
        )
        .as('lastMinute'),
    ])
    .where('at', '>', now - hourMs)
    // What lies further ahead than a call under way is of a clock that was set back since.
    .where('at', '<=', now + 2 * flightMs)
    .groupBy('bucket')
    .execute();
  const blocks = await trx.selectFrom('block').select(['bucket', 'until']).where('until', '>', now).execute();
  const buckets = [...new Set([...rows, ...blocks].map(({ bucket }) => bucket))];
  return buckets.map((bucket) => {
    const row = rows.find((each) => each.bucket === bucket);
    return {
      bucket,
      lastMinute: Number(row?.lastMinute ?? 0),
      lastHour: Number(row?.lastHour ?? 0),
      blockedUntil: blocks.find((each) => each.bucket === bucket)?.until,
    };
  });
}

async function alive(trx: Transaction<Schema>, now: number): Promise<number> {
  const { count } = await trx
    .selectFrom('replica')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('until', '>', now)
    .executeTakeFirstOrThrow();
  return Number(count);
}

async function record(trx: Transaction<Schema>): Promise<StoreStats['audit']> {
  const head = await trx.selectFrom('audit_head').select('seq').executeTakeFirst();
  const last = await trx
    .selectFrom('audit_checkpoint')
    .select(['seq', 'at'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const events = head?.seq ?? 0;
  return { events, unsigned: events - (last?.seq ?? 0), signedAt: last?.at };
}
