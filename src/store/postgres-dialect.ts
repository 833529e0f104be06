import { type Kysely, Kysely as KyselyOver, type KyselyConfig, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { messageOf } from '../errors.js';
import type { StoreDialect } from './dialect.js';
import { StoreError, type StoreErrorCode } from './errors.js';
import type { Schema } from './schema.js';

/** Kysely over this pool. Closing Kysely closes the pool. */
export function kyselyOverPostgres(pool: pg.Pool, log?: KyselyConfig['log']): Kysely<Schema> {
  return new KyselyOver<Schema>({ dialect: new PostgresDialect({ pool }), ...(log !== undefined && { log }) });
}

/** What the store needs to know of PostgreSQL. `where` names the server in errors: host and database, never the password. */
export function postgresStoreDialect(where: string): StoreDialect {
  return {
    autoId: ['bigserial', (column) => column.primaryKey()],
    appendOnly: (table) => [
      sql`create function ${sql.id(`${table}_append_only`)}() returns trigger language plpgsql as
        ${sql.lit(`begin raise exception '${table} is append-only'; end`)}`,
      sql`create trigger ${sql.id(`${table}_no_change`)} before update or delete or truncate on ${sql.table(table)}
        for each statement execute function ${sql.id(`${table}_append_only`)}()`,
    ],
    forwardOnly: (table) => [
      sql`create function ${sql.id(`${table}_no_removal`)}() returns trigger language plpgsql as
        ${sql.lit(`begin raise exception '${table} is never removed'; end`)}`,
      sql`create trigger ${sql.id(`${table}_stays`)} before delete or truncate on ${sql.table(table)}
        for each statement execute function ${sql.id(`${table}_no_removal`)}()`,
      sql`create function ${sql.id(`${table}_forward_only`)}() returns trigger language plpgsql as
        ${sql.lit(`begin if new.seq <= old.seq then raise exception '${table} only moves forward'; end if; return new; end`)}`,
      sql`create trigger ${sql.id(`${table}_forward`)} before update on ${sql.table(table)}
        for each row execute function ${sql.id(`${table}_forward_only`)}()`,
    ],
    noReplacing: () => [],
    manyWriters: true,
    lock: async (trx, key) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(trx);
    },
    now: async (db) => {
      const { rows } = await sql<{
        ms: number;
      }>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`.execute(db);
      return rows[0]?.ms ?? Number.NaN;
    },
    toStoreError: (thrown) => toStoreError(thrown, where),
  };
}

/**
 * SQLSTATE by its beginning: a whole class, or one code. What is `store_busy` is tried again from the start.
 * Source: PostgreSQL's documentation, appendix A.
 */
const families: readonly (readonly [string, StoreErrorCode])[] = [
  ['53100', 'store_full'],
  ['40', 'store_busy'],
  ['55P03', 'store_busy'],
  ['XX001', 'store_corrupt'],
  ['XX002', 'store_corrupt'],
  ['08', 'store_unavailable'],
  ['25006', 'store_unavailable'],
  ['28', 'store_unavailable'],
  ['3D', 'store_unavailable'],
  ['53', 'store_unavailable'],
  ['57', 'store_unavailable'],
  ['58', 'store_unavailable'],
];

function toStoreError(thrown: unknown, where: string): StoreError {
  if (thrown instanceof StoreError) return thrown;
  const state = thrown instanceof pg.DatabaseError ? thrown.code : undefined;
  const code = state === undefined ? withoutState(thrown) : families.find(([family]) => state.startsWith(family))?.[1];
  return new StoreError(
    code ?? 'store_failed',
    `${where}: ${messageOf(thrown)}${state === undefined ? '' : ` (${state})`}`,
    thrown,
  );
}

/** No answer of the server: the connection could not be made or broke. What else comes without a state is a mistake of ours. */
function withoutState(thrown: unknown): StoreErrorCode | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code } = thrown as NodeJS.ErrnoException;
  const broken = /connection terminated|timeout|connection ended|not queryable|client was closed/i.test(thrown.message);
  return broken || (code !== undefined && /^E[A-Z]+$/.test(code)) ? 'store_unavailable' : undefined;
}
