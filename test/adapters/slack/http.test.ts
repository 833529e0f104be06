import assert from 'node:assert/strict';
import { event, payload, type Rig, startRig } from './support.js';

describe('Slack requests over HTTP', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(() => rig.close());

  it('takes a signed slash command and answers with an empty 200', async () => {
    assert.deepEqual(await rig.postForm(payload('slash-command')), { status: 200, text: '' });
    assert.equal(rig.stored.length, 1);
  });

  it('refuses a wrong signature with 401', async () => {
    const sent = await rig.postForm(payload('slash-command'), { secret: 'another secret' });
    assert.equal(sent.status, 401);
    assert.deepEqual(rig.stored, []);
  });

  it('refuses a missing signature with 401', async () => {
    const sent = await rig.postForm(payload('slash-command'), { headers: { 'x-slack-signature': '' } });
    assert.equal(sent.status, 401);
  });

  for (const [name, offset] of [
    ['ten minutes old', -600],
    ['five minutes and some seconds ahead', 330],
  ] as const) {
    it(`refuses a request that is ${name} with 401`, async () => {
      const sent = await rig.postForm(payload('slash-command'), { timestamp: Math.floor(Date.now() / 1_000) + offset });
      assert.equal(sent.status, 401);
      assert.deepEqual(rig.stored, []);
    });
  }

  it('takes a request whose clock is a minute ahead', async () => {
    const sent = await rig.postForm(payload('slash-command'), { timestamp: Math.floor(Date.now() / 1_000) + 60 });
    assert.equal(sent.status, 200);
  });

  it('refuses a time stamp that is no number with 401', async () => {
    const sent = await rig.postForm(payload('slash-command'), { headers: { 'x-slack-request-timestamp': 'now' } });
    assert.equal(sent.status, 401);
  });

  it('answers the challenge of the Events API', async () => {
    const sent = await rig.postJson({
      type: 'url_verification',
      challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P',
    });
    assert.equal(sent.status, 200);
    assert.match(sent.text, /3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P/);
  });

  it('answers the check of the certificate', async () => {
    assert.equal((await rig.postForm({ ssl_check: '1', token: 't' })).status, 200);
    assert.deepEqual(rig.stored, []);
  });

  it('refuses a body of two megabytes with 413', async () => {
    const sent = await rig.postJson({ type: 'event_callback', padding: 'x'.repeat(2 * 1024 * 1024) });
    assert.equal(sent.status, 413);
  });

  describe('answers 400, never 500, to a signed payload that is', () => {
    const malformed: [string, unknown][] = [
      ['null', null],
      ['an array', []],
      ['a number', 7],
      ['an empty object', {}],
      ['of an unknown type', { type: 'launch_missiles' }],
      ['of a type that is no text', { type: 5 }],
      ['an event without event', { type: 'event_callback', event_id: 'Ev1', team_id: 'T0HOME' }],
      ['an event that is null', payload('app-mention', { event: null })],
      ['an event without id', payload('app-mention', { event_id: undefined })],
      ['a mention without text', event('app-mention', { text: undefined })],
      ['a mention whose user is an object', event('app-mention', { user: { id: 'U0ALICE' } })],
    ];
    for (const [name, body] of malformed) {
      it(name, async () => {
        assert.equal((await rig.postJson(body)).status, 400);
        assert.deepEqual(rig.stored, []);
      });
    }

    const interactive: [string, unknown][] = [
      ['an interactive null', null],
      ['a press without actions', payload('block-actions', { actions: [] })],
      ['a press whose actions are an object', payload('block-actions', { actions: {} })],
      ['a press without value', payload('block-actions', { actions: [{ action_id: 'cordon:press:0' }] })],
      ['a press without user', payload('block-actions', { user: undefined })],
      ['a press with a response_url that is none', payload('block-actions', { response_url: 'javascript:alert(1)' })],
      ['a submitted view without state', payload('view-submission-reason', { view: { callback_id: 'cordon_reason' } })],
      ['a view that is null', payload('view-submission-reason', { view: null })],
      ['a shortcut without message', payload('message-action', { message: undefined })],
    ];
    for (const [name, body] of interactive) {
      it(name, async () => {
        assert.equal((await rig.postInteractive(body)).status, 400);
        assert.deepEqual(rig.stored, []);
      });
    }

    it('a slash command without user', async () => {
      assert.equal((await rig.postForm(payload('slash-command', { user_id: '' }))).status, 400);
    });

    it('a form whose payload is not JSON', async () => {
      assert.equal((await rig.postForm({ payload: '{"type":' })).status, 400);
    });

    it('JSON that ends too early', async () => {
      assert.equal((await rig.postForm({ a: 'b' }, { contentType: 'application/json' })).status, 400);
    });
  });

  describe('answers 200 and stores nothing for', () => {
    const quiet: [string, unknown][] = [
      ['a message of a bot', event('message-im', { bot_id: 'B0OTHER' })],
      [
        'a message that was edited',
        event('message-im', { subtype: 'message_changed', user: undefined, text: undefined }),
      ],
      [
        'an edited mention, which Slack reports once more',
        event('app-mention', { edited: { user: 'U0ALICE', ts: '1' } }),
      ],
      ['a message in a channel', event('message-im', { channel_type: 'channel', channel: 'C0INCIDENT' })],
      ['an event of another type', event('app-mention', { type: 'reaction_added' })],
      ['a note that Slack holds events back', { type: 'app_rate_limited', team_id: 'T0HOME', minute_rate_limited: 1 }],
    ];
    for (const [name, body] of quiet) {
      it(name, async () => {
        assert.equal((await rig.postJson(body)).status, 200);
        assert.deepEqual(rig.stored, []);
      });
    }

    it('a button of somebody else', async () => {
      const body = payload('block-actions', { actions: [{ action_id: 'wf:1', type: 'static_select' }] });
      assert.equal((await rig.postInteractive(body)).status, 200);
      assert.deepEqual(rig.stored, []);
    });

    it('a modal that was closed', async () => {
      assert.equal((await rig.postInteractive({ type: 'view_closed', view: {} })).status, 200);
    });
  });
});
