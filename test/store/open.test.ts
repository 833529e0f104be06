import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { audit } from '../audit-key.js';
import type { CordonError } from '../../src/errors.js';
import { migrate } from '../../src/store/migrate.js';
import { migrations } from '../../src/store/migrations/index.js';
import { openStore } from '../../src/store/open.js';
import { openSqlite } from '../../src/store/sqlite.js';
import { kyselyOver, sqliteStoreDialect } from '../../src/store/sqlite-dialect.js';
import type { AnnouncedPlace } from '../../src/request/request.js';
import { event, incoming, nothing, place, request, vote } from './examples.js';
import { openRaw } from './raw.js';

describe('opening the store', () => {
  const now = () => 0;
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-open-'));
    file = join(folder, 'cordon.db');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const opening = () => openStore(`sqlite:${file}`, { audit, now });

  it('works in memory, without any file', async () => {
    const store = await openStore('sqlite::memory:', { audit, now });
    assert.equal(await store.accept(incoming('k1'), 1), true);
    await store.close();
  });

  it('creates the folder for the owner alone, and waits for the disk at every commit', async () => {
    file = join(folder, 'new', 'deep', 'cordon.db');
    await (await opening()).close();
    assert.equal((await stat(join(folder, 'new'))).mode & 0o777, 0o700);
    const database = openSqlite(file, sqliteStoreDialect(file));
    assert.equal(database.pragma('journal_mode', { simple: true }), 'wal');
    assert.equal(database.pragma('synchronous', { simple: true }), 2);
    database.close();
  });

  for (const url of ['', 'sqlite:', 'cordon.db', 'sqlite://host/cordon.db', 'mysql://cordon:secret@db/cordon']) {
    it(`refuses the URL "${url}" without repeating a password`, async () => {
      await assert.rejects(openStore(url, { audit, now }), (error: CordonError) => {
        assert.equal(error.code, 'store_url');
        assert.match(error.message, /sqlite:data\/cordon\.db/);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
    });
  }

  it('refuses a file that is no database, names it and leaves it as it was', async () => {
    const content = 'this was a database once\n'.repeat(500);
    await writeFile(file, content);
    await assert.rejects(opening(), (error: CordonError) => {
      assert.equal(error.code, 'store_corrupt');
      assert.ok(error.message.includes(file));
      return true;
    });
    assert.equal(await readFile(file, 'utf8'), content);
  });

  it('says that a damaged page is damage, and shows people a text that says what to do', async () => {
    const store = await opening();
    await store.create(request({ comment: 'x'.repeat(100_000) }), nothing);
    await store.close();
    const handle = await open(file, 'r+');
    const { size } = await handle.stat();
    await handle.write(Buffer.alloc(size - 4096, 0xff), 0, size - 4096, 4096);
    await handle.close();
    await assert.rejects(
      opening().then((again) => again.request(request().id)),
      (error: CordonError) => {
        assert.equal(error.code, 'store_corrupt');
        assert.ok(error.message.includes(file));
        assert.match(error.userText ?? '', /backup/);
        return true;
      },
    );
  });

  it('says that a folder that cannot be made, or a file that cannot be opened, is unavailable', async () => {
    await writeFile(join(folder, 'plain'), '');
    const below = openStore(`sqlite:${join(folder, 'plain', 'cordon.db')}`, { audit, now });
    await assert.rejects(below, { code: 'store_unavailable' });
    await assert.rejects(openStore(`sqlite:${folder}`, { audit, now }), { code: 'store_unavailable' });
  });

  it('refuses a database of a newer version by the name of what it does not know', async () => {
    await (await opening()).close();
    const database = new Database(file);
    database.exec(
      `insert into kysely_migration (name, timestamp) values ('2999-01-01-batches', '2999-01-01T00:00:00Z')`,
    );
    database.close();
    await assert.rejects(opening(), { code: 'store_newer', message: /newer version of Cordon.*2999-01-01-batches/ });
  });

  const message = { platform: 'slack', conversation: 'C0SOC', message: '1.2' } as const;
  it('brings a database of the first version up to this one and keeps what is in it', async () => {
    const dialect = sqliteStoreDialect(file);
    const db = kyselyOver(openSqlite(file, dialect));
    const old = '2026-11-23-first';
    const first = migrations(dialect)[old]!;
    await migrate(db, dialect, { getMigrations: () => Promise.resolve({ [old]: first }) });
    const { commitment, places, ...rest } = request();
    const [{ tokens }] = places as [AnnouncedPlace];
    const { votes: _, ...body } = { ...rest, tokens, places: [place] };
    await db
      .insertInto('request')
      .values({
        id: body.id,
        version: body.version,
        state: body.state,
        action: body.action,
        device_id: body.device.id,
        requester_id: body.requester.id,
        created_at: body.createdAt,
        expires_at: body.expiresAt,
        line_at: body.createdAt,
        due_at: body.dueAt ?? null,
        body: JSON.stringify(body),
      })
      .execute();
    await db.destroy();
    const raw = new Database(file);
    raw.exec(`insert into vote (request_id, revision, person_id, decision, at, person)
      values ('${rest.id}', 1, 'slack:T0HOME:UANN', 'approve', 2000, '${JSON.stringify(vote('UANN').person)}')`);
    raw.exec(`insert into card values ('${rest.id}', 'slack', 'C0SOC', '', '${JSON.stringify(message)}', 1)`);
    raw.exec(`insert into button values ('${tokens.approve}', '{}', 9000)`);
    raw.close();
    const store = await opening();
    assert.deepEqual(await store.request(rest.id), { ...rest, places, votes: [vote('UANN')] });
    assert.deepEqual(await store.card(rest.id, place), { ref: message, renderedVersion: 1 });
    assert.deepEqual(await store.requestsOfCard(message), [rest.id]);
    assert.equal(await store.button(tokens.approve), undefined);
    assert.equal(await store.linkOf('slack:T0HOME:UANN'), undefined);
    assert.equal((await store.switch()).stopped, false);
    const [recent] = await store.recentRequests('restrict', 0, { at: body.createdAt });
    assert.deepEqual(recent?.requesterIds, [body.requester.id]);
    await store.close();
  });

  it('a migration that fails half-way leaves nothing of it behind', async () => {
    const dialect = sqliteStoreDialect(file);
    const db = kyselyOver(openSqlite(file, dialect));
    const half = {
      up: async ({ schema }: Kysely<unknown>) => {
        await schema.createTable('half').addColumn('id', 'integer').execute();
        throw new Error('power cut');
      },
    };
    await assert.rejects(migrate(db, dialect, { getMigrations: () => Promise.resolve({ half }) }), /power cut/);
    assert.ok((await db.introspection.getTables()).every(({ name }) => name !== 'half'));
    await db.destroy();
  });
});

describe('when SQLite says no', () => {
  it('the database itself refuses to alter or delete an audit event', async () => {
    const { store, database } = await openRaw();
    await store.record([event('request.created')]);
    assert.throws(() => database.exec(`update audit set what = 'nothing'`), /audit is append-only/);
    assert.throws(() => database.exec('delete from audit'), /audit is append-only/);
    assert.deepEqual(await store.auditOf({ requestId: request().id }, 1), [event('request.created')]);
    await store.close();
  });

  it('a full disk is said so, undoes the whole change, and work goes on once there is room', async () => {
    const { store, database } = await openRaw();
    await store.create(request(), nothing);
    const pages = Number(database.pragma('page_count', { simple: true }));
    database.pragma(`max_page_count = ${pages}`);
    const big = { ...event('request.approve'), detail: { note: 'x'.repeat(50_000) } };
    const change = () => store.change(request({ version: 2, comment: 'changed' }), { audit: [big], deliveries: [] });
    await assert.rejects(change(), { code: 'store_full' });
    assert.deepEqual(await store.request(request().id), request());
    database.pragma('max_page_count = 100000');
    assert.equal(await change(), true);
    await store.close();
  });

  describe('because another process holds the lock', () => {
    let folder: string;
    let other: Database.Database;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cordon-busy-'));
    });
    afterEach(async () => {
      other.close();
      await rm(folder, { recursive: true });
    });

    const lockedStore = async (wait: () => Promise<void>) => {
      const file = join(folder, 'cordon.db');
      const { store } = await openRaw(file, { patience: { wait, pauseMs: 1, tries: 3 } });
      other = new Database(file);
      other.exec('begin immediate');
      return store;
    };

    it('it waits until the lock is free', async () => {
      let waits = 0;
      const store = await lockedStore(() => {
        if (++waits === 2) other.exec('commit');
        return Promise.resolve();
      });
      assert.equal(await store.accept(incoming('k1'), 1), true);
      assert.equal(waits, 2);
      await store.close();
    });

    it('it gives up at last and says that the store is busy; reading goes on meanwhile', async () => {
      const store = await lockedStore(() => Promise.resolve());
      await assert.rejects(store.accept(incoming('k1'), 1), { code: 'store_busy' });
      await assert.rejects(store.create(request(), nothing), { code: 'store_busy' });
      assert.equal(await store.nextIncomingDue(), undefined);
      other.exec('rollback');
      assert.equal(await store.accept(incoming('k1'), 1), true);
      await store.close();
    });
  });

  it('closing lets what was begun finish and refuses what comes after', async () => {
    const { store } = await openRaw();
    const begun = store.create(request(), nothing);
    const closing = store.close();
    await begun;
    await closing;
    await store.close();
    await assert.rejects(store.request(request().id), { code: 'store_unavailable' });
    await assert.rejects(store.accept(incoming('k1'), 1), { code: 'store_unavailable' });
  });
});

describe('the kill switch in a database that somebody has changed', () => {
  const stopped: [string, string][] = [
    ['is gone', "delete from control where name = 'stop'"],
    ['is no JSON', `update control set value = '{"stop":nul' where name = 'stop'`],
    ['says nothing about a stop', "update control set value = '{}' where name = 'stop'"],
    ['says more than “go on”', `update control set value = '{"stop":null,"until":5}' where name = 'stop'`],
    ['names nobody', `update control set value = '{"stop":{"at":1,"reason":"x"}}' where name = 'stop'`],
  ];
  for (const [how, sql] of stopped) {
    it(`counts as a stop where its row ${how}, and can be set again`, async () => {
      const { store, database } = await openRaw();
      database.exec(sql);
      const found = await store.switch();
      assert.equal(found.stopped, true);
      assert.equal(found.stop, undefined);
      assert.equal(await store.setSwitch(found.version, undefined, () => nothing), true);
      assert.equal((await store.switch()).stopped, false);
      await store.close();
    });
  }
});
