import assert from 'node:assert/strict';
import pg from 'pg';
import { audit } from '../audit-key.js';
import { type PostgresOnLoopback, startPostgres } from '../../sandbox/postgres.js';
import type { CordonError } from '../../src/errors.js';
import { defaultPatience } from '../../src/store/busy.js';
import { openStore, openWhenThere } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { storeContract, storeTime } from '../contract/store.js';
import { event, incoming, nothing, request } from './examples.js';

const now = () => storeTime;

describe('on a real PostgreSQL', function () {
  this.timeout(60_000);
  let postgres: PostgresOnLoopback;
  before(async () => {
    postgres = await startPostgres({ synced: false });
  });
  after(() => postgres.close());

  storeContract('PostgreSQL', async () => {
    const url = await postgres.createDatabase();
    const handles: Store[] = [];
    const reopen = async () => {
      const store = await openStore(url, { audit, now, countBy: 'now' });
      handles.push(store);
      return store;
    };
    return {
      store: await reopen(),
      reopen,
      cleanup: async () => {
        await Promise.all(handles.map((handle) => handle.close()));
      },
    };
  });

  it('replicas that start together on an empty database set it up once', async () => {
    const url = await postgres.createDatabase();
    const stores = await Promise.all(Array.from({ length: 5 }, () => openStore(url, { audit, now })));
    await stores[0]?.create(request(), nothing);
    for (const store of stores) assert.equal((await store.request(request().id))?.id, request().id);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('the record refuses change and removal by whoever is connected', async () => {
    const url = await postgres.createDatabase();
    const store = await openStore(url, { audit, now });
    await store.record([event('one')]);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const statement of [`update audit set what = 'x'`, 'delete from audit', 'truncate audit']) {
      await assert.rejects(client.query(statement), /audit is append-only/);
    }
    await client.end();
    assert.equal((await store.auditOf({ requestId: request().id }, 10)).length, 1);
    await store.close();
  });

  it('refuses work loudly while the server is gone, loses nothing, and works again by itself', async () => {
    const store = await openStore(await postgres.createDatabase(), { audit, now });
    assert.equal(await store.accept(incoming('k1'), 1), true);
    await postgres.kill();
    for (const work of [store.accept(incoming('k2'), 1), store.create(request(), nothing), store.nextIncomingDue()]) {
      await assert.rejects(work, (error: CordonError) => {
        assert.equal(error.code, 'store_unavailable');
        assert.match(error.userText ?? '', /Nothing was done: I cannot reach my records/);
        return true;
      });
    }
    await postgres.restart();
    assert.equal(await store.accept(incoming('k1'), 1), false, 'it was acknowledged, so it is there');
    assert.equal(await store.accept(incoming('k2'), 1), true);
    await store.close();
  });

  it('waits a moment for a lost connection before it refuses what a platform sent', async () => {
    // How long the server takes to come back is not what is tested.
    const patience = { ...defaultPatience, tries: 3_000 };
    const store = await openStore(await postgres.createDatabase(), { audit, now, patience });
    await postgres.kill();
    const accepted = store.accept(incoming('k1'), 1);
    await postgres.restart();
    assert.equal(await accepted, true);
    assert.equal(await store.accept(incoming('k1'), 1), false);
    await store.close();
  });

  it('is waited for at the start while the server is being restarted, and not for ever', async () => {
    const url = await postgres.createDatabase();
    await postgres.kill();
    const told: string[] = [];
    const patience = { pauseMs: 1, tries: 1, wait: () => (told.length === 3 ? postgres.restart() : Promise.resolve()) };
    const store = await openWhenThere(url, { audit, now, patience }, ({ code }) => told.push(code));
    assert.deepEqual(told, Array(3).fill('store_unavailable'));
    await store.close();
    const nowhere = openWhenThere(
      'postgres://127.0.0.1:1/x',
      { audit, now, patience: { pauseMs: 1, tries: 1, wait: () => Promise.resolve() } },
      ({ code }) => told.push(code),
    );
    await assert.rejects(nowhere, { code: 'store_unavailable' });
    assert.equal(told.length, 3 + 29);
  });

  it('says which server it cannot reach, and no password', async () => {
    await assert.rejects(
      openStore('postgres://cordon:secret@127.0.0.1:1/cordon', { audit, now }),
      (error: CordonError) => {
        assert.equal(error.code, 'store_unavailable');
        assert.match(error.message, /postgres:\/\/127\.0\.0\.1:1\/cordon/);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  });
});
