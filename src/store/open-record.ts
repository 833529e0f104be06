import { existsSync } from 'node:fs';
import type { Kysely } from 'kysely';
import { type Head, origin } from '../audit/chain.js';
import type { AuditKeys } from '../audit/key.js';
import { readHead } from './audit.js';
import { hasBegun } from './audit-begin.js';
import type { StoreDialect } from './dialect.js';
import { StoreError } from './errors.js';
import { createStore } from './kysely-store.js';
import { isPostgres, sqliteFile } from './open.js';
import { connectPostgres } from './postgres.js';
import type { Schema } from './schema.js';
import { openSqlite } from './sqlite.js';
import { kyselyOver, sqliteStoreDialect } from './sqlite-dialect.js';
import type { Store } from './store.js';

export interface OpenedRecord {
  readonly store: Store;
  /** For `recordLines` and `checkpoints`. */
  readonly db: Kysely<Schema>;
  /** Throws as `appendAudit` does. */
  head(): Promise<Head>;
  /** The last row, whatever the head says. */
  lastEvent(): Promise<Head>;
  /** The event at which the last checkpoint was signed; 0 where there is none. */
  newestCheckpoint(): Promise<number>;
  /** The number of the first chained event, and how many there are from there to `last`. */
  chained(last: number): Promise<{ readonly first: number; readonly count: number }>;
}

/**
 * Opens the database of a Cordon that may be running, to read its record and add to it. It makes nothing: no file, no tables, no key.
 * Throws `StoreError` code `store_url` where there is no database, `store_failed` where no record has begun.
 */
export async function openRecord(
  databaseUrl: string,
  { keys, now }: { readonly keys: () => Promise<AuditKeys>; readonly now: () => number },
): Promise<OpenedRecord> {
  const { db, dialect } = isPostgres(databaseUrl) ? connectPostgres(databaseUrl, 1) : fileAt(sqliteFile(databaseUrl));
  try {
    const begun = await hasBegun(db).catch((thrown: unknown) => {
      const error = dialect.toStoreError(thrown);
      if (error.code !== 'store_failed') throw error;
      return false;
    });
    if (!begun)
      throw new StoreError('store_failed', 'this database has no chained record yet: start Cordon on it once');
    const audit = await keys();
    return {
      store: createStore(db, dialect, { now, audit }),
      db,
      head: () => readHead(db, { keys: audit, dialect }),
      lastEvent: () => lastEvent(db),
      newestCheckpoint: () => newestCheckpoint(db),
      chained: (last) => chained(db, last),
    };
  } catch (thrown) {
    await db.destroy();
    throw thrown;
  }
}

function fileAt(file: string): { db: Kysely<Schema>; dialect: StoreDialect } {
  if (!existsSync(file))
    throw new StoreError('store_url', `there is no database ${file}: DATABASE_URL names the one to read`);
  const dialect = sqliteStoreDialect(file);
  return { db: kyselyOver(openSqlite(file, dialect)), dialect };
}

async function lastEvent(db: Kysely<Schema>): Promise<Head> {
  const row = await db.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return { seq: row?.seq ?? 0, hash: row?.hash ?? origin };
}

async function newestCheckpoint(db: Kysely<Schema>): Promise<number> {
  const row = await db.selectFrom('audit_checkpoint').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return row?.seq ?? 0;
}

async function chained(db: Kysely<Schema>, last: number): Promise<{ first: number; count: number }> {
  // The first checkpoint was made with the first event of the chain.
  const begun = await db.selectFrom('audit_checkpoint').select('seq').orderBy('seq').limit(1).executeTakeFirst();
  const first = begun?.seq ?? 1;
  const { count } = await db
    .selectFrom('audit')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('seq', '>=', first)
    .where('seq', '<=', last)
    .executeTakeFirstOrThrow();
  return { first, count: Number(count) };
}
