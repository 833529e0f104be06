import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { kyselyOver, sqliteStoreDialect } from '../../src/store/sqlite-dialect.js';
import { defaultPatience } from '../../src/store/busy.js';
import { Session } from '../../src/store/session.js';
import { changed, event, incoming, nothing, request } from './examples.js';
import { openRaw, type RawStore } from './raw.js';

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

describe('what the store does without waiting for the disk', () => {
  const [full, normal] = [2, 1];
  let raw: RawStore;
  beforeEach(async () => {
    raw = await openRaw();
  });
  afterEach(() => raw.store.close());

  /** At which level the last transaction was made. */
  const after = async (work: Promise<unknown>): Promise<unknown> => {
    await work;
    return raw.database.pragma('synchronous', { simple: true });
  };
  const quota = { bucket: 'getMachine', now: 0, limits: [] } as const;

  it('is claims of every kind, and the calls of the quota that are taken and ended outside a change', async () => {
    const { store } = raw;
    for (const work of [
      () => store.claimIncoming('one/1', 0, 1),
      () => store.claimRequests('one/1', ['approved'], 0, 1),
      () => store.claimQueued('one/1', 'restrict', 0, 1),
      () => store.claimHeld('one/1', 'restrict', 1),
      () => store.claimDeliveries('one/1', 0, 1),
      () => store.reserveCall('getMachine', 0, []),
      () => store.callDone('1', 0),
    ]) {
      assert.equal(await after(store.owe([])), full);
      assert.equal(await after(work()), normal, work.toString());
    }
  });

  it('is not the start of a call that changes something, nor the pause that Defender asked for', async () => {
    const { store } = raw;
    for (const work of [
      () => store.startSending(request(), nothing, quota),
      () => store.blockCalls('getMachine', 1, 0),
      () => store.accept(incoming('k1'), 0),
      () => store.create(request(), nothing),
      () => store.change(changed(request()), nothing),
      () => store.settleIncoming('k1', nothing),
      () => store.record([event('one')]),
    ]) {
      assert.equal(await after(store.callDone('1', 0)), normal);
      assert.equal(await after(work()), full, work.toString());
    }
  });
});
