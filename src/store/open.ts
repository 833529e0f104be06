import { defaultPatience, type Patience, whileBusy } from './busy.js';
import type { StoreDialect } from './dialect.js';
import { StoreError } from './errors.js';
import { createStore, type StoreOptions } from './kysely-store.js';
import { migrate } from './migrate.js';
import { openPostgres } from './postgres.js';
import { memory, openSqlite, withSetupLock } from './sqlite.js';
import { kyselyOver, sqliteStoreDialect } from './sqlite-dialect.js';
import type { Store } from './store.js';

/** A migration of another process may take its time: one minute. */
const setupPatience: Patience = { ...defaultPatience, tries: 6000 };

/** Loops, pools and requests share them; more would only wait for each other's locks. */
const connections = 10;

/**
 * Opens the store that `DATABASE_URL` names and brings its tables up to date: `sqlite:path/to/cordon.db`,
 * `sqlite::memory:` or `postgres://user:password@host:5432/database`. Throws a `StoreError`: `store_url`, `store_newer`,
 * `store_corrupt`, `store_unavailable`.
 */
export async function openStore(databaseUrl: string, options: StoreOptions): Promise<Store> {
  if (isPostgres(databaseUrl)) {
    const { db, dialect } = await openPostgres(databaseUrl, connections);
    return createStore(db, options.countBy === 'now' ? withoutClock(dialect) : dialect, options);
  }
  const file = sqliteFile(databaseUrl);
  const dialect = sqliteStoreDialect(file);
  const setUp = async (): Promise<Store> => {
    const database = openSqlite(file, dialect);
    const db = kyselyOver(database);
    const toStoreError = (thrown: unknown) => dialect.toStoreError(thrown);
    try {
      await whileBusy(() => migrate(db, dialect), toStoreError, options.patience ?? defaultPatience);
    } catch (thrown) {
      database.close();
      throw thrown;
    }
    return createStore(db, options.countBy === 'now' ? withoutClock(dialect) : dialect, options);
  };
  return file === memory ? setUp() : withSetupLock(file, dialect, setupPatience, setUp);
}

/** As `openStore`; a server that is just being restarted is waited for, half a minute at most. */
export async function openWhenThere(
  databaseUrl: string,
  options: StoreOptions,
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

function isPostgres(databaseUrl: string): boolean {
  return /^postgres(ql)?:/i.test(databaseUrl);
}

/** Says only the scheme of a URL that it refuses: the rest may hold a password. */
function sqliteFile(databaseUrl: string): string {
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
