import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readEnvelope } from '../../../adapters/teams/receive/envelope.js';
import { readActivity } from '../../../adapters/teams/receive/read.js';
import type { Incoming } from '../../../src/command/model.js';

/** Recorded from Microsoft 365 Agents Playground 0.2.28 with `-c msteams` and its own people: docs/playground.md. */
function incoming(name: string): Incoming {
  const body: unknown = JSON.parse(readFileSync(`test/adapters/teams/payloads/playground-${name}.json`, 'utf8'));
  const envelope = readEnvelope(body);
  const received = readActivity(envelope, envelope.tenant ?? '', body);
  assert.ok(received.kind === 'incoming', JSON.stringify(received));
  return received.incoming;
}

const tenant = '00000000-0000-0000-0000-0000000000001';
const account = { platform: 'teams', tenant, user: '00000000-0000-0000-0000-0000000000020' };
const personal = 'c8aa59a3-ce68-4353-b438-d68799aeffe8';

describe('What Microsoft 365 Agents Playground really sends', () => {
  it('a message to the bot alone', () => {
    const { said, origin, account: from } = incoming('message-personal');
    assert.deepEqual(from, account);
    assert.deepEqual(origin, { platform: 'teams', tenant, conversation: personal, direct: true });
    assert.deepEqual(said, { kind: 'text', text: 'restrict pc1 suspicious PowerShell' });
  });

  it('a post in a channel with a mention', () => {
    const { said, origin } = incoming('message-channel');
    const thread = '1795483812925';
    assert.deepEqual(origin, { platform: 'teams', tenant, conversation: 'team-id', direct: false, thread });
    assert.deepEqual(said, { kind: 'text', text: 'restrict pc1 suspicious PowerShell' });
  });

  it('a pressed button, without `trigger`', () => {
    const { said, origin } = incoming('invoke-execute');
    assert.deepEqual(origin, { platform: 'teams', tenant, conversation: personal, direct: true });
    assert.deepEqual(said, {
      kind: 'press',
      token: 'tok-1',
      reason: 'a reason',
      on: { platform: 'teams', conversation: personal, message: '1795483647403' },
    });
  });
});
