import assert from 'node:assert/strict';
import sinon from 'sinon';
import { CordonError } from '../../../src/errors.js';
import { type Check, inWords, ok, runChecks, Skip } from '../../../src/ops/doctor/check.js';
import { clockChecks, createClockWatch } from '../../../src/ops/doctor/clock.js';
import { createEntraDoctor } from '../../../src/ops/doctor/entra.js';
import type { CheckId } from '../../../src/ops/doctor/ids.js';
import { createScrub } from '../../../src/ops/doctor/secrets.js';

function check(id: string, run: Check['run'], timeoutMs?: number): Check {
  return { id: id as CheckId, area: 'slack', title: id, run, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

describe('the checks of the doctor', () => {
  it('are a failed finding of their own where they break, and stop no other', async () => {
    const findings = await runChecks([
      check('throws', () => {
        throw new Error('of its own accord');
      }),
      check('rejects', () => Promise.reject(new CordonError('x', 'for the log', { userText: 'For people' }))),
      check('skips', () => Promise.reject(new Skip('There is no token.', 'Set one.'))),
      check('fine', () => Promise.resolve(ok('Well.'))),
    ]);
    assert.deepEqual(
      findings.map(({ id, status, seen }) => [id, status, seen]),
      [
        ['throws', 'failed', 'This could not be looked at: of its own accord.'],
        ['rejects', 'failed', 'This could not be looked at: For people.'],
        ['skips', 'skipped', 'There is no token.'],
        ['fine', 'ok', 'Well.'],
      ],
    );
  });

  it('end in time, and the work with them', async () => {
    const clock = sinon.useFakeTimers();
    try {
      let signal: AbortSignal | undefined;
      const running = runChecks([
        check(
          'hangs',
          (given) => {
            signal = given;
            return new Promise(() => undefined);
          },
          500,
        ),
      ]);
      await clock.tickAsync(500);
      const [finding] = await running;
      assert.deepEqual(
        [finding?.status, finding?.seen],
        ['failed', 'This could not be looked at: no answer in 500 ms.'],
      );
      assert.equal(signal?.aborted, true);
    } finally {
      clock.restore();
    }
  });

  it('say why there is no connection', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    assert.equal(inWords(new Error('failed', { cause: refused })), 'nothing listens there (ECONNREFUSED).');
    assert.equal(
      inWords(Object.assign(new Error('x'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })),
      'its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).',
    );
  });
});

describe('the clocks of the doctor', () => {
  async function look(ahead: Readonly<Record<string, number>>): Promise<string[]> {
    const watch = createClockWatch(fetch, Date.now);
    for (const [name, ms] of Object.entries(ahead)) watch.note(name, ms);
    return (await runChecks(clockChecks(watch))).map(({ id, status, seen }) => `${id} ${status}: ${seen}`);
  }

  it('are well within half a minute, a warning beyond, and fail beyond five', async () => {
    assert.match((await look({ Slack: 29_000 }))[0] ?? '', /^clock\.host ok/);
    assert.match((await look({ Slack: 31_000 }))[0] ?? '', /^clock\.host warning: .*31 seconds behind Slack/);
    assert.match(
      (await look({ Slack: -301_000, Entra: 0 }))[0] ?? '',
      /^clock\.host failed: .*5 minutes ahead of Slack\./,
    );
    assert.match((await look({}))[0] ?? '', /^clock\.host skipped/);
  });

  it('tell whether it is the database’s clock that is wrong', async () => {
    const [host, database] = await look({ Slack: 0, 'the database': 400_000 });
    assert.match(host ?? '', /^clock\.host ok/);
    assert.match(
      database ?? '',
      /^clock\.database failed: The clock of the database is 7 minutes ahead of Slack, this machine/,
    );
  });

  it('come from the Date header of any answer', async () => {
    const at = Date.UTC(2026, 10, 25, 12);
    const answer = () => Promise.resolve(new Response('', { headers: { date: new Date(at + 90_000).toUTCString() } }));
    const watch = createClockWatch(answer, () => at);
    await watch.fetch('Slack')('http://127.0.0.1/');
    assert.equal(watch.seen.get('Slack'), 90_500);
  });
});

describe('what the doctor says', () => {
  it('has no secret setting in it, nor the password of the database, nor anything with the form of a token', () => {
    const scrub = createScrub({
      SLACK_BOT_TOKEN: 'xoxb-1',
      AZURE_CLIENT_SECRET: 'a b/c~secret',
      MicrosoftAppPassword: 'bot-password',
      AZURE_FEDERATED_TOKEN_FILE: '/var/run/token',
      DATABASE_URL: 'postgres://cordon:p%40ssword@db/cordon',
    });
    const said =
      'xoxb-1 a b/c~secret a%20b%2Fc~secret bot-password /var/run/token p%40ssword p@ssword eyJhbGciOiJIUzI1NiJ9.e30.x xapp-9';
    assert.equal(scrub(said), '[cut] [cut] [cut] [cut] /var/run/token [cut] [cut] [cut] [cut]');
  });

  it('gives a managed identity its roles by a script, of its cloud, for a shell', async () => {
    const claims = { oid: '11111111-2222-4333-8444-555555555555', xms_mirid: '/subscriptions/1', roles: [] };
    const token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
    const doctor = createEntraDoctor({
      credential: {
        kind: 'managed-identity',
        getToken: () => Promise.resolve({ token, expiresOnTimestamp: 3_600_000 }),
      },
      scope: 'https://api-gov.securitycenter.microsoft.us/.default',
      tenantId: undefined,
      authorityHost: 'https://login.microsoftonline.us',
      graphUrl: 'https://graph.microsoft.us',
      fetch: () => Promise.reject(new Error('not asked')),
      now: () => 0,
    });
    const [finding] = await runChecks(doctor.checks.filter(({ id }) => id === 'entra.roles'));
    assert.equal(finding?.status, 'failed');
    assert.match(finding.next ?? '', /^principal='11111111-2222-4333-8444-555555555555'$/m);
    assert.match(finding.next ?? '', /for role in Machine\.RestrictExecution Machine\.Read\.All; do/);
    assert.match(finding.next ?? '', /^graph='https:\/\/graph\.microsoft\.us\/v1\.0'$/m);
  });
});
