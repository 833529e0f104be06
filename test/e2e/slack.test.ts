import assert from 'node:assert/strict';
import { policy } from '../../sandbox/cast.js';
import { buttonsOf } from '../../sandbox/slack/door.js';
import { eventually } from './eventually.js';
import { channel, device, Scene } from './scene.js';

describe('end to end in Slack', function () {
  this.timeout(60_000);
  let scene: Scene;
  afterEach(() => scene.close());

  it('does the main job: asked, approved, sent once, confirmed in the thread, the card and the direct message', async () => {
    scene = await Scene.open();
    const answer = await scene.ask();
    assert.equal(answer.status, 200);
    const root = await scene.card();
    assert.equal(scene.posts().length, 0);

    await scene.press(root);
    await scene.inThread(root, /Submitted to Defender/);
    assert.doesNotMatch(scene.thread(root), /app execution is restricted/);
    await scene.inThread(root, /app execution is restricted/);

    assert.deepEqual(scene.sandbox.defender.restrictedMachines(), [device.id]);
    assert.equal(scene.posts().length, 1);
    const { comment } = scene.posts()[0]!;
    for (const part of ['beacon to 203.0.113.9', 'alice (U0ALICE)', 'bob (U0BOB)'])
      assert.ok(comment?.includes(part), `${part} in ${comment}`);
    await eventually('a direct message to the requester', () =>
      scene.sandbox.slack.dm('U0ALICE').some(({ message }) => message.text.includes('app execution is restricted')),
    );
    await eventually('the card in its final state', () => {
      const [now] = scene.sandbox.slack.thread(channel, root.message.ts);
      return now && buttonsOf(now).length === 0 && now.message.text.includes('Done');
    });
  });

  it('lets somebody of another company neither ask nor approve', async () => {
    scene = await Scene.open();
    await scene.ask();
    const message = await scene.card();
    await scene.sandbox.door().press({ user: 'U0MALLORY', message, label: 'Approve' });
    await eventually('the refusal', () =>
      scene.sandbox.slack
        .ephemerals('U0MALLORY')
        .some((stored) => stored.message.text.includes('can neither request nor approve')),
    );
    assert.equal(scene.posts().length, 0);
  });

  it('takes a request by mention inside a thread, and answers there', async () => {
    scene = await Scene.open();
    const root = await scene.sandbox.door().mention({ user: 'U0ALICE', channel, text: 'help' });
    assert.equal(root.status, 200);
    const [first] = scene.sandbox.slack.messages(channel);
    await scene.sandbox.door().mention({
      user: 'U0ALICE',
      channel,
      text: `restrict ${device.computerDnsName} x`,
      thread_ts: first!.message.ts,
    });
    const message = await scene.card();
    assert.equal(message.message.thread_ts, first!.message.ts);
    await scene.press(message);
    await scene.inThread(first!, /app execution is restricted/);
  });

  it('announces in an approvals channel as well when the policy names one', async () => {
    scene = await Scene.open({ policy: policy.replace('announce: [origin]', 'announce: [origin, slack:C0APPROVE]') });
    await scene.ask();
    const message = await scene.card();
    const other = await eventually('the second card', () =>
      scene.sandbox.slack.messages('C0APPROVE').find((stored) => buttonsOf(stored).length > 0),
    );
    await scene.press(other, 'U0CAROL');
    await scene.inThread(message, /app execution is restricted/);
    await eventually('the result there too', () =>
      scene.sandbox.slack
        .thread('C0APPROVE', other.message.ts)
        .some(({ message: { text } }) => text.includes('app execution is restricted')),
    );
  });

  it('works the same over Socket Mode', async () => {
    scene = await Scene.open({ socketMode: true });
    await eventually('the WebSocket', () => scene.sandbox.slack.socket.connections === 1);
    await scene.sandbox
      .socketDoor()
      .slashCommand({ user: 'U0ALICE', channel, command: '/restrict', text: `${device.computerDnsName} x` });
    const message = await scene.card();
    await scene.sandbox.socketDoor().press({ user: 'U0BOB', message, label: 'Approve' });
    await scene.inThread(message, /app execution is restricted/);
  });

  it('takes a request by the message shortcut, into the thread of that message', async () => {
    scene = await Scene.open();
    await scene.sandbox.door().mention({ user: 'U0ALICE', channel, text: 'help' });
    const [alert] = scene.sandbox.slack.messages(channel);
    await scene.sandbox.door().messageShortcut({ user: 'U0ALICE', message: alert!, callbackId: 'cordon_restrict' });
    const view = await eventually('the form', () => scene.sandbox.slack.openViews('U0ALICE')[0]);
    const values = {
      action: 'restrict',
      device: String(device.computerDnsName),
      comment: 'seen in <this> alert & more',
    };
    await scene.sandbox.door().submitView({ user: 'U0ALICE', view, values });
    const message = await scene.card();
    assert.equal(message.message.thread_ts, alert!.message.ts);
    assert.match(message.message.text, /seen in &lt;this&gt; alert &amp; more/);
  });

  it('tells a device’s history in a direct message, and says why a request cannot be made there', async () => {
    scene = await Scene.open();
    await scene.ask();
    await scene.card();
    const said = (words: RegExp) =>
      eventually(String(words), () =>
        scene.sandbox.slack.dm('U0ALICE').some(({ message }) => words.test(message.text)),
      );
    await scene.sandbox.door().directMessage({ user: 'U0ALICE', text: 'history desktop-5o2hkn5' });
    await said(/History of desktop-5o2hkn5[\s\S]*asked to restrict/);
    await scene.sandbox.door().directMessage({ user: 'U0ALICE', text: 'restrict laptop-sales-12 x' });
    await said(/names no approvals channel/);
  });

  it('releases as it restricts', async () => {
    scene = await Scene.open();
    await scene.sandbox
      .door()
      .slashCommand({ user: 'U0ALICE', channel, command: '/release', text: `${device.computerDnsName} cleaned` });
    const message = await scene.card();
    await scene.press(message);
    await scene.inThread(message, /app restriction is removed/);
    assert.deepEqual(
      scene.posts().map(({ operation }) => operation),
      ['unrestrictCodeExecution'],
    );
  });
});
