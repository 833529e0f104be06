import type Database from 'better-sqlite3';
import type { CompiledQuery, Kysely } from 'kysely';
import { audit } from '../audit-key.js';
import { beginRecord } from '../../src/store/audit-begin.js';
import { createStore, type StoreOptions } from '../../src/store/kysely-store.js';
import { migrate } from '../../src/store/migrate.js';
import type { Schema } from '../../src/store/schema.js';
import { openSqlite } from '../../src/store/sqlite.js';
import { kyselyOver, sqliteStoreDialect } from '../../src/store/sqlite-dialect.js';
import type { Store } from '../../src/store/store.js';

export interface RawStore {
  readonly store: Store;
  readonly db: Kysely<Schema>;
  /** The connection below the store, to break things and to look behind the port. */
  readonly database: Database.Database;
  /** What the store has executed. */
  readonly queries: CompiledQuery[];
}

export async function openRaw(file = ':memory:', options: Partial<StoreOptions> = {}): Promise<RawStore> {
  const dialect = sqliteStoreDialect(file);
  const database = openSqlite(file, dialect);
  const queries: CompiledQuery[] = [];
  const db = kyselyOver(database, (event) => {
    if (event.level === 'query') queries.push(event.query);
  });
  await migrate(db, dialect);
  await beginRecord(db, { keys: audit, dialect }, 0);
  queries.length = 0;
  return { store: createStore(db, dialect, { audit, now: () => 0, ...options }), db, database, queries };
}
