import assert from 'node:assert/strict';
import type { Incoming } from '../../../src/command/model.js';
import { payload, type Rig, startRig } from './support.js';
import { refuse } from './web-api.js';

const broken = (): Promise<boolean> => Promise.reject(new Error('disk full'));

describe('Stored, then acknowledged', () => {
  let rig: Rig;
  afterEach(() => rig.close());

  for (const [name, send] of [
    ['an event', () => rig.postJson(payload('app-mention'))],
    ['a slash command', () => rig.postForm(payload('slash-command'))],
    ['a button', () => rig.postInteractive(payload('block-actions'))],
    ['a modal', () => rig.postInteractive(payload('view-submission-reason'))],
  ] as const) {
    it(`does not acknowledge ${name} before it is stored`, async () => {
      let release: (fresh: boolean) => void = () => undefined;
      let reached: () => void = () => undefined;
      const storing = new Promise<void>((resolve) => (reached = resolve));
      rig = await startRig({
        accept: () =>
          new Promise((resolve) => {
            release = resolve;
            reached();
          }),
      });
      let answered = false;
      const answer = send().then((sent) => {
        answered = true;
        return sent;
      });
      await storing;
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(answered, false);
      release(true);
      assert.equal((await answer).status, 200);
    });
  }

  it('bug 16: a redelivered Slack event makes a second request', async () => {
    const keys: string[] = [];
    rig = await startRig({
      accept: ({ key }) => {
        keys.push(key);
        return Promise.resolve(keys.indexOf(key) === keys.length - 1);
      },
    });
    const again = { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' };
    assert.equal((await rig.postJson(payload('app-mention'))).status, 200);
    assert.equal((await rig.postJson(payload('app-mention'), { headers: again })).status, 200);
    assert.deepEqual(keys, ['slack:event:Ev0PV52K21', 'slack:event:Ev0PV52K21']);
  });

  it('answers 500 to an event that could not be stored, so that Slack sends it again', async () => {
    rig = await startRig({ accept: broken });
    assert.equal((await rig.postJson(payload('app-mention'))).status, 500);
  });

  it('says in the answer to a slash command that nothing was done', async () => {
    rig = await startRig({ accept: broken });
    const sent = await rig.postForm(payload('slash-command'));
    assert.equal(sent.status, 200);
    const answer = JSON.parse(sent.text) as Record<string, string>;
    assert.equal(answer['response_type'], 'ephemeral');
    assert.match(answer['text'] ?? '', /nothing was done\. Try again/);
  });

  it('says at the response_url of a button that nothing was done', async () => {
    rig = await startRig({ accept: broken });
    const sent = await rig.postInteractive(payload('block-actions', { response_url: rig.api.responseUrl }));
    assert.equal(sent.status, 200);
    await until(() => rig.api.of('respond').length === 1);
    const [told] = rig.api.of('respond');
    assert.equal(told?.['response_type'], 'ephemeral');
    assert.equal(told['replace_original'], false);
    assert.match(String(told['text']), /nothing was done/);
  });

  it('says in the form that nothing was done', async () => {
    rig = await startRig({ accept: broken });
    const sent = await rig.postInteractive(payload('view-submission-reason'));
    const answer = JSON.parse(sent.text) as { response_action: string; errors: Record<string, string> };
    assert.equal(answer.response_action, 'errors');
    assert.match(answer.errors['reason'] ?? '', /nothing was done/);
  });
});

describe('Forms', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(() => rig.close());

  const ask = (): Record<string, unknown> =>
    payload('block-actions', {
      response_url: rig.api.responseUrl,
      actions: [{ type: 'button', action_id: 'cordon:ask:1', value: 'token-of-deny' }],
    });

  it('opens the reason form for a button that asks, and stores nothing yet', async () => {
    assert.equal((await rig.postInteractive(ask())).status, 200);
    await until(() => rig.api.of('views.open').length === 1);
    const [opened] = rig.api.of('views.open');
    assert.equal(opened?.['trigger_id'], '13345224609.738474920.button');
    const view = opened['view'] as { callback_id: string; private_metadata: string; title: { text: string } };
    assert.equal(view.callback_id, 'cordon_reason');
    assert.ok(view.title.text.length <= 24);
    assert.deepEqual(rig.stored, []);
  });

  it('brings token, channel and thread of the button back with the reason', async () => {
    await rig.postInteractive(ask());
    await until(() => rig.api.of('views.open').length === 1);
    const { private_metadata } = rig.api.of('views.open')[0]!['view'] as { private_metadata: string };
    const submission = payload('view-submission-reason');
    const view = { ...(submission['view'] as object), private_metadata };
    assert.equal((await rig.postInteractive({ ...submission, view })).text, '');
    const [incoming] = rig.stored as [Incoming];
    assert.deepEqual(incoming.said, { kind: 'press', token: 'token-of-deny', reason: 'wrong host' });
    assert.equal(incoming.origin.conversation, 'C0INCIDENT');
    assert.equal(incoming.origin.thread, '1790000000.000100');
    assert.equal(incoming.origin.replyUrl, rig.api.responseUrl);
  });

  it('tells what to type instead when the form cannot be opened', async () => {
    rig.api.answers['views.open'] = () => refuse('expired_trigger_id');
    assert.equal((await rig.postInteractive(ask())).status, 200);
    await until(() => rig.api.of('respond').length === 1);
    assert.match(String(rig.api.of('respond')[0]?.['text']), /could not open the form.*`deny <request> <reason>`/);
  });

  it('opens the form of the message shortcut', async () => {
    assert.equal((await rig.postInteractive(payload('message-action'))).status, 200);
    await until(() => rig.api.of('views.open').length === 1);
    const view = rig.api.of('views.open')[0]?.['view'] as { callback_id: string; title: { text: string } };
    assert.equal(view.callback_id, 'cordon_restrict_form');
    assert.ok(view.title.text.length <= 24);
    assert.deepEqual(rig.stored, []);
  });

  it('refuses a reason of blanks in the form itself', async () => {
    const submission = payload('view-submission-reason');
    const view = {
      ...(submission['view'] as object),
      state: { values: { reason: { input: { type: 'plain_text_input', value: ' \n ' } } } },
    };
    const sent = await rig.postInteractive({ ...submission, view });
    assert.equal(sent.status, 200);
    assert.deepEqual(JSON.parse(sent.text), {
      response_action: 'errors',
      errors: { reason: 'Say why, in a few words.' },
    });
    assert.deepEqual(rig.stored, []);
  });
});

/** What follows an acknowledgement happens after the answer arrived here. */
async function until(happened: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000; turn += 1) {
    if (happened()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.fail('it did not happen');
}
