/**
 * A look at the database of a Cordon that may be running. Guarantees: it makes nothing (no file, no table, no key, no replica), it takes
 * no claim, and what it writes to measure is rolled back. On SQLite it holds the write lock for as long as that takes, some milliseconds.
 */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DEFAULT_MIGRATION_TABLE, type Kysely, type KyselyConfig, sql } from 'kysely';
import type { AuditKeys } from '../audit/key.js';
import type { Bucket } from '../defender/quota.js';
import type { PlatformName } from '../people/person.js';
import { checkRecord } from './audit.js';
import { hasBegun } from './audit-begin.js';
import { defaultPatience, whileBusy } from './busy.js';
import { callsSince } from './calls.js';
import type { StoreDialect } from './dialect.js';
import { StoreError } from './errors.js';
import { migrations } from './migrations/index.js';
import { isPostgres, sqliteFile } from './open.js';
import { connectPostgres } from './postgres.js';
import type { Schema } from './schema.js';
import { memory } from './sqlite.js';
import { kyselyOver, sqliteStoreDialect } from './sqlite-dialect.js';
import type { CallLog } from './store.js';

export interface StoreLook {
  /** The file of an SQLite database; undefined for PostgreSQL. */
  readonly file: string | undefined;
  /** Names of the migrations that it has, that it lacks, and that this version does not know. */
  readonly migrations: {
    readonly applied: readonly string[];
    readonly missing: readonly string[];
    readonly unknown: readonly string[];
  };
  /** The database's own clock, Unix ms; undefined where it has none. */
  time(): Promise<number | undefined>;
  /** Ms for one write that is rolled back, without what a commit adds. Throws a `StoreError` where it takes none. */
  writeMs(now: () => number): Promise<number>;
  /** SQLite's own findings about the file, one a line; empty where it is sound. */
  quickCheck(): Promise<readonly string[]>;
  /** Whether the chained record has begun. */
  begun(): Promise<boolean>;
  /** The number of the last event. Throws as `appendAudit` does where the end of the record is not what Cordon wrote. */
  checkRecord(keys: AuditKeys): Promise<number>;
  /** As the store's. */
  callsSince(bucket: Bucket, since: number, now: number): Promise<CallLog>;
  address(platform: PlatformName, key: string): Promise<string | undefined>;
  /** How many processes count as alive. */
  replicas(now: number): Promise<number>;
  close(): Promise<void>;
}

/** Throws a `StoreError`: `store_url` also where there is no file yet, `store_unavailable`, `store_corrupt`. */
export async function lookAtStore(databaseUrl: string): Promise<StoreLook> {
  const { db, dialect, file } = isPostgres(databaseUrl)
    ? { ...connectPostgres(databaseUrl, 2), file: undefined }
    : openFile(sqliteFile(databaseUrl));
  const read = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw dialect.toStoreError(thrown);
    }
  };
  try {
    const names = Object.keys(migrations(dialect));
    const applied = await read(() => appliedTo(db));
    return {
      file,
      migrations: {
        applied,
        missing: names.filter((name) => !applied.includes(name)),
        unknown: applied.filter((name) => !names.includes(name)),
      },
      time: () =>
        read(async () => {
          const ms = await dialect.now?.(db);
          return ms === undefined ? undefined : Math.floor(ms);
        }),
      writeMs: (now) => writeAndRollBack(db, dialect, now),
      quickCheck: () => read(() => (file === undefined ? Promise.resolve([]) : quickCheck(db))),
      begun: () => read(() => hasBegun(db)),
      checkRecord: (keys) =>
        read(async () => {
          const trx = db.transaction().setAccessMode('read only').setIsolationLevel('repeatable read');
          return (await trx.execute((each) => checkRecord(each, { keys, dialect }))).seq;
        }),
      callsSince: (bucket, since, now) =>
        read(() =>
          db
            .transaction()
            .setAccessMode('read only')
            .execute((trx) => callsSince(trx, bucket, since, now)),
        ),
      address: (platform, key) =>
        read(async () => {
          const found = db
            .selectFrom('address')
            .select('value')
            .where('platform', '=', platform)
            .where('key', '=', key);
          return (await found.executeTakeFirst())?.value;
        }),
      replicas: (now) => read(() => alive(db, now)),
      close: () => db.destroy(),
    };
  } catch (thrown) {
    await db.destroy();
    throw thrown;
  }
}

function openFile(file: string): { db: Kysely<Schema>; dialect: StoreDialect; file: string } {
  if (file === memory || !existsSync(file)) throw new StoreError('store_url', `there is no database ${file} yet`);
  const dialect = sqliteStoreDialect(file);
  try {
    // Not read-only: such a connection would leave the files beside a database in WAL mode that it had to make.
    const database = new Database(file, { timeout: 0, fileMustExist: true });
    database.pragma('query_only = ON');
    return { db: kyselyOver(database, quiet), dialect, file };
  } catch (thrown) {
    throw dialect.toStoreError(thrown);
  }
}

const quiet: KyselyConfig['log'] = () => undefined;

async function appliedTo(db: Kysely<Schema>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
  return rows.map(({ name }) => name);
}

/** Thrown to have the transaction rolled back. */
class RollBack extends Error {}

/** Into a table without a counter: numbers that were given out are not given back. */
async function writeAndRollBack(db: Kysely<Schema>, dialect: StoreDialect, now: () => number): Promise<number> {
  let took = 0;
  const write = (): Promise<void> =>
    db.transaction().execute(async (trx) => {
      const begun = now();
      await trx.insertInto('address').values({ platform: 'slack', key: 'doctor', value: 'rolled back' }).execute();
      took = now() - begun;
      throw new RollBack();
    });
  const begun = now();
  if (!dialect.manyWriters) await sql`pragma query_only = OFF`.execute(db);
  try {
    await whileBusy(write, (thrown) => dialect.toStoreError(thrown), defaultPatience);
  } catch (thrown) {
    if (!(thrown instanceof RollBack) && !(thrown instanceof StoreError && thrown.cause instanceof RollBack)) {
      throw dialect.toStoreError(thrown);
    }
  } finally {
    if (!dialect.manyWriters) await sql`pragma query_only = ON`.execute(db);
  }
  // A long wait for the lock is what the users of the database feel as well.
  return Math.max(took, now() - begun);
}

async function quickCheck(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ quick_check: string }>`pragma quick_check(5)`.execute(db);
  return rows.map(({ quick_check: line }) => line).filter((line) => line !== 'ok');
}

async function alive(db: Kysely<Schema>, now: number): Promise<number> {
  const { count } = await db
    .selectFrom('replica')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('until', '>', now)
    .executeTakeFirstOrThrow();
  return Number(count);
}
