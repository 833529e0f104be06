import type { Kysely, Transaction } from 'kysely';
import { openStates } from '../request/life.js';
import type { Schema } from './schema.js';
import { replicaOf } from './store.js';

const claimable = ['inbox', 'delivery', 'request'] as const;

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

/**
 * Forgets the replicas that did not renew in time; what they have claimed is due, and anybody's, and so is what a forgotten one claims
 * late. How many there were.
 */
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
  await freeOrphans(trx);
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

/**
 * A process that is forgotten and does not know it yet may go on claiming under its old id, which is never forgotten again. The claims
 * are read first: whoever claims is known before.
 */
async function freeOrphans(trx: Transaction<Schema>): Promise<void> {
  const claimed: { readonly table: (typeof claimable)[number]; readonly owner: string }[] = [];
  for (const table of claimable) {
    const rows = await trx.selectFrom(table).select('owner').distinct().where('owner', 'is not', null).execute();
    claimed.push(...rows.map(({ owner }) => ({ table, owner: owner ?? '' })));
  }
  if (claimed.length === 0) return;
  const known = new Set((await trx.selectFrom('replica').select('id').execute()).map(({ id }) => id));
  for (const { table, owner } of claimed) {
    if (known.has(replicaOf(owner))) continue;
    await trx.updateTable(table).set({ owner: null }).where('owner', '=', owner).execute();
  }
}

async function freeClaims(trx: Transaction<Schema>, replicas: readonly string[]): Promise<void> {
  for (const table of claimable) {
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
  for (const table of claimable) {
    await trx.updateTable(table).set({ owner: null }).where('owner', '=', owner).execute();
  }
}
