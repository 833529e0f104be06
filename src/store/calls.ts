import type { Transaction } from 'kysely';
import { type Bucket, flightMs } from '../defender/quota.js';
import type { StoreDialect } from './dialect.js';
import type { Schema } from './schema.js';
import type { CallLog, Reservation, Window } from './store.js';

type Clock = Pick<StoreDialect, 'now'>;

/** No limit of Defender is counted over a longer time, so no pause has to be longer. */
const longestBlockMs = 3_600_000;
/** The clocks of two replicas may differ by this much, or one be set back by it, and no call under way is overlooked. */
const clockSlackMs = 5_000;

/**
 * Takes one call inside the caller's transaction. A sliding log: the time of every call is kept as long as any window can
 * see it, so that no window of `ms` length, wherever it starts, ever holds more than `limit` calls. Windows are half-open: a
 * call at t and one at t + ms are in no common window.
 *
 * Defender counts a call when it arrives, which is seen nowhere but before its answer. So a call is kept at the latest
 * moment at which it can arrive until `callDone` moves it to its answer; if its replica died it stays there.
 */
export async function takeCall(
  trx: Transaction<Schema>,
  clock: Clock,
  ask: { readonly bucket: Bucket; readonly now: number; readonly limits: readonly Window[] },
): Promise<Reservation> {
  const { bucket, limits } = ask;
  const until = await lock(trx, bucket);
  const now = await timeOf(trx, clock, ask.now);
  let waitMs = isStale(until, now) ? 0 : until - now;
  for (const window of limits) waitMs = Math.max(waitMs, await waitForRoom(trx, bucket, now, window));
  if (waitMs > 0) return { granted: false, waitMs };

  const longest = Math.max(0, ...limits.map(({ ms }) => ms));
  await trx
    .deleteFrom('call')
    .where('bucket', '=', bucket)
    .where('at', '<=', now - longest)
    .execute();
  const { id } = await trx
    .insertInto('call')
    .values({ bucket, at: now + flightMs })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { granted: true, call: String(id) };
}

export async function callDone(
  trx: Transaction<Schema>,
  clock: Clock,
  call: string,
  callersNow: number,
): Promise<void> {
  const at = await timeOf(trx, clock, callersNow);
  await trx.updateTable('call').set({ at }).where('id', '=', Number(call)).execute();
}

/** Never shortens an existing block, unless that one can only be of a clock that was ahead. */
export async function blockCalls(
  trx: Transaction<Schema>,
  clock: Clock,
  ask: { readonly bucket: Bucket; readonly forMs: number; readonly now: number },
): Promise<void> {
  const { bucket } = ask;
  const present = await lock(trx, bucket);
  const now = await timeOf(trx, clock, ask.now);
  const until = now + Math.min(ask.forMs, longestBlockMs);
  if (present >= until && !isStale(present, now)) return;
  await trx.updateTable('block').set({ until }).where('bucket', '=', bucket).execute();
}

export async function callsSince(
  trx: Transaction<Schema>,
  bucket: Bucket,
  since: number,
  now: number,
): Promise<CallLog> {
  const calls = await trx
    .selectFrom('call')
    .select('at')
    .where('bucket', '=', bucket)
    .where('at', '>=', since)
    .where('at', '<=', latest(now))
    .orderBy('at')
    .execute();
  const block = await trx.selectFrom('block').select('until').where('bucket', '=', bucket).executeTakeFirst();
  const until = block?.until ?? 0;
  return {
    calls: calls.map(({ at }) => Math.min(at, now)),
    blockedUntil: until === 0 || isStale(until, now) ? undefined : until,
  };
}

/** Makes other transactions on this bucket wait for this one, by writing its row; gives back the end of the block. */
async function lock(trx: Transaction<Schema>, bucket: Bucket): Promise<number> {
  const { until } = await trx
    .insertInto('block')
    .values({ bucket, until: 0 })
    .onConflict((conflict) => conflict.column('bucket').doUpdateSet((eb) => ({ until: eb.ref('block.until') })))
    .returning('until')
    .executeTakeFirstOrThrow();
  return until;
}

/** Asked once the lock is held: a time from before a wait for it would be in the past of calls already counted. */
async function timeOf(trx: Transaction<Schema>, clock: Clock, callersNow: number): Promise<number> {
  return Math.floor((await clock.now?.(trx)) ?? callersNow);
}

/** How long until the window may have room: 0 for now. A call under way cannot have been answered before `now`. */
async function waitForRoom(
  trx: Transaction<Schema>,
  bucket: Bucket,
  now: number,
  { limit, ms }: Window,
): Promise<number> {
  if (limit < 1) throw new RangeError(`a window needs a limit of at least 1, not ${limit}`);
  const filling = await trx
    .selectFrom('call')
    .select('at')
    .where('bucket', '=', bucket)
    .where('at', '>', now - ms)
    .where('at', '<=', latest(now))
    .orderBy('at', 'desc')
    .limit(1)
    .offset(limit - 1)
    .executeTakeFirst();
  return filling === undefined ? 0 : Math.min(filling.at, now) + ms - now;
}

/** Later than any call under way. What lies further ahead is of a clock that was set back since, and must not stop work. */
function latest(now: number): number {
  return now + flightMs + clockSlackMs;
}

function isStale(until: number, now: number): boolean {
  return until > now + longestBlockMs + clockSlackMs;
}
