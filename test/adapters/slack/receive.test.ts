import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readPayload } from '../../../adapters/slack/receive/read.js';
import type { Incoming } from '../../../src/command/model.js';
import { parseCommand } from '../../../src/command/parse.js';
import { event, payload } from './support.js';

function incoming(body: unknown): Incoming {
  const received = readPayload(body);
  assert.ok(received.kind === 'incoming', JSON.stringify(received));
  return received.incoming;
}

describe('What Slack sends becomes an Incoming', () => {
  it('a slash command', () => {
    assert.deepEqual(incoming(payload('slash-command')), {
      key: 'slack:command:13345224609.738474920.8088930838d88f008e0',
      account: { platform: 'slack', tenant: 'T0HOME', user: 'U0ALICE' },
      origin: {
        platform: 'slack',
        tenant: 'T0HOME',
        conversation: 'C0INCIDENT',
        direct: false,
        replyUrl: 'https://hooks.slack.com/commands/T0HOME/1234567890/abcdef',
      },
      said: { kind: 'text', text: 'restrict pc1 beacon to a known C2 address' },
    });
  });

  it('/cordon takes any command as it is, and nothing at all as help', () => {
    const said = (text: string): unknown => incoming(payload('slash-command', { command: '/cordon', text })).said;
    assert.deepEqual(said('approve 7K3M-9Q2X'), { kind: 'text', text: 'approve 7K3M-9Q2X' });
    assert.deepEqual(said(''), { kind: 'text', text: '' });
  });

  it('a slash command in a one-to-one conversation is direct', () => {
    assert.equal(incoming(payload('slash-command', { channel_id: 'D0ALICE' })).origin.direct, true);
  });

  it('a mention inside a thread keeps the thread and loses the mention', () => {
    const { origin, said, account, key } = incoming(payload('app-mention'));
    assert.equal(key, 'slack:event:Ev0PV52K21');
    assert.deepEqual(account, { platform: 'slack', tenant: 'T0HOME', user: 'U0ALICE' });
    assert.equal(origin.thread, '1790000000.000100');
    assert.deepEqual(said, {
      kind: 'text',
      text: 'restrict pc1 beacon to <http://c2.example.com|c2.example.com>',
    });
  });

  it('a mention outside a thread has no thread', () => {
    assert.equal('thread' in incoming(event('app-mention', { thread_ts: undefined })).origin, false);
  });

  it('a mention from another organisation carries the team of its author', () => {
    const body = event('app-mention', { user: 'U0EVE', user_team: 'T0OTHER', source_team: 'T0OTHER', team: 'T0HOME' });
    assert.deepEqual(incoming(body).account, { platform: 'slack', tenant: 'T0OTHER', user: 'U0EVE' });
    assert.equal(incoming(body).origin.tenant, 'T0HOME');
  });

  it('a direct message', () => {
    const { origin, said } = incoming(payload('message-im'));
    assert.deepEqual(origin, { platform: 'slack', tenant: 'T0HOME', conversation: 'D0ALICE', direct: true });
    assert.deepEqual(said, { kind: 'text', text: 'status pc1' });
  });

  it('a button', () => {
    const { key, account, origin, said } = incoming(payload('block-actions'));
    assert.equal(key, 'slack:action:13345224609.738474920.button');
    assert.deepEqual(account, { platform: 'slack', tenant: 'T0HOME', user: 'U0BOB' });
    assert.equal(origin.thread, '1790000000.000100');
    const on = { platform: 'slack', conversation: 'C0INCIDENT', message: '1790000130.000400' };
    assert.deepEqual(said, { kind: 'press', token: 'b3BhcXVlLXRva2VuLW9mLXRoZS1idXR0b24', on });
  });

  it('a button pressed from another organisation carries the team of the person, not of the channel', () => {
    const user = { id: 'U0EVE', team_id: 'T0OTHER' };
    assert.equal(incoming(payload('block-actions', { user })).account.tenant, 'T0OTHER');
  });

  it('bug 5: forged `approver`, `task` or `requestId` fields in a button payload are believed', () => {
    const forged = { approver: 'U0CISO', task: 'approve', requestId: '7K3M9Q2X', account: { user: 'U0CISO' } };
    const { actions } = payload('block-actions') as { actions: object[] };
    const body = payload('block-actions', { ...forged, actions: [{ ...actions[0], ...forged }] });
    assert.deepEqual(incoming(body), incoming(payload('block-actions')));
  });

  it('the reason of a button, without blanks around it', () => {
    const { key, account, said } = incoming(payload('view-submission-reason'));
    assert.equal(key, 'slack:view:V0REASON:1790000150.hash');
    assert.equal(account.user, 'U0BOB');
    assert.deepEqual(said, { kind: 'press', token: 'b3BhcXVlLXRva2VuLW9mLXRoZS1idXR0b24', reason: 'wrong host' });
  });

  it('the form of the shortcut reads as if it had been typed in the thread', () => {
    const { origin, said } = incoming(payload('view-submission-restrict'));
    assert.equal(origin.thread, '1790000000.000100');
    assert.ok(said.kind === 'text');
    const parsed = parseCommand(said.text);
    assert.ok(parsed.ok && parsed.command.kind === 'release');
    assert.deepEqual(parsed.command.device, { by: 'name', value: 'pc1' });
    assert.equal(parsed.command.comment, 'cleaned & <rebuilt>');
  });

  it('the form of the shortcut refuses a device of two words and an empty comment, each at its field', () => {
    const submission = payload('view-submission-restrict') as { view: { state: { values: object } } };
    const values = {
      ...submission.view.state.values,
      device: { input: { value: 'pc1 pc2' } },
      comment: { input: { value: null } },
    };
    const received = readPayload({ ...submission, view: { ...submission.view, state: { values } } });
    assert.ok(received.kind === 'correct');
    assert.deepEqual(Object.keys(received.errors), ['device', 'comment']);
  });

  it('the shortcut opens its form for the thread of the message', () => {
    const received = readPayload(payload('message-action'));
    assert.ok(received.kind === 'open');
    const { origin } = JSON.parse(received.view.private_metadata ?? '') as Pick<Incoming, 'origin'>;
    assert.equal(origin.conversation, 'C0INCIDENT');
    assert.equal(origin.thread, '1790000000.000100');
  });

  it('a view whose private_metadata is not Cordon’s is malformed', () => {
    const submission = payload('view-submission-reason') as { view: object };
    for (const private_metadata of ['', '{', '{"token":"x"}', 'null']) {
      const received = readPayload({ ...submission, view: { ...submission.view, private_metadata } });
      assert.equal(received.kind, 'malformed');
    }
  });

  it('never throws, whatever a signed payload holds', () => {
    const names = [
      'slash-command',
      'app-mention',
      'message-im',
      'block-actions',
      'view-submission-reason',
      'message-action',
    ];
    const field = fc.constantFrom(
      'event',
      'view',
      'user',
      'team',
      'actions',
      'channel',
      'container',
      'message',
      'text',
      'type',
    );
    fc.assert(
      fc.property(fc.constantFrom(...names), field, fc.jsonValue(), (name, key, value) => {
        readPayload(payload(name, { [key]: value }));
      }),
      { numRuns: 300 },
    );
  });
});
