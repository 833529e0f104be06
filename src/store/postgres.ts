import type { Kysely } from 'kysely';
import pg from 'pg';
import { CordonError } from '../errors.js';
import { migrate } from './migrate.js';
import type { StoreDialect } from './dialect.js';
import { StoreError } from './errors.js';
import { kyselyOverPostgres, postgresStoreDialect } from './postgres-dialect.js';
import type { Schema } from './schema.js';

/** Any number that all versions of Cordon share. */
const setupLock = 7_263_495_182;
const connectMs = 5_000;
const statementMs = 10_000;

export interface OpenedPostgres<T> {
  readonly db: Kysely<Schema>;
  readonly dialect: StoreDialect;
  /** What `setUp` gave. */
  readonly made: T;
}

/**
 * Connects, brings the tables up to date and does `setUp`; replicas that start together take turns. Throws `store_unavailable`,
 * `store_newer`, `store_url`, and what `setUp` throws.
 */
export async function openPostgres<T>(
  databaseUrl: string,
  poolSize: number,
  setUp: (db: Kysely<Schema>, dialect: StoreDialect) => Promise<T>,
): Promise<OpenedPostgres<T>> {
  const { db, dialect } = connectPostgres(databaseUrl, poolSize);
  try {
    const made = await withSetupLock(databaseUrl, async () => {
      await migrate(db, dialect);
      return setUp(db, dialect);
    });
    return { db, dialect, made };
  } catch (thrown) {
    await db.destroy();
    throw thrown instanceof CordonError ? thrown : dialect.toStoreError(thrown);
  }
}

/** A pool that connects when it is first used; the tables have to be there. Throws `store_url`. */
export function connectPostgres(
  databaseUrl: string,
  poolSize: number,
): { readonly db: Kysely<Schema>; readonly dialect: StoreDialect } {
  const dialect = postgresStoreDialect(nameOf(databaseUrl));
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    connectionTimeoutMillis: connectMs,
    // A server that has vanished must not hold up whoever asks it.
    query_timeout: statementMs,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: 2 * statementMs,
    keepAlive: true,
    application_name: 'cordon',
    types: { getTypeParser },
  });
  // A connection that breaks fails the query that it carries, or is replaced at the next one. Between two queries it only tells whoever
  // listens, and without a listener, idle or in the midst of a transaction, it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return { db: kyselyOverPostgres(pool), dialect };
}

/** Held on a connection of its own, so that it ends with the process whatever happens. */
async function withSetupLock<T>(databaseUrl: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: connectMs });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [setupLock]);
    return await work();
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** `bigint` as a number: times are Unix ms and ids count up, both far below 2^53. */
function getTypeParser(
  ...[oid, format]: Parameters<typeof pg.types.getTypeParser>
): ReturnType<typeof pg.types.getTypeParser> {
  return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);
}

/** Host and database; the rest of the URL may hold a password. */
function nameOf(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) {
    throw new StoreError(
      'store_url',
      'DATABASE_URL is no URL: it must look like postgres://user:password@host:5432/database',
    );
  }
  const { host, pathname } = new URL(databaseUrl);
  return `postgres://${host}${pathname}`;
}
