import assert from 'node:assert/strict';
import { boot, type Sandbox } from '../../sandbox/boot.js';
import { slackSignature } from '../../sandbox/slack/senders.js';
import { eventually } from './eventually.js';
import { recorded, refusals } from './record.js';

/** What a correctly signed body without meaning, a wrong signature or a wrong clock gets. */
describe('the door for Slack', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await boot();
  });
  after(() => sandbox.close());

  const json = { 'content-type': 'application/json' };
  const form = (payload: string): string => `payload=${encodeURIComponent(payload)}`;
  const malformed: readonly string[] = [
    '',
    'command=%2Frestrict',
    'command=%2Frestrict&text=x&user_id=&team_id=',
    form('not json'),
    form('null'),
    form('[1]'),
    form('{"type":"block_actions"}'),
    form('{"type":"block_actions","user":null,"actions":[]}'),
    form('{"type":"view_submission","view":{}}'),
    form('{"type":"nonsense"}'),
  ];

  const malformedJson: readonly string[] = [
    '',
    'null',
    '[]',
    '{}',
    '"text"',
    '{"type":',
    '{"type":7}',
    '{"type":"event_callback"}',
    '{"type":"event_callback","event":null}',
    '{"type":"event_callback","event_id":7,"event":{"type":"app_mention"}}',
    '{"type":"event_callback","event_id":"Ev1","team_id":"T1","event":{"type":"app_mention","user":"U1"}}',
  ];

  for (const body of malformedJson) {
    it(`answers 400 to signed JSON ${JSON.stringify(body)}`, async () => {
      const { status } = await sandbox.door().raw(body, json);
      assert.equal(status, 400);
    });
  }

  for (const body of malformed) {
    it(`answers 400 to a signed ${JSON.stringify(body)}`, async () => {
      const { status } = await sandbox.door().raw(body);
      assert.equal(status, 400);
    });
  }

  const event = JSON.stringify({ type: 'url_verification', challenge: 'c' });
  const at = (seconds: number): Record<string, string> => {
    const timestamp = Math.floor(Date.now() / 1_000) + seconds;
    return {
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': slackSignature(sandbox.settings.SLACK_SIGNING_SECRET!, timestamp, event),
    };
  };

  it('answers the challenge of a signed url_verification', async () => {
    const { status, body } = await sandbox.door().raw(event, json);
    assert.equal(status, 200);
    assert.deepEqual(body, { challenge: 'c' });
  });

  it('refuses a wrong signature with 401', async () => {
    const { status } = await sandbox.door().raw(event, { ...json, 'x-slack-signature': `v0=${'0'.repeat(64)}` });
    assert.equal(status, 401);
  });

  it('takes a request whose clock is four minutes off', async () => {
    for (const seconds of [-240, 240]) {
      const { status } = await sandbox.door().raw(event, { ...json, ...at(seconds) });
      assert.equal(status, 200);
    }
  });

  for (const seconds of [-600, 600]) {
    it(`refuses a request from ${seconds} seconds with 401, though its signature is right`, async () => {
      const { status } = await sandbox.door().raw(event, { ...json, ...at(seconds) });
      assert.equal(status, 401);
    });
  }

  it('answers 401 to what has no signature', async () => {
    const { status } = await sandbox.door().raw(event, { ...json, 'x-slack-signature': '' });
    assert.equal(status, 401);
  });

  it('has the first refusal of each kind on record at once', async () => {
    for (const reason of ['malformed', 'wrong signature', 'wrong time', 'unsigned']) {
      await eventually(reason, () => refusals(sandbox, 'slack', reason) > 0);
    }
  });

  it('says that it lives and that it is ready', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const response = await fetch(`${sandbox.cordon().url}${path}`);
      assert.equal(response.status, 200, path);
    }
  });

  it('ends with 0 on SIGTERM', async () => {
    assert.equal(await sandbox.cordon().stop(), 0);
  });

  it('has every refusal on record by the time it has ended, and nothing of what was sent', () => {
    assert.equal(refusals(sandbox, 'slack', 'malformed'), malformed.length + malformedJson.length);
    assert.equal(refusals(sandbox, 'slack', 'wrong signature'), 1);
    assert.equal(refusals(sandbox, 'slack', 'unsigned'), 1);
    assert.equal(refusals(sandbox, 'slack', 'wrong time'), 2);
    const events = recorded(sandbox, 'door.refused');
    assert.equal(events.length, 6);
    for (const { detail } of events) {
      assert.deepEqual(
        Object.keys(detail).filter((key) => !['platform', 'reason', 'count', 'since'].includes(key)),
        [],
      );
    }
  });
});
