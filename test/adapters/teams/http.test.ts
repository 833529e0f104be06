import assert from 'node:assert/strict';
import sinon from 'sinon';
import { activity, inside, press } from './activities.js';
import { type Rig, startRig } from './rig.js';

describe('Activities over HTTP', () => {
  let rig: Rig;
  before(async () => {
    rig = await startRig();
  });
  beforeEach(() => {
    rig.stored.length = 0;
    rig.log.length = 0;
  });
  after(() => rig.close());

  describe('are answered 400 when they are', () => {
    const cases: [string, unknown][] = [
      ['not JSON', '{"type":'],
      ['an array', '[]'],
      ['null', 'null'],
      ['empty', ''],
      ['without a type', activity('message-personal', { type: undefined })],
      ['of a type that is no text', activity('message-personal', { type: 5 })],
      ['without a service URL', '{"type":"message","channelId":"msteams"}'],
      ['without a conversation', activity('message-personal', { conversation: undefined })],
      ['from somebody whose id is an object', inside('message-personal', 'from', { aadObjectId: { $ne: '' } })],
      ['of a text that is none', activity('message-personal', { text: { html: 'x' } })],
      ['a press without a token', press({})],
      ['a press whose token is an object', press({ token: { $ne: '' } })],
      ['a press whose reason is a list', press({ token: 'x', reason: ['x'] })],
    ];
    for (const [name, body] of cases) {
      it(name, async () => {
        assert.deepEqual(await rig.post(body), { status: 400, text: '' });
        assert.deepEqual(rig.stored, []);
      });
    }
  });

  it('are not logged whole when they cannot be read', async () => {
    await rig.post('{"type":"message","text":"what somebody said to the bot",');
    assert.equal(JSON.stringify(rig.log).includes('what somebody said'), false);
  });

  it('of two megabytes are answered 413', async () => {
    const body = activity('message-personal', { text: 'x'.repeat(2 * 1024 * 1024) });
    assert.equal((await rig.post(body)).status, 413);
  });

  it('of two megabytes are not even read without a token', async () => {
    const body = activity('message-personal', { text: 'x'.repeat(2 * 1024 * 1024) });
    assert.equal((await rig.post(body, null)).status, 401);
  });

  describe('of a tenant whose people may not speak to Cordon', () => {
    const foreign = '99999999-1111-4222-8333-444455556666';
    const cases: [string, unknown][] = [
      [
        'named in channelData',
        {
          ...inside('message-personal', 'conversation', { tenantId: undefined }),
          channelData: { tenant: { id: foreign } },
        },
      ],
      [
        'named in the conversation alone',
        { ...inside('message-personal', 'conversation', { tenantId: foreign }), channelData: {} },
      ],
      ['and of ours at once', inside('message-personal', 'conversation', { tenantId: foreign })],
      ['not named', { ...inside('message-personal', 'conversation', { tenantId: undefined }), channelData: undefined }],
    ];
    for (const [name, body] of cases) {
      it(`${name}: 403, logged, and nothing is stored or remembered`, async () => {
        const noted = sinon.spy(rig.contacts, 'noteConversation');
        try {
          assert.deepEqual(await rig.post(body), { status: 403, text: '' });
          assert.deepEqual(rig.stored, []);
          assert.equal(noted.called, false);
          assert.match(String(rig.log.at(-1)?.['msg']), /tenant/);
        } finally {
          noted.restore();
        }
      });
    }
  });

  describe('are answered 200 and mean nothing:', () => {
    const quiet: [string, unknown][] = [
      [
        'an edited message',
        activity('message-channel', {
          type: 'messageUpdate',
          channelData: { ...(activity('message-channel')['channelData'] as object), eventType: 'editMessage' },
        }),
      ],
      ['a deleted one', activity('message-channel', { type: 'messageDelete' })],
      ['a reaction', activity('message-channel', { type: 'messageReaction', reactionsAdded: [{ type: 'like' }] })],
      ['typing', activity('message-personal', { type: 'typing' })],
      ['a message in a channel that does not mention the bot', activity('message-channel', { entities: [] })],
      ['the form of another app', activity('message-personal', { text: undefined, value: { token: 'x' } })],
      ['a message of a bot', inside('message-personal', 'from', { role: 'bot' })],
      [
        'a message of a connector, without an Entra object id',
        inside('message-personal', 'from', { aadObjectId: undefined }),
      ],
      [
        'the bot added to a team',
        activity('conversation-update', { membersRemoved: undefined, membersAdded: [{ id: '28:x' }] }),
      ],
    ];
    for (const [name, body] of quiet) {
      it(name, async () => {
        assert.deepEqual(await rig.post(body), { status: 200, text: '' });
        assert.deepEqual(rig.stored, []);
        assert.deepEqual(rig.replies, []);
      });
    }
  });

  describe('that are an invoke of another kind are answered as not implemented:', () => {
    const others: [string, unknown][] = [
      ['a dialog', activity('invoke-execute', { name: 'task/fetch' })],
      ['the button of another app', press({ token: 'x' }, { action: { verb: 'other.app' } })],
      ['a card action without an action', activity('invoke-execute', { value: {} })],
    ];
    for (const [name, body] of others) {
      it(name, async () => {
        assert.equal((await rig.post(body)).status, 501);
        assert.deepEqual(rig.stored, []);
      });
    }
  });
});
