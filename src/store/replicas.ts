import type { Kysely, Transaction } from 'kysely';
import { openStates } from '../request/life.js';
import type { Schema } from './schema.js';

export async function register(db: Kysely<Schema>, id: string, until: number): Promise<void> {
  await db.insertInto('replica').values({ id, until }).execute();
}

/** False when it counted as dead meanwhile. */
export async function renew(db: Kysely<Schema>, id: string, until: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('replica')
    .set({ until })
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Forgets this replica; what it has claimed is due, and anybody's. */
export async function release(trx: Transaction<Schema>, id: string): Promise<void> {
  await trx.deleteFrom('replica').where('id', '=', id).execute();
  await freeClaims(trx, [id]);
}

/** Forgets the replicas that did not renew in time; what they have claimed is due, and anybody's. How many there were. */
export async function reap(trx: Transaction<Schema>, now: number, latest: number): Promise<number> {
  // First of all, because it locks: a replica that renews in this moment is alive, or learns that it is forgotten.
  const dead = await trx
    .deleteFrom('replica')
    .where((eb) => eb.or([eb('until', '<=', now), eb('until', '>', latest)]))
    .returning('id')
    .execute();
  if (dead.length > 0) {
    await freeClaims(
      trx,
      dead.map(({ id }) => id),
    );
  }
  return dead.length;
}

/** The states whose due times are pauses and looks; that of a Request that awaits approval is its expiry. */
const pausing = openStates.filter((state) => state !== 'awaiting approval');

export async function pullIn(trx: Transaction<Schema>, now: number, latest: number): Promise<void> {
  await trx
    .updateTable('inbox')
    .set({ due_at: now })
    .where('settled_at', 'is', null)
    .where('due_at', '>', latest)
    .execute();
  await trx
    .updateTable('delivery')
    .set({ due_at: now })
    .where('state', '=', 'owed')
    .where('due_at', '>', latest)
    .execute();
  await trx
    .updateTable('request')
    .set({ due_at: now })
    .where('state', 'in', pausing)
    .where('due_at', '>', latest)
    .execute();
}

async function freeClaims(trx: Transaction<Schema>, replicas: readonly string[]): Promise<void> {
  for (const table of ['inbox', 'delivery', 'request'] as const) {
    for (const replica of replicas) {
      await trx
        .updateTable(table)
        .set({ owner: null })
        // For the index, which holds what is claimed alone.
        .where('owner', 'is not', null)
        .where('owner', 'like', `${replica}/%`)
        .execute();
    }
  }
}

/** What this one claim took is due, and anybody's. */
export async function free(trx: Transaction<Schema>, owner: string): Promise<void> {
  for (const table of ['inbox', 'delivery', 'request'] as const) {
    await trx.updateTable(table).set({ owner: null }).where('owner', '=', owner).execute();
  }
}
