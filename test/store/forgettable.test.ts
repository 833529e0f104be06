import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { kyselyOver, sqliteStoreDialect } from '../../src/store/sqlite-dialect.js';
import { defaultPatience } from '../../src/store/busy.js';
import { Session } from '../../src/store/session.js';

describe('waiting for the disk', () => {
  const [full, normal] = [2, 1];
  let database: Database.Database;
  let session: Session;
  beforeEach(() => {
    database = new Database(':memory:');
    database.pragma('synchronous = FULL');
    const parts = { patience: defaultPatience, nextTurn: setImmediate };
    session = new Session(kyselyOver(database), sqliteStoreDialect(':memory:'), parts);
  });
  afterEach(() => session.close());

  const level = (): Promise<unknown> => Promise.resolve(database.pragma('synchronous', { simple: true }));

  it('is left out for a claim, every time', async () => {
    for (let times = 0; times < 3; times += 1) assert.equal(await session.claim(level), normal);
  });

  it('is done for everything else, whatever came before', async () => {
    for (let times = 0; times < 3; times += 1) {
      await session.claim(level);
      assert.equal(await session.write(level), full);
      await session.claim(level);
      assert.equal(await session.persist(level), full);
      await session.claim(level);
      assert.equal(await session.consistent(level), full);
    }
  });

  it('is done again after a claim that failed', async () => {
    await assert.rejects(session.claim(() => Promise.reject(new Error('no'))));
    assert.equal(await session.write(level), full);
  });
});
