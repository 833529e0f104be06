import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { type CordonProcess, startCordon } from '../../sandbox/cordon-process.js';
import { type PostgresOnLoopback, startPostgres } from '../../sandbox/postgres.js';
import { createSlackDoor } from '../../sandbox/slack/door.js';
import { eventually } from './eventually.js';
import { channel, device, Scene } from './scene.js';

const execute = promisify(execFile);
const bin = fileURLToPath(new URL('../../../bin/cordon.js', import.meta.url));
const policy = `version: 1
groups:
  soc: [slack:T0HOME:U0ALICE, slack:T0HOME:U0BOB]
stop: [soc]
rules:
  - name: everything
    actions: [restrict, release]
    requesters: [soc]
    approvers: [soc]
    approvals: 1
`;

interface Kept {
  /** While Cordon works. */
  backUp(settings: Readonly<Record<string, string>>): Promise<void>;
  /** Into a new place; the settings that lead there. */
  restore(): Promise<Readonly<Record<string, string>>>;
}

/** What a command line of Cordon says on these settings. Throws where it fails. */
async function cordon(settings: Readonly<Record<string, string>>, ...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', ...settings };
  return (await execute(process.execPath, [bin, ...args], { env })).stdout;
}

describe('a backup that is taken while Cordon works, and restored', function () {
  this.timeout(120_000);
  let scene: Scene | undefined;
  let server: PostgresOnLoopback | undefined;
  let folder: string;
  let restored: CordonProcess | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-backup-'));
  });
  afterEach(async () => {
    await restored?.stop();
    restored = undefined;
    await scene?.close();
    await server?.close();
    scene = server = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  /** One request is held when the backup is made, then it is sent and ends; people ask meanwhile. The copy knows nothing of the sending. */
  async function proveWith(settings: Readonly<Record<string, string>>, kept: Kept): Promise<void> {
    const opened = await Scene.open({ policy, settings });
    scene = opened;
    const tell = (text: string) => opened.sandbox.door().directMessage({ user: 'U0BOB', text });
    const hears = (words: RegExp) =>
      eventually(String(words), () => opened.sandbox.slack.dm('U0BOB').some(({ message }) => words.test(message.text)));

    await opened.ask();
    const card = await opened.card();
    await tell('stop to make a backup');
    await hears(/Cordon is stopped/);
    await opened.press(card);
    await opened.inThread(card, /Held.*stopped by/);

    const asking = Array.from({ length: 10 }, (_, n) =>
      opened.sandbox
        .door()
        .slashCommand({ user: 'U0ALICE', channel, command: '/cordon', text: `status ${device.computerDnsName} ${n}` }),
    );
    await kept.backUp(opened.sandbox.settings);
    await Promise.all(asking);

    await tell('resume');
    await opened.inThread(card, /app execution is restricted/, 30_000);
    assert.equal(opened.posts().length, 1);
    assert.equal(await opened.sandbox.cordon().stop('SIGKILL'), null);

    const there = { ...opened.sandbox.settings, ...(await kept.restore()) };
    assert.match(await cordon(there, 'audit', 'verify', '--database'), /The record is sound/);
    restored = await startCordon(there);
    const door = createSlackDoor({
      slack: opened.sandbox.slack,
      url: `${restored.url}/slack/events`,
      signingSecret: there.SLACK_SIGNING_SECRET!,
      now: Date.now,
      fetch,
    });
    const ready = (await (await fetch(`${restored.url}/readyz`)).json()) as { reasons: string[] };
    assert.match(ready.reasons.join(), /Cordon is stopped/);
    const before = opened.thread(card).length;
    await door.directMessage({ user: 'U0BOB', text: 'resume' });
    await eventually(
      'that the call had arrived',
      () => opened.thread(card).slice(before).includes('The call had arrived'),
      30_000,
    );
    await eventually('the end', () => /app execution is restricted/.test(opened.thread(card).slice(before)), 30_000);
    assert.equal(opened.posts().length, 1, 'sent again after the restore');
    assert.match(await cordon(there, 'audit', 'verify', '--database'), /The record is sound/);
  }

  it('sends nothing again on SQLite', async () => {
    const copy = join(folder, 'backup.db');
    await proveWith(
      {},
      {
        async backUp(settings) {
          const said = await cordon(settings, 'backup', copy);
          assert.match(said, /a copy of the database, stopped/);
          assert.equal((await stat(copy)).mode & 0o777, 0o600);
          await assert.rejects(cordon(settings, 'backup', copy), /replaces nothing/);
          assert.deepEqual(await readdir(folder), ['backup.db']);
        },
        async restore() {
          const place = join(folder, 'restored.db');
          await rename(copy, place);
          return { DATABASE_URL: `sqlite:${place}` };
        },
      },
    );
  });

  it('sends nothing again on PostgreSQL', async function () {
    // The one that npm brings has no pg_dump.
    if (process.env.CI !== 'true' && !existsSync('/usr/lib/postgresql')) this.skip();
    const running = await startPostgres({ synced: false, whole: true });
    server = running;
    const url = await running.createDatabase();
    const dump = join(folder, 'cordon.dump');
    await proveWith(
      { DATABASE_URL: url },
      {
        async backUp() {
          await execute(join(running.programs, 'pg_dump'), ['--format=custom', `--file=${dump}`, url]);
        },
        async restore() {
          const place = await running.createDatabase();
          const restore = join(running.programs, 'pg_restore');
          await execute(restore, ['--exit-on-error', '--no-owner', `--dbname=${place}`, dump]);
          const client = new pg.Client({ connectionString: place });
          await client.connect();
          await client.query("delete from control where name = 'stop'");
          await client.end();
          return { DATABASE_URL: place };
        },
      },
    );
  });
});
