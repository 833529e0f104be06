import type { AuditKeys } from '../audit/key.js';
import { beginRecord, hasBegun } from './audit-begin.js';
import { defaultPatience, type Patience, whileBusy } from './busy.js';
import type { StoreDialect } from './dialect.js';
import { StoreError } from './errors.js';
import type { Kysely } from 'kysely';
import { createStore, type StoreOptions } from './kysely-store.js';
import { migrate } from './migrate.js';
import { memory, openSqlite, withSetupLock } from './sqlite.js';
import { kyselyOver, sqliteStoreDialect } from './sqlite-dialect.js';
import type { Schema } from './schema.js';
import type { Store } from './store.js';

/** A migration of another process may take its time: one minute. */
const setupPatience: Patience = { ...defaultPatience, tries: 6000 };

/** Loops, pools and requests share them; more would only wait for each other's locks. */
const connections = 10;

/** As for a store; the audit keys may depend on whether the record of this database has begun, as where the first start makes one. */
export type OpenOptions = Omit<StoreOptions, 'audit'> & {
  readonly audit: AuditKeys | ((begun: boolean) => Promise<AuditKeys>);
};

/**
 * Opens the store that `DATABASE_URL` names and brings its tables up to date: `sqlite:path/to/cordon.db`,
 * `sqlite::memory:` or `postgres://user:password@host:5432/database`. Throws a `StoreError`: `store_url`, `store_newer`,
 * `store_corrupt`, `store_unavailable`, `audit_broken`, `audit_key`; and what `options.audit` throws.
 */
export async function openStore(databaseUrl: string, options: OpenOptions): Promise<Store> {
  const { audit: given, patience = defaultPatience } = options;
  const begin = async (db: Kysely<Schema>, dialect: StoreDialect): Promise<AuditKeys> => {
    const patiently = <T>(work: () => Promise<T>): Promise<T> =>
      whileBusy(work, (thrown) => dialect.toStoreError(thrown), patience);
    const keys = typeof given === 'function' ? await given(await patiently(() => hasBegun(db))) : given;
    await patiently(() => beginRecord(db, { keys, dialect }, options.now()));
    return keys;
  };
  if (isPostgres(databaseUrl)) {
    // Nobody else needs pg.
    const { openPostgres } = await import('./postgres.js');
    const { db, dialect, made: audit } = await openPostgres(databaseUrl, connections, begin);
    return createStore(db, options.countBy === 'now' ? withoutClock(dialect) : dialect, { ...options, audit });
  }
  const file = sqliteFile(databaseUrl);
  const dialect = sqliteStoreDialect(file);
  const setUp = async (): Promise<Store> => {
    const database = openSqlite(file, dialect);
    const db = kyselyOver(database);
    const toStoreError = (thrown: unknown) => dialect.toStoreError(thrown);
    let audit: AuditKeys;
    try {
      await whileBusy(() => migrate(db, dialect), toStoreError, patience);
      audit = await begin(db, dialect);
    } catch (thrown) {
      database.close();
      throw thrown;
    }
    return createStore(db, options.countBy === 'now' ? withoutClock(dialect) : dialect, { ...options, audit });
  };
  return file === memory ? setUp() : withSetupLock(file, dialect, setupPatience, setUp);
}

/** As `openStore`; a server that is just being restarted is waited for, half a minute at most. */
export async function openWhenThere(
  databaseUrl: string,
  options: OpenOptions,
  waiting: (error: StoreError) => void,
): Promise<Store> {
  const { wait } = options.patience ?? defaultPatience;
  for (let tries = 1; ; tries += 1) {
    try {
      return await openStore(databaseUrl, options);
    } catch (error) {
      const passing = error instanceof StoreError && error.code === 'store_unavailable' && isPostgres(databaseUrl);
      if (!passing || tries >= 30) throw error;
      waiting(error);
      await wait(1_000);
    }
  }
}

export function isPostgres(databaseUrl: string): boolean {
  return /^postgres(ql)?:/i.test(databaseUrl);
}

/** Says only the scheme of a URL that it refuses: the rest may hold a password. */
export function sqliteFile(databaseUrl: string): string {
  const [, file] = /^sqlite:(?!\/\/)(.+)$/.exec(databaseUrl) ?? [];
  if (file !== undefined) return file;
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(databaseUrl)?.[0] ?? 'no scheme';
  throw new StoreError(
    'store_url',
    `DATABASE_URL must be sqlite:<path>, e.g. sqlite:data/cordon.db or sqlite:/var/lib/cordon/cordon.db, or postgres://user:password@host:5432/database (it has ${scheme})`,
  );
}

function withoutClock(dialect: StoreDialect): StoreDialect {
  return Object.defineProperty({ ...dialect }, 'now', { value: undefined });
}
