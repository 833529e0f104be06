import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { teamsIds } from '../../../sandbox/cast.js';
import { sandboxApp, slackChannel } from '../../../sandbox/slack.js';
import { requestStates } from '../../../src/request/life.js';
import { eventually } from '../eventually.js';
import { Practice } from './practice.js';

const program = promisify(execFile);

/** What is in every file beside the database, the database included. */
function bytesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort();
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

describe('cordon doctor, where all is well', function () {
  this.timeout(60_000);
  let practice: Practice;
  beforeEach(async () => {
    practice = await Practice.open();
  });
  afterEach(() => practice.close());

  it('finds nothing beside a running Cordon, as a program of its own, and exits with 0', async () => {
    const { settings } = practice.sandbox;
    const args = ['bin/cordon.js', 'doctor', '--url', practice.sandbox.cordon().url];
    const { stdout, stderr } = await program(process.execPath, args, {
      env: { PATH: process.env['PATH'], ...settings },
    });
    assert.doesNotMatch(stdout, /FAILED|warning|✖|!/);
    assert.match(stdout, /✔ ok +Bot token/);
    assert.match(stdout, /1 running Cordon uses it/);
    assert.match(stdout, /It is ready, and has nothing to say/);
    assert.match(stdout, /^30 ok, 2 skipped\.$/m);
    assert.equal(stderr, '');
  });

  it('needs no Cordon to have been there before, and makes nothing', async () => {
    const folder = dirname(practice.sandbox.settings['CORDON_POLICY']!);
    const settings = {
      DATABASE_URL: `sqlite:${join(folder, 'new', 'cordon.db')}`,
      CORDON_AUDIT_KEY: join(folder, 'new', 'key.pem'),
    };
    const visit = await practice.visit({ settings });
    assert.equal(visit.complaints, '');
    assert.match(visit.of('store.migrations')[0]!.seen, /not set up yet: the first start of Cordon does that/);
    assert.ok(!existsSync(join(folder, 'new')));
  });

  it('changes nothing anywhere: no message, no conversation, no action, not a byte of the database', async () => {
    const { sandbox } = practice;
    await sandbox.cordon().stop();
    const folder = dirname(sandbox.settings['CORDON_POLICY']!);
    const before = {
      files: bytesIn(folder),
      channels: sandbox.slack.workspace.channels(),
      conversations: sandbox.teams().conversations().length,
    };
    const [slackCalls, teamsCalls, defenderCalls] = [
      sandbox.slack.calls.length,
      sandbox.teams().calls.length,
      sandbox.defender.calls.length,
    ];
    const visit = await practice.visit();
    assert.equal(visit.complaints, '');

    assert.deepEqual(bytesIn(folder), before.files);
    assert.deepEqual(sandbox.slack.workspace.channels(), before.channels);
    assert.equal(sandbox.teams().conversations().length, before.conversations);
    assert.deepEqual(sandbox.defender.actions(), []);
    const methods = new Set(sandbox.slack.calls.slice(slackCalls).map(({ method }) => method));
    assert.deepEqual([...methods].sort(), ['auth.test', 'conversations.info', 'users.info']);
    assert.deepEqual(
      new Set(
        sandbox
          .teams()
          .calls.slice(teamsCalls)
          .map(({ method }) => method),
      ),
      new Set(['GET']),
    );
    const posts = sandbox.defender.calls
      .slice(defenderCalls)
      .filter(({ operation }) => /restrict|cancel/i.test(operation));
    assert.deepEqual(
      posts
        .map(({ operation, machineId, status, created }) => ({ operation, machineId, status, created }))
        .sort((a, b) => (a.operation < b.operation ? -1 : 1)),
      [
        { operation: 'cancelMachineAction', machineId: undefined, status: 404, created: false },
        { operation: 'restrictCodeExecution', machineId: '0'.repeat(40), status: 404, created: false },
        { operation: 'unrestrictCodeExecution', machineId: '0'.repeat(40), status: 404, created: false },
      ],
    );
  });

  it('sends no POST to Defender in a dry run', async () => {
    const visit = await practice.visit({ settings: { CORDON_DRY_RUN: 'true' } });
    assert.equal(visit.complaints, '');
    assert.match(visit.of('defender.restrict')[0]!.seen, /CORDON_DRY_RUN is on/);
    assert.ok(practice.sandbox.defender.calls.every(({ operation }) => !/restrict|cancel/i.test(operation)));
  });

  it('says loudly when Defender takes a call that nobody can carry out', async () => {
    const { sandbox } = practice;
    sandbox.defender.putMachine({ ...sandbox.defender.machines()[0]!, id: '0'.repeat(40) });
    const visit = await practice.visit();
    assert.equal(visit.code, 1);
    assert.match(
      visit.of('defender.restrict')[0]!.seen,
      /Defender TOOK a call \(restrictCodeExecution\).*action [0-9a-f-]{36}/,
    );
  });

  it('prints the fields that the documentation promises', async () => {
    const { report, stdout } = await practice.visit();
    assert.deepEqual(Object.keys(report), ['format', 'version', 'at', 'outcome', 'counts', 'findings']);
    assert.deepEqual([report.format, report.outcome, report.counts.failed], [1, 'ok', 0]);
    assert.equal(stdout.trimStart()[0], '{');
  });

  describe('asked for samples', () => {
    const here = 'C0SAMPLES';

    it('posts one of each card there and nothing anywhere else, and a press does nothing', async () => {
      const { sandbox } = practice;
      sandbox.slack.putChannel(slackChannel({ id: here, name: 'samples', members: ['U0BOB', sandboxApp.botUser] }));
      const { code, stdout } = await practice.run(['--send-samples', `slack:${here}`]);
      assert.equal(code, 0, stdout);
      const posted = sandbox.slack.messages(here);
      assert.equal(posted.length, requestStates.length);
      for (const { message } of posted) {
        assert.match(JSON.stringify(message), /SAMPLE: /);
        assert.match(JSON.stringify(message), /Only a sample.*no device is touched/);
        assert.doesNotMatch(JSON.stringify(message), /<@/);
      }
      assert.deepEqual(sandbox.slack.messages('C0APPROVE'), []);
      assert.deepEqual(sandbox.defender.calls, []);
      const withButtons = posted.find(({ message }) => JSON.stringify(message).includes('"Approve"'))!;
      await sandbox.door().press({ user: 'U0BOB', message: withButtons, label: 'Approve' });
      await eventually('an answer to the press', () => sandbox.slack.ephemerals('U0BOB').length > 0);
      assert.deepEqual(sandbox.defender.calls, []);
    });

    it('says that nothing was posted where Cordon may not', async () => {
      const { code, stdout, stderr } = await practice.run(['--send-samples', 'slack:C0NOWHERE']);
      assert.equal(code, 1);
      assert.match(stdout, /Nothing was posted in\s+slack:C0NOWHERE/);
      assert.equal(stderr, 'One thing failed.\n');
    });

    it('posts in Teams', async () => {
      const { code, stdout } = await practice.run(['--send-samples', `teams:${teamsIds.warRoom}`]);
      assert.equal(code, 0, stdout);
      assert.equal(practice.sandbox.teams().messages(teamsIds.warRoom).length, requestStates.length);
    });
  });
});
