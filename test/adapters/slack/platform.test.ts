import assert from 'node:assert/strict';
import type { Account } from '../../../src/people/person.js';
import { type Platform, PlatformError, type Target } from '../../../src/platform.js';
import type { View } from '../../../src/view/model.js';
import { createSlackAdapter } from '../../../adapters/slack/adapter.js';
import { payload, quiet, type Rig, startRig } from './support.js';
import { ok, refuse } from './web-api.js';

const alice: Account = { platform: 'slack', tenant: 'T0HOME', user: 'U0ALICE' };
const note: View = { kind: 'note', note: { tone: 'success', lines: [['All is ', { bold: 'well' }]] } };
const channel: Target = { to: 'conversation', conversation: 'C0INCIDENT' };
const inThread: Target = { ...channel, thread: '1790000000.000100' };

describe('Sending to Slack', () => {
  let rig: Rig;
  let platform: Platform;
  beforeEach(async () => {
    rig = await startRig();
    ({ platform } = rig.adapter);
  });
  afterEach(() => rig.close());

  const whisper = (over: Partial<Extract<Target, { to: 'whisper' }>> = {}): Target => ({
    to: 'whisper',
    account: alice,
    conversation: 'C0INCIDENT',
    ...over,
  });

  it('posts blocks with a fallback text, without previews, with the bot token', async () => {
    const ref = await platform.send(channel, note);
    assert.deepEqual(ref, { platform: 'slack', conversation: 'C0INCIDENT', message: '1790000200.000100' });
    const [call] = rig.api.calls;
    assert.equal(call?.authorization, 'Bearer xoxb-test');
    assert.equal(call.args['text'], '✅ All is well');
    assert.equal(call.args['unfurl_links'], 'false');
    assert.equal(call.args['unfurl_media'], 'false');
    assert.equal(call.args['parse'], 'none');
    assert.ok(Array.isArray(call.args['blocks']));
    assert.equal('thread_ts' in call.args, false);
  });

  it('posts into a thread', async () => {
    await platform.send(inThread, note);
    assert.equal(rig.api.of('chat.postMessage')[0]?.['thread_ts'], '1790000000.000100');
  });

  for (const error of ['thread_not_found', 'message_not_found', 'cannot_reply_to_message']) {
    it(`posts into the channel when the root of the thread is gone (${error})`, async () => {
      rig.api.answers['chat.postMessage'] = ({ args }) =>
        'thread_ts' in args ? refuse(error) : ok({ channel: args['channel'], ts: '1790000200.000300' });
      assert.equal((await platform.send(inThread, note)).message, '1790000200.000300');
      assert.equal(rig.api.of('chat.postMessage').length, 2);
    });
  }

  it('opens the conversation with a person first', async () => {
    const ref = await platform.send({ to: 'person', account: alice }, note);
    assert.equal(rig.api.of('conversations.open')[0]?.['users'], 'U0ALICE');
    assert.equal(ref.conversation, 'D0ALICE');
  });

  it('edits a message', async () => {
    await platform.update({ platform: 'slack', conversation: 'C0INCIDENT', message: '1790000200.000100' }, note);
    const [args] = rig.api.of('chat.update');
    assert.equal(args?.['ts'], '1790000200.000100');
    assert.equal(args['parse'], 'none');
  });

  it('whispers through the response_url, in the thread', async () => {
    await platform.send(whisper({ replyUrl: rig.api.responseUrl, thread: '1790000000.000100' }), note);
    assert.deepEqual(
      rig.api.calls.map((call) => call.method),
      ['respond'],
    );
    const [args] = rig.api.of('respond');
    assert.equal(args?.['response_type'], 'ephemeral');
    assert.equal(args['replace_original'], false);
    assert.equal(args['thread_ts'], '1790000000.000100');
  });

  it('whispers in the channel when the response_url is used up', async () => {
    rig.api.answers['respond'] = () => ({ status: 404, body: { ok: false, error: 'used_url' } });
    await platform.send(whisper({ replyUrl: rig.api.responseUrl }), note);
    assert.equal(rig.api.of('chat.postEphemeral')[0]?.['user'], 'U0ALICE');
  });

  it('whispers by direct message when the bot is not in the channel', async () => {
    rig.api.answers['chat.postEphemeral'] = () => refuse('not_in_channel');
    assert.equal((await platform.send(whisper(), note)).conversation, 'D0ALICE');
  });

  it('does not say it elsewhere while the response_url is only out of order', async () => {
    rig.api.answers['respond'] = () => ({ status: 503, body: '' });
    await assert.rejects(platform.send(whisper({ replyUrl: rig.api.responseUrl }), note), { kind: 'later' });
    assert.deepEqual(rig.api.of('chat.postEphemeral'), []);
  });

  it('does not retry by itself', async () => {
    rig.api.answers['chat.postMessage'] = () => ({ status: 500, body: 'oops' });
    await assert.rejects(platform.send(channel, note), { kind: 'later', code: 'slack_http_500', unsure: false });
    assert.equal(rig.api.of('chat.postMessage').length, 1);
  });

  it('hands on how long Slack wants to be left alone', async () => {
    rig.api.answers['chat.postMessage'] = () => ({ status: 429, headers: { 'retry-after': '7' }, body: '' });
    await assert.rejects(platform.send(channel, note), {
      kind: 'later',
      code: 'slack_rate_limited',
      retryAfterMs: 7_000,
      unsure: false,
    });
  });

  it('tries later when a 429 does not say when', async () => {
    rig.api.answers['chat.postMessage'] = () => ({ status: 429, body: '' });
    await assert.rejects(platform.send(channel, note), { kind: 'later' });
  });

  it('tries later when a proxy answers with a page', async () => {
    rig.api.answers['chat.postMessage'] = () => ({ body: '<html>Sign in to the guest network</html>' });
    await assert.rejects(platform.send(channel, note), { kind: 'later', code: 'slack_unreadable', unsure: true });
  });

  it('tries later when nobody answers', async () => {
    await rig.api.close();
    await assert.rejects(platform.send(channel, note), { kind: 'later', code: 'slack_unreachable', unsure: false });
  });

  it('does not post twice because an answer is odd', async () => {
    rig.api.answers['chat.postMessage'] = () => ok({});
    await assert.rejects(platform.send(channel, note), { kind: 'refused' });
  });

  const kinds: Record<string, PlatformError['kind']> = {
    not_in_channel: 'not invited',
    channel_not_found: 'not invited',
    message_not_found: 'gone',
    cant_update_message: 'gone',
    edit_window_closed: 'gone',
    is_archived: 'refused',
    invalid_blocks: 'refused',
    account_inactive: 'credentials',
    invalid_auth: 'credentials',
    token_revoked: 'credentials',
    missing_scope: 'refused',
    ratelimited: 'later',
    internal_error: 'later',
    service_unavailable: 'later',
  };
  for (const [error, kind] of Object.entries(kinds)) {
    it(`${error} is "${kind}"`, async () => {
      rig.api.answers['chat.update'] = () => refuse(error);
      const ref = { platform: 'slack', conversation: 'C0INCIDENT', message: '1' } as const;
      await assert.rejects(platform.update(ref, note), { name: 'PlatformError', kind, code: `slack_${error}` });
    });
  }

  it('says how to invite the bot', async () => {
    rig.api.answers['chat.postMessage'] = () => refuse('not_in_channel');
    await assert.rejects(platform.send(channel, note), (error) => {
      assert.ok(error instanceof PlatformError);
      assert.match(error.userText ?? '', /invite it there with “\/invite @cordon”/);
      return true;
    });
  });

  it('names the scope that is missing', async () => {
    rig.api.answers['chat.postMessage'] = () => refuse('missing_scope', { needed: 'chat:write', provided: 'commands' });
    await assert.rejects(platform.send(channel, note), (error) => {
      assert.ok(error instanceof PlatformError);
      assert.match(error.userText ?? '', /permission chat:write/);
      return true;
    });
  });

  it('starts though Slack is out of order', async () => {
    rig.api.answers['auth.test'] = () => ({ status: 503, body: '' });
    await rig.adapter.start();
    assert.deepEqual(rig.adapter.health(), { ok: true, reasons: [] });
  });

  it('does not start with a token that Slack refuses', async () => {
    rig.api.answers['auth.test'] = () => refuse('invalid_auth');
    await assert.rejects(rig.adapter.start(), { code: 'slack_invalid_auth' });
  });

  it('is not made without a way for Slack to reach it', () => {
    const common = {
      core: { accept: () => Promise.resolve(true), refused: () => undefined },
      now: () => 0,
      logger: quiet,
    };
    assert.throws(() => createSlackAdapter({ settings: { botToken: 'xoxb-test' }, ...common }), {
      code: 'slack_settings',
    });
  });

  it('sends where the payload of a button says it came from', async () => {
    await rig.postInteractive(payload('block-actions'));
    const [incoming] = rig.stored;
    await platform.send({ to: 'conversation', ...incoming!.origin }, note);
    assert.equal(rig.api.of('chat.postMessage')[0]?.['channel'], 'C0INCIDENT');
  });
});
