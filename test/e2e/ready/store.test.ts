import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import pg from 'pg';
import { boot, type Sandbox } from '../../../sandbox/boot.js';
import { type PostgresOnLoopback, startPostgres } from '../../../sandbox/postgres.js';
import { eventually } from '../eventually.js';
import { becomes, readiness, unready, well } from './readiness.js';

const lease = { CORDON_LEASE_SECONDS: '2' };
const unwritten = /^The records cannot be written: nothing is sent until they can\.$/;

describe('/readyz, where the SQLite file is in trouble', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let database: Database.Database;
  const url = (): string => sandbox.cordon().url;
  before(async () => {
    sandbox = await boot({ settings: lease });
    database = new Database(sandbox.settings['DATABASE_URL']!.slice('sqlite:'.length));
  });
  after(async () => {
    database.close();
    await sandbox.close();
  });

  it('says that it cannot be written once the lease has run out, until it can', async () => {
    assert.ok(well(await readiness(url())));
    database.exec('begin immediate');
    const { reasons } = await becomes(url, unready(unwritten));
    // It can still be read.
    assert.equal(reasons.length, 1);
    database.exec('rollback');
    await becomes(url, well);
  });

  it('says that the record was changed, and by its end that it is as it was', async () => {
    for (const trigger of database.prepare(`select name from sqlite_master where type = 'trigger'`).pluck().all())
      database.exec(`drop trigger ${String(trigger)}`);
    const change = database.prepare(`update audit_head set mac = ?`);
    const mac = database.prepare('select mac from audit_head').pluck().get();
    change.run('forged');
    await becomes(
      url,
      unready(/^The records cannot be trusted or read: the record was changed by somebody else, or is damaged: .*MAC/),
    );
    change.run(mac);
    await becomes(url, well);
  });

  it('is as it was after a pause that was longer than the lease, in which nobody could ask', async () => {
    const { log } = sandbox.cordon();
    const until = Date.now() + 3_000;
    sandbox.cordon().signal('SIGSTOP');
    try {
      await eventually('the end of the lease', () => Date.now() > until);
    } finally {
      sandbox.cordon().signal('SIGCONT');
    }
    await eventually('a lease anew', () => log.some((line) => line.includes('silent for longer than its lease')));
    await becomes(url, well);
  });
});

describe('/readyz, where PostgreSQL is in trouble', function () {
  this.timeout(120_000);
  let postgres: PostgresOnLoopback;
  let sandbox: Sandbox;
  before(async () => {
    postgres = await startPostgres();
    sandbox = await boot({ replicas: 2, settings: { ...lease, DATABASE_URL: await postgres.createDatabase() } });
  });
  after(async () => {
    await sandbox.close();
    await postgres.close();
  });
  const urls = [0, 1].map((index) => () => sandbox.replicas.process(index).url);

  it('says on each replica that it is gone, and is ready by itself once it is back', async () => {
    for (const url of urls) await becomes(url, well);
    await postgres.kill();
    for (const url of urls) {
      const { reasons } = await becomes(url, unready(unwritten));
      assert.match(
        reasons.join('\n'),
        /^The records cannot be trusted or read: postgres:\/\/127\.0\.0\.1:\d+\/cordon1: /m,
      );
    }
    await postgres.restart();
    for (const url of urls) await becomes(url, well, 30_000);
  });

  it('answers within seconds where the database does not, and says so', async () => {
    const client = new pg.Client({ connectionString: sandbox.settings['DATABASE_URL'] });
    await client.connect();
    try {
      await client.query('begin; lock table control in access exclusive mode');
      const begun = Date.now();
      const seen = await readiness(urls[0]!());
      assert.ok(Date.now() - begun < 5_000, 'a probe waits no longer');
      assert.equal(seen.code, 503);
      assert.match(seen.reasons.join('\n'), /^The records cannot be trusted or read: no answer in 3000 ms\.$/m);
    } finally {
      await client.end();
    }
    for (const url of urls) await becomes(url, well, 30_000);
  });
});
