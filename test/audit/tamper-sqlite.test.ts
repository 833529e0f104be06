import assert from 'node:assert/strict';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { tamperSuite } from './tamper.js';

tamperSuite('SQLite', (folder) => {
  const file = join(folder, 'cordon.db');
  const withFile = (work: (database: Database.Database) => void): Promise<void> => {
    const database = new Database(file);
    try {
      work(database);
    } finally {
      database.close();
    }
    return Promise.resolve();
  };
  return Promise.resolve({
    url: `sqlite:${file}`,
    attack: (...statements) =>
      withFile((database) => {
        const triggers = database.prepare(`select name from sqlite_master where type = 'trigger'`).pluck().all();
        for (const trigger of triggers) database.exec(`drop trigger ${String(trigger)}`);
        for (const statement of statements) database.exec(statement);
      }),
    refuses: (statement) =>
      withFile((database) => {
        const why = /append-only|never removed|only moves forward/;
        assert.throws(() => database.exec(statement), why);
        assert.throws(() => database.exec('insert or replace into audit select * from audit where seq = 3'), why);
      }),
    cleanup: () => Promise.resolve(),
  });
});
