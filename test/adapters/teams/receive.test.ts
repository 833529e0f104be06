import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readEnvelope } from '../../../adapters/teams/receive/envelope.js';
import { readNews } from '../../../adapters/teams/receive/news.js';
import { readActivity } from '../../../adapters/teams/receive/read.js';
import type { Received } from '../../../adapters/teams/receive/received.js';
import type { Incoming } from '../../../src/command/model.js';
import { parseCommand } from '../../../src/command/parse.js';
import { type Activity, activity, alice, bob, bot, channel, inside, personal, press, tenant } from './activities.js';

function read(body: Activity): Received {
  const envelope = readEnvelope(body);
  return readActivity(envelope, envelope.tenant ?? '', body);
}

function incoming(body: Activity): Incoming {
  const received = read(body);
  assert.ok(received.kind === 'incoming', JSON.stringify(received));
  return received.incoming;
}

/** What is understood of a text in a channel, with the mention in front unless `text` has it. */
function said(text: string, over: Activity = {}): string {
  const { said } = incoming(activity('message-channel', { text, ...over }));
  assert.ok(said.kind === 'text');
  return said.text;
}

const root = '1732400000000';
const group = '19:0123456789abcdef0123456789abcdef@thread.v2';

describe('What Teams sends becomes an Incoming', () => {
  it('a message to the bot alone', () => {
    assert.deepEqual(incoming(activity('message-personal')), {
      key: `teams:message:${personal}:1732406400123`,
      account: { platform: 'teams', tenant, user: alice },
      origin: { platform: 'teams', tenant, conversation: personal, direct: true },
      said: { kind: 'text', text: 'status pc1' },
    });
  });

  it('a mention in a channel, without the mention, and with the thread in which it was said', () => {
    assert.deepEqual(incoming(activity('message-channel')), {
      key: `teams:message:${channel}:1732406460456`,
      account: { platform: 'teams', tenant, user: alice },
      origin: { platform: 'teams', tenant, conversation: channel, direct: false, thread: root },
      said: { kind: 'text', text: 'restrict pc1 beacon to a known C2 address' },
    });
  });

  it('a mention that begins a post: the answers go below it', () => {
    const body = inside('message-channel', 'conversation', { id: `${channel};messageid=1732406460456` });
    assert.equal(incoming(body).origin.thread, '1732406460456');
  });

  it('a mention in a group chat, which has no threads', () => {
    const { origin } = incoming(
      inside('message-channel', 'conversation', { conversationType: 'groupChat', id: group }),
    );
    assert.deepEqual(origin, { platform: 'teams', tenant, conversation: group, direct: false });
  });

  describe('a native slash command', () => {
    const slash = (id: string): Activity => ({
      ...inside('message-channel', 'recipient', { isTargeted: true }),
      conversation: { conversationType: 'channel', id: `${channel};messageid=${id}` },
      text: '/restrict pc1 beacon',
      entities: [],
    });

    it('needs no mention', () => {
      assert.deepEqual(incoming(slash(root)).said, { kind: 'text', text: '/restrict pc1 beacon' });
    });

    it('inside a thread keeps the thread', () => {
      assert.equal(incoming(slash(root)).origin.thread, root);
    });

    it('outside a thread has none: nobody else sees the command’s own message', () => {
      assert.equal('thread' in incoming(slash('1732406460456')).origin, false);
    });
  });

  for (const [shape, direct, over] of [
    ['of a channel', false, { id: `${channel};messageid=${root}` }],
    ['of an older channel', false, { id: '19:0a1b@thread.skype' }],
    ['of a group chat', false, { id: group }],
    ['of no known kind, marked as a group', false, { id: 'group-chat-id', isGroup: true }],
    ['of a chat with the bot', true, { id: personal }],
    ['of the Agents Playground’s chat with the bot', true, { id: 'personal-chat-id', isGroup: false }],
  ] as const) {
    it(`without a conversation type, by an id ${shape}`, () => {
      const body = inside('message-channel', 'conversation', {
        conversationType: undefined,
        isGroup: undefined,
        ...over,
      });
      assert.equal(incoming(body).origin.direct, direct);
    });
  }

  it('the same person, however their ids are written', () => {
    const body = inside('message-personal', 'from', { aadObjectId: alice.toUpperCase() });
    const loud = { ...body, channelData: { tenant: { id: tenant.toUpperCase() } } };
    assert.deepEqual(incoming(loud).account, { platform: 'teams', tenant, user: alice });
  });

  it('ids that are no GUIDs stay as they are, as the Agents Playground has them', () => {
    const body = inside('message-personal', 'from', { aadObjectId: '00000000-0000-0000-0000-0000000000020' });
    assert.equal(incoming(body).account.user, '00000000-0000-0000-0000-0000000000020');
    assert.equal(incoming(inside('message-personal', 'from', { aadObjectId: 'User-A' })).account.user, 'User-A');
  });

  const on = { platform: 'teams', conversation: channel, message: '1732406461000' } as const;
  it('a button, with the reason typed on the card, and the message that it is on', () => {
    assert.deepEqual(incoming(activity('invoke-execute')), {
      key: `teams:invoke:${channel}:f:5a1c9d40-2f3e-4b7a-9c11-7d2e8f6a0b13`,
      account: { platform: 'teams', tenant, user: bob },
      origin: { platform: 'teams', tenant, conversation: channel, direct: false, thread: root },
      said: { kind: 'press', token: 'b3BhcXVlLXRva2VuLW9mLXRoZS1idXR0b24', reason: 'wrong host', on },
    });
  });

  for (const reason of [undefined, null, '', ' \n ']) {
    it(`a button with ${JSON.stringify(reason)} for a reason has none`, () => {
      assert.deepEqual(incoming(press({ token: 'x', reason })).said, { kind: 'press', token: 'x', on });
    });
  }

  it('bug 5: forged `approver`, `task` or `requestId` fields in a button payload are believed', () => {
    const forged = {
      approver: 'ciso',
      task: 'approve',
      requestId: '7K3M9Q2X',
      from: { aadObjectId: 'ciso' },
      aadObjectId: 'ciso',
      tenant: 'other',
    };
    const { data } = (activity('invoke-execute')['value'] as { action: { data: Activity } }).action;
    const body = press({ ...data, ...forged }, { action: forged, value: forged });
    assert.deepEqual(
      incoming({ ...body, ...{ approver: 'ciso', task: 'approve' } }),
      incoming(activity('invoke-execute')),
    );
  });

  it('somebody adds the app for themselves: they ask for help', () => {
    assert.deepEqual(incoming(activity('installation-update')), {
      key: `teams:installation:${personal}:f:1d7b6f52-95a3-4b0e-8a3c-2f9be4c0c7aa`,
      account: { platform: 'teams', tenant, user: alice },
      origin: { platform: 'teams', tenant, conversation: personal, direct: true },
      said: { kind: 'text', text: 'help' },
    });
  });

  it('a new version of the app, or a team that adds it, is told nothing', () => {
    const team = inside('installation-update', 'conversation', { conversationType: 'channel', id: channel });
    for (const body of [activity('installation-update', { action: 'add-upgrade' }), team]) {
      assert.equal(read(body).kind, 'ignore');
    }
  });

  it('two messages without an id are two, and a redelivered one is one', () => {
    const first = activity('message-personal', { id: undefined });
    const second = activity('message-personal', { id: undefined, timestamp: '2026-11-23T08:00:01.0000000Z' });
    assert.notEqual(incoming(first).key, incoming(second).key);
    assert.equal(incoming(first).key, incoming(activity('message-personal', { id: undefined })).key);
  });

  it('never throws past the envelope, whatever the rest of an activity holds', () => {
    const name = fc.constantFrom('message-personal', 'message-channel', 'invoke-execute', 'conversation-update');
    const field = fc.constantFrom('text', 'entities', 'value', 'attachments', 'membersRemoved', 'name', 'textFormat');
    fc.assert(
      fc.property(name, field, fc.jsonValue(), (of, key, value) => {
        const body = activity(of);
        const envelope = readEnvelope(body);
        readActivity(envelope, tenant, { ...body, [key]: value });
        readNews(envelope, tenant, { ...body, [key]: value });
      }),
      { numRuns: 300 },
    );
  });
});

