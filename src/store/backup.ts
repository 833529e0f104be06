import { closeSync, existsSync, fsyncSync, linkSync, openSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { CordonError } from '../errors.js';
import { sqliteStoreDialect } from './sqlite-dialect.js';

/**
 * Copies a SQLite database that a Cordon may be using, as of one moment, into a new file. Guarantees: the copy is whole and on disk
 * when this returns, or is not there; and it is stopped: Cordon started on it sends no restriction until somebody resumes, because
 * the copy cannot know what was decided since. It holds all that the database holds, but not the audit key. Throws a
 * `StoreError`, and `CordonError` code `backup` where there is no database, or something is at `to` already.
 */
export function copySqlite(file: string, to: string): void {
  if (!existsSync(file)) throw refused(`There is no database ${file}.`);
  if (existsSync(to)) throw refused(`${to} is there already: a backup replaces nothing.`);
  const draft = `${to}.${process.pid}.part`;
  const dialect = sqliteStoreDialect(file);
  try {
    // For the owner alone from its first byte on.
    closeSync(openSync(draft, 'wx', 0o600));
    within(file, (database) => database.prepare('vacuum into ?').run(draft));
    within(draft, (copy) => {
      copy.pragma('journal_mode = delete');
      copy.exec("delete from control where name = 'stop'");
    });
    sync(draft);
    linkSync(draft, to);
    sync(dirname(to));
  } catch (thrown) {
    throw dialect.toStoreError(thrown);
  } finally {
    for (const left of [draft, `${draft}-journal`]) if (existsSync(left)) unlinkSync(left);
  }
}

function refused(userText: string): CordonError {
  return new CordonError('backup', userText, { userText });
}

function within(file: string, work: (database: Database.Database) => unknown): void {
  // It may wait for a lock: this is a process of its own.
  const database = new Database(file, { timeout: 10_000, fileMustExist: true });
  try {
    work(database);
  } finally {
    database.close();
  }
}

function sync(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
