import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { type Patience, whileBusy } from './busy.js';
import type { StoreDialect } from './dialect.js';
import { StoreError } from './errors.js';

export const memory = ':memory:';

/**
 * Opens the file, or creates it and its folder (for the owner alone). `synchronous=FULL` makes every commit wait for the
 * disk. Throws `store_corrupt` for a file that is no SQLite database, `store_unavailable` where it cannot be opened.
 */
export function openSqlite(file: string, dialect: StoreDialect): Database.Database {
  makeFolder(file);
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { timeout: 0 });
    const mode = database.pragma('journal_mode = WAL', { simple: true });
    if (mode !== 'wal' && file !== memory) {
      throw new StoreError('store_unavailable', `${file}: its file system cannot hold a database in WAL mode`);
    }
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    return database;
  } catch (thrown) {
    database?.close();
    throw dialect.toStoreError(thrown);
  }
}

/**
 * Lets one process at a time set the database up. The lock is on a file beside it, because switching to WAL and creating
 * Kysely's own tables happen outside any transaction; the operating system drops it when the process dies.
 */
export async function withSetupLock<T>(
  file: string,
  dialect: StoreDialect,
  patience: Patience,
  work: () => Promise<T>,
): Promise<T> {
  makeFolder(file);
  const lock = openLock(`${file}-setup`, dialect);
  try {
    await whileBusy(
      () => Promise.resolve(lock.exec('begin exclusive')),
      (thrown) => dialect.toStoreError(thrown),
      patience,
    );
    return await work();
  } finally {
    lock.close();
  }
}

function openLock(file: string, dialect: StoreDialect): Database.Database {
  try {
    return new Database(file, { timeout: 0 });
  } catch (thrown) {
    throw dialect.toStoreError(thrown);
  }
}

function makeFolder(file: string): void {
  if (file === memory) return;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new StoreError('store_unavailable', `cannot create the folder of ${file}`, thrown);
  }
}