describe('The text of a Teams message', () => {
  const cases: [name: string, text: string, expected: string][] = [
    ['after a mention with a non-breaking space', '<at>Cordon</at>&nbsp;restrict pc1 x', 'restrict pc1 x'],
    ['after a mention with an id', '<at id="0">Cordon</at> list', 'list'],
    ['in a paragraph', '<p><at>Cordon</at>&nbsp;restrict&nbsp;pc1 beacon</p>', 'restrict pc1 beacon'],
    ['in several paragraphs', '<p><at>Cordon</at> restrict pc1 a</p><p>b<br>c</p>', 'restrict pc1 a\nb\nc'],
    ['with a real non-breaking space', '<at>Cordon</at>\u00A0deny 7K3M-9Q2X\u00A0no', 'deny 7K3M-9Q2X no'],
    ['before the mention', 'restrict pc1 beacon <at>Cordon</at>', 'restrict pc1 beacon'],
    ['with a slash', '<at>Cordon</at> /restrict pc1 beacon', '/restrict pc1 beacon'],
    [
      'that names another person',
      '<at>Cordon</at> restrict pc1 ask <at>Bob Example</at>',
      'restrict pc1 ask Bob Example',
    ],
    ['with entities, decoded once', '<at>Cordon</at> restrict pc1 a &lt; b &amp;amp; c', 'restrict pc1 a < b &amp; c'],
    [
      'with a tag that somebody typed',
      '<at>Cordon</at> restrict pc1 saw &lt;b&gt;x&lt;/b&gt;',
      'restrict pc1 saw <b>x</b>',
    ],
    [
      'with raw angle brackets that are no markup',
      '<at>Cordon</at> restrict pc1 a<b and <script>x</script>',
      'restrict pc1 a<b and <script>x</script>',
    ],
    ['with a bracket that nobody closed', '<at>Cordon</at> restrict pc1 1 <2 <i', 'restrict pc1 1 <2 <i'],
    [
      'in bold, with a link',
      '<at>Cordon</at> restrict <strong>pc1</strong> <a href="http://c2.example">c2.example</a>',
      'restrict pc1 c2.example',
    ],
    ['with an emoji', '<at>Cordon</at> restrict pc1 <img alt="🔥" src="x"/> beacon', 'restrict pc1 🔥 beacon'],
    ['of the mention alone', '<at>Cordon</at>', ''],
  ];
  for (const [name, text, expected] of cases) {
    it(name, () => {
      assert.equal(said(text), expected);
    });
  }

  it('loses the mention whatever the bot is called', () => {
    const entities = [{ type: 'mention', mentioned: { id: bot, name: 'SOC & Co' }, text: '<at>SOC &amp; Co</at>' }];
    assert.equal(said('<at>SOC &amp; Co</at> list', { entities }), 'list');
  });

  it('is not a command to Cordon when it mentions somebody else', () => {
    const entities = [{ type: 'mention', mentioned: { id: '29:bob', name: 'Cordon' }, text: '<at>Cordon</at>' }];
    assert.equal(read(activity('message-channel', { entities })).kind, 'ignore');
  });

  it('of a picture alone is the wish for help', () => {
    const attachments = [{ contentType: 'image/png', contentUrl: 'https://example.com/x.png' }];
    assert.deepEqual(incoming(activity('message-personal', { text: undefined, attachments })).said, {
      kind: 'text',
      text: '',
    });
  });

  for (const text of [
    '<at>Cordon</at>&nbsp;restrict pc1 beacon &amp; more',
    '<p><at>Cordon</at>&nbsp;/restrict&nbsp;&quot;pc1&quot; beacon &amp; more</p>',
    '<at>Cordon</at> “restrict” pc1 beacon &#38; more',
  ]) {
    it(`reads as the same command: ${text}`, () => {
      const parsed = parseCommand(said(text), { markup: 'none' });
      assert.ok(parsed.ok && parsed.command.kind === 'restrict');
      assert.deepEqual(parsed.command.device, { by: 'name', value: 'pc1' });
      assert.equal(parsed.command.comment, 'beacon & more');
    });
  }

  it('bug 15: a comment keeps its words, whatever markup it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (comment) => {
        const escaped = comment.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        const seen = `restrict pc1 !${comment.replaceAll('\u00A0', ' ')}`.trim();
        assert.equal(said(`<p><at>Cordon</at>&nbsp;restrict pc1 !${escaped}</p>`), seen);
      }),
      { numRuns: 200 },
    );
  });
});
