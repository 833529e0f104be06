import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readWal } from '../../bench/wal.js';

describe('reading the log of a SQLite database', () => {
  let folder: string;
  let file: string;
  let database: Database.Database;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cordon-wal-'));
    file = join(folder, 'a.db');
    database = new Database(file);
    database.pragma('journal_mode = WAL');
    database.exec('create table t (x text)');
  });
  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });

  const commit = (times: number): void => {
    for (let n = 0; n < times; n += 1) database.prepare('insert into t values (?)').run('x'.repeat(5_000));
  };

  it('counts the transactions that were committed, and none that wrote nothing', () => {
    const before = readWal(file);
    commit(3);
    database.exec('begin immediate; delete from t where 0; commit');
    const after = readWal(file);
    assert.equal(after.salt, before.salt);
    assert.equal(after.commits - before.commits, 3);
    assert.ok(after.bytes - before.bytes >= 3 * 4_096);
  });

  it('does not count what is left of an earlier log', () => {
    commit(5);
    database.pragma('wal_checkpoint(RESTART)');
    const { salt } = readWal(file);
    commit(1);
    const after = readWal(file);
    assert.notEqual(after.salt, salt);
    assert.equal(after.commits, 1);
  });

  it('finds nothing where there is no log', () => {
    assert.deepEqual(readWal(join(folder, 'none.db')), { salt: '', commits: 0, bytes: 0 });
  });
});
