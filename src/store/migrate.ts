import { DEFAULT_MIGRATION_TABLE, type Kysely, type MigrationProvider, Migrator, sql } from 'kysely';
import type { StoreDialect } from './dialect.js';
import { StoreError } from './errors.js';
import { migrations } from './migrations/index.js';
import type { Schema } from './schema.js';

/**
 * Brings the tables up to this version; a fresh database gets all of them. Throws `store_newer`, and touches nothing,
 * when the database holds a migration that this version does not know.
 */
export async function migrate(
  db: Kysely<Schema>,
  dialect: StoreDialect,
  known: MigrationProvider = { getMigrations: () => Promise.resolve(migrations(dialect)) },
): Promise<void> {
  const names = new Set(Object.keys(await known.getMigrations()));
  const unknown = (await applied(db)).filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw new StoreError(
      'store_newer',
      `the database was written by a newer version of Cordon (it has ${unknown.join(', ')}); start that version or restore a backup`,
    );
  }
  const { error } = await new Migrator({ db, provider: known }).migrateToLatest();
  if (error !== undefined) throw dialect.toStoreError(error);
}

async function applied(db: Kysely<Schema>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
  return rows.map(({ name }) => name);
}
