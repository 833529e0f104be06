import type { Kysely, Transaction } from 'kysely';
import type { Operation } from '../defender/defender.js';
import type { Schema } from './schema.js';
import type { Reservation, Window } from './store.js';

/**
 * A sliding log: the time of every call is kept as long as any window can see it, so that no window of `ms` length,
 * wherever it starts, ever holds more than `limit` calls. Windows are half-open: a call at t and one at t + ms are in no
 * common window.
 */
export async function reserveCall(
  trx: Transaction<Schema>,
  operation: Operation,
  now: number,
  limits: readonly Window[],
): Promise<Reservation> {
  let at = await lockOperation(trx, operation);
  for (const window of limits) at = Math.max(at, await roomAt(trx, operation, now, window));
  if (at > now) return { granted: false, at };

  const longest = Math.max(0, ...limits.map(({ ms }) => ms));
  await trx
    .deleteFrom('call')
    .where('operation', '=', operation)
    .where('at', '<=', now - longest)
    .execute();
  await trx.insertInto('call').values({ operation, at: now }).execute();
  return { granted: true };
}

/** Never shortens an existing block. */
export async function blockCalls(trx: Transaction<Schema>, operation: Operation, until: number): Promise<void> {
  if ((await lockOperation(trx, operation)) >= until) return;
  await trx.updateTable('block').set({ until }).where('operation', '=', operation).execute();
}

export async function callsSince(
  trx: Transaction<Schema>,
  operation: Operation,
  since: number,
): Promise<{ calls: number[]; blockedUntil: number | undefined }> {
  const calls = await trx
    .selectFrom('call')
    .select('at')
    .where('operation', '=', operation)
    .where('at', '>=', since)
    .orderBy('at')
    .execute();
  const block = await trx.selectFrom('block').select('until').where('operation', '=', operation).executeTakeFirst();
  return { calls: calls.map(({ at }) => at), blockedUntil: block?.until === 0 ? undefined : block?.until };
}

/** Makes other transactions on this operation wait for this one, by writing its row; gives back the end of the block. */
async function lockOperation(trx: Transaction<Schema>, operation: Operation): Promise<number> {
  const { until } = await trx
    .insertInto('block')
    .values({ operation, until: 0 })
    .onConflict((conflict) => conflict.column('operation').doUpdateSet((eb) => ({ until: eb.ref('block.until') })))
    .returning('until')
    .executeTakeFirstOrThrow();
  return until;
}

/** When the window has room: 0 for now, else the moment at which the call that fills it leaves. */
async function roomAt(db: Kysely<Schema>, operation: Operation, now: number, { limit, ms }: Window): Promise<number> {
  if (limit < 1) throw new RangeError(`a window needs a limit of at least 1, not ${limit}`);
  const filling = await db
    .selectFrom('call')
    .select('at')
    .where('operation', '=', operation)
    .where('at', '>', now - ms)
    // Calls further ahead share no window with `now`: after a clock was set back, they must not stop work for that long.
    .where('at', '<', now + ms)
    .orderBy('at', 'desc')
    .limit(1)
    .offset(limit - 1)
    .executeTakeFirst();
  return filling === undefined ? 0 : filling.at + ms;
}
