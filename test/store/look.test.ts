import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createStoreDoctor, type StoreDoctor } from '../../src/ops/doctor/store.js';
import { type Finding, runChecks } from '../../src/ops/doctor/check.js';
import { documentedQuota } from '../../src/defender/quota.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { audit } from '../audit-key.js';

describe('a look at the database', () => {
  let folder: string;
  let file: string;
  let store: Store | undefined;
  const now = Date.UTC(2026, 10, 25);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cordon-look-'));
    file = join(folder, 'cordon.db');
    store = await openStore(`sqlite:${file}`, { now: () => now, audit });
  });
  afterEach(async () => {
    await store?.close();
    rmSync(folder, { recursive: true });
  });

  function doctor(): StoreDoctor {
    return createStoreDoctor({
      databaseUrl: `sqlite:${file}`,
      quota: documentedQuota,
      keys: () => Promise.resolve(audit),
      now: () => now,
      monotonic: () => performance.now(),
      clock: () => undefined,
    });
  }

  async function findings(): Promise<Finding[]> {
    const looking = doctor();
    try {
      return await runChecks(looking.checks);
    } finally {
      await looking.close();
    }
  }

  async function finding(id: string): Promise<string> {
    const found = (await findings()).find((each) => each.id === id)!;
    return `${found.status}: ${found.seen} ${found.next ?? ''}`;
  }

  /** Another program's hand on the file, with its triggers out of the way. */
  function tamper(sql: string): void {
    const database = new Database(file);
    database.exec(sql);
    database.close();
  }

  it('finds all well beside a store in use, and leaves every row as it was', async () => {
    const rows = (): unknown => {
      const database = new Database(file, { readonly: true });
      const tables = database
        .prepare(`select name from sqlite_schema where type = 'table' order by name`)
        .pluck()
        .all();
      const all = tables.map((name) => [name, database.prepare(`select * from "${String(name)}"`).all()]);
      database.close();
      return all;
    };
    const before = rows();
    const statuses = (await findings()).map(({ id, status }) => [id, status]);
    assert.deepEqual(
      statuses.filter(([, status]) => status !== 'ok'),
      [],
    );
    assert.deepEqual(rows(), before);
  });

  it('leaves no file and no byte behind where nobody uses the database', async () => {
    await store?.close();
    store = undefined;
    const [names, bytes] = [readdirSync(folder), readFileSync(file)];
    await findings();
    assert.deepEqual(readdirSync(folder), names);
    assert.ok(readFileSync(file).equals(bytes));
  });

  it('says that tables are to come, and does not bring them', async () => {
    tamper(`delete from kysely_migration where name = '2026-11-25-votes'`);
    assert.match(await finding('store.migrations'), /^warning: .*2026-11-25-votes is to come\. Make a backup/);
    assert.match(await finding('store.migrations'), /^warning/);
  });

  it('says that the database is of a newer Cordon, and looks no further', async () => {
    tamper(`insert into kysely_migration (name, timestamp) values ('2099-01-01-future', '')`);
    assert.match(await finding('store.migrations'), /^failed: .*newer Cordon.*2099-01-01-future.*Start that version/);
    assert.match(await finding('store.write'), /^skipped/);
  });

  it('says that somebody changed the end of the record', async () => {
    tamper(`drop trigger audit_no_update; update audit set hash = 'other' where seq = (select max(seq) from audit)`);
    assert.match(
      await finding('store.record'),
      /^failed: the record was changed by somebody else.*audit verify --database/,
    );
  });

  it('says that the file is damaged', async () => {
    await store?.close();
    store = undefined;
    const bytes = readFileSync(file);
    // The last page: of some table or index, never the schema's.
    writeFileSync(file, bytes.fill(0xff, bytes.length - 4_096));
    const found = (await findings()).filter(({ status }) => status === 'failed');
    assert.ok(found.length > 0);
    assert.match(found.map(({ seen }) => seen).join(' '), /damaged|malformed|invalid rootpage/i);
  });

  it('leaves the last tenth of the calls to Cordon, and counts what it needs not at all', async () => {
    const windows = [{ limit: 1_000, ms: 3_600_000 }];
    const take = async (count: number): Promise<void> => {
      for (let each = 0; each < count; each += 1) {
        const taken = await store!.reserveCall('restrictCodeExecution', now - 1_000, windows);
        assert.ok(taken.granted);
        await store!.callDone(taken.call, now - 1_000);
      }
    };
    await take(90);
    const looking = doctor();
    assert.equal(await looking.noRoom('restrictCodeExecution'), undefined);
    await take(1);
    assert.match(
      (await looking.noRoom('restrictCodeExecution')) ?? '',
      /restrictCodeExecution: 9 of 100 this minute, 1409 of 1500 this hour/,
    );
    assert.equal(await looking.noRoom('unrestrictCodeExecution'), undefined);
    await looking.close();
    assert.match(await finding('store.quota'), /^warning: There are few calls left: restrictCodeExecution: 9 of 100/);
  });

  it('says that a 429 is waited for', async () => {
    await store!.blockCalls('listMachines', 30_000, now);
    assert.match(await finding('store.quota'), /listMachines: .*none for 30 s after a 429/);
  });
});
