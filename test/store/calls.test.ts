import assert from 'node:assert/strict';
import { Migrator } from 'kysely';
import { audit } from '../audit-key.js';
import { migrate } from '../../src/store/migrate.js';
import { migrations } from '../../src/store/migrations/index.js';
import { createStore } from '../../src/store/kysely-store.js';
import { memory, openSqlite } from '../../src/store/sqlite.js';
import { kyselyOver, sqliteStoreDialect } from '../../src/store/sqlite-dialect.js';
import { openRaw } from './raw.js';

const limits = [{ limit: 1, ms: 100 }];

describe('the log of calls', () => {
  it("goes by the database's clock where it has one, not by the caller's", async () => {
    const { db, store: plain } = await openRaw();
    let time = 1_000;
    const dialect = { ...sqliteStoreDialect(memory), now: () => Promise.resolve(time) };
    const store = createStore(db, dialect, { audit, now: () => 0 });
    const first = await store.reserveCall('getMachine', 999_000, limits);
    assert.ok(first.granted);
    assert.deepEqual((await plain.callsSince('getMachine', 0, 100_000)).calls, [21_000]);
    time = 1_050;
    await store.callDone(first.call, 999_000);
    await store.blockCalls('listMachines', 500, 999_000);
    const log = await store.callsSince('getMachine', 0, time);
    assert.deepEqual(log.calls, [1_050]);
    assert.equal((await store.callsSince('listMachines', 0, time)).blockedUntil, 1_550);
    assert.deepEqual(await store.reserveCall('getMachine', 999_000, limits), { granted: false, waitMs: 100 });
    time = 1_150;
    assert.ok((await store.reserveCall('getMachine', 0, limits)).granted);
    await store.close();
  });

  it('of an earlier version is kept, blocks included', async () => {
    const dialect = sqliteStoreDialect(memory);
    const database = openSqlite(memory, dialect);
    const db = kyselyOver(database);
    const earlier = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations(dialect)) } });
    await earlier.migrateTo('2026-11-24-people');
    database.exec(
      `insert into call values ('getMachine', 40), ('getMachine', 90); insert into block values ('getMachine', 150)`,
    );
    await migrate(db, dialect);
    const store = createStore(db, dialect, { audit, now: () => 0 });
    assert.deepEqual(await store.callsSince('getMachine', 0, 100), { calls: [40, 90], blockedUntil: 150 });
    assert.deepEqual(await store.reserveCall('getMachine', 150, limits), { granted: false, waitMs: 40 });
    assert.ok((await store.reserveCall('getMachine', 190, limits)).granted);
    await store.close();
  });

  it('forgets what no window can see any more', async () => {
    const { store, database } = await openRaw();
    for (const now of [0, 50_000, 100_000]) {
      const answer = await store.reserveCall('getMachine', now, limits);
      if (answer.granted) await store.callDone(answer.call, now);
    }
    assert.deepEqual(database.prepare('select at from call').all(), [{ at: 100_000 }]);
    await store.close();
  });
});
