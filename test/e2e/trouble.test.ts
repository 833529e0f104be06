import assert from 'node:assert/strict';
import { buttonsOf } from '../../sandbox/slack/door.js';
import { eventually } from './eventually.js';
import { channel, device, Scene } from './scene.js';

describe('end to end in Slack when things go wrong', function () {
  this.timeout(60_000);
  let scene: Scene;
  afterEach(() => scene.close());

  it('believes nothing in a button’s payload but the token (bug 5)', async () => {
    scene = await Scene.open();
    await scene.ask();
    const message = await scene.card();
    await scene.sandbox.door().press({
      user: 'U0DAVE',
      message,
      label: 'Approve',
      over: { approver: 'U0BOB', task: 'approve', requestId: 'x' },
    });
    await eventually('the refusal', () =>
      scene.sandbox.slack.ephemerals('U0DAVE').some((stored) => stored.message.text.includes('not counted')),
    );
    await scene.sandbox.door().press({ user: 'U0BOB', message, label: 'Approve', action: { value: 'forged-token' } });
    await eventually('the refusal', () =>
      scene.sandbox.slack.ephemerals('U0BOB').some((stored) => stored.message.text.includes('not one of mine')),
    );
    assert.equal(scene.posts().length, 0);
  });

  it('makes one request of a redelivered event (bug 16)', async () => {
    scene = await Scene.open();
    const sent = await scene.sandbox
      .door()
      .mention({ user: 'U0ALICE', channel, text: `restrict ${device.computerDnsName} x` });
    await sent.again({ attempt: 1, reason: 'http_timeout' });
    await scene.card();
    const again = await sent.again({ attempt: 2, reason: 'http_timeout' });
    assert.equal(again.status, 200);
    await scene.ask('laptop-sales-12 y');
    await eventually(
      'the second card',
      () => scene.sandbox.slack.messages(channel).filter((stored) => buttonsOf(stored).length > 0).length === 2,
    );
  });

  it('keeps a command that it acknowledged through a kill -9', async () => {
    scene = await Scene.open({ settings: { CORDON_LEASE_SECONDS: '2', CORDON_SETTLE_SECONDS: '5' } });
    const pressed = await scene.ask();
    assert.equal(pressed.status, 200);
    await scene.sandbox.cordon().stop('SIGKILL');
    await scene.sandbox.restart();
    const message = await scene.card();
    await scene.press(message);
    await scene.sandbox.cordon().stop('SIGKILL');
    await scene.sandbox.restart();
    // Where it was killed between the commit and the call, that can be told only when the call would have ended.
    await scene.inThread(message, /app execution is restricted/, 40_000);
    assert.equal(scene.sandbox.defender.calls.filter(({ created }) => created).length, 1);
  });

  it('finds a call again whose answer was lost, and sends nothing twice (bug 19)', async () => {
    scene = await Scene.open();
    scene.sandbox.defender.fault({ operation: 'restrictCodeExecution', kind: 'lost answer' });
    await scene.ask();
    const message = await scene.card();
    await scene.press(message);
    await scene.inThread(message, /app execution is restricted/);
    assert.equal(scene.posts().length, 1);
  });

  it('waits as long as a 429 says and then sends', async () => {
    scene = await Scene.open();
    scene.sandbox.defender.fault({ operation: 'restrictCodeExecution', kind: '429', retryAfter: 1 });
    await scene.ask();
    const message = await scene.card();
    await scene.press(message);
    await scene.inThread(message, /app execution is restricted/);
    assert.deepEqual(
      scene.posts().map(({ status }) => status),
      [429, 201],
    );
  });

  for (const [name, text, words] of [
    ['an unknown device', 'nosuch.contoso.com x', /knows no device with the host name/],
    ['an empty comment', String(device.computerDnsName), /comment is missing/],
    ['no device at all', '', /device and the comment are missing/],
  ] as const) {
    it(`says what is wrong with ${name}, to the asker alone`, async () => {
      scene = await Scene.open();
      await scene.ask(text);
      await eventually('the answer', () =>
        scene.sandbox.slack.ephemerals('U0ALICE').some(({ message }) => words.test(message.text)),
      );
      assert.deepEqual(scene.sandbox.slack.messages(channel), []);
    });
  }

  it('survives a comment of 5,000 hostile characters without a ping or a broken card (bug 15)', async () => {
    scene = await Scene.open();
    const hostile = `&lt;!channel&gt; @everyone *bold* &lt;http://evil.example|good&gt; \u202Etxt.exe ${'x'.repeat(5_000)}`;
    await scene.ask(`${device.computerDnsName} ${hostile}`);
    const message = await scene.card();
    assert.doesNotMatch(message.message.text, /<!channel>|<http:|\u202E/);
    const interpreted = (message.message.blocks ?? []).filter((block) => JSON.stringify(block).includes('"mrkdwn"'));
    assert.doesNotMatch(JSON.stringify(interpreted), /channel>|http:|\u202E/);
    await scene.press(message);
    await scene.inThread(message, /app execution is restricted/);
    assert.ok((scene.posts()[0]?.comment?.length ?? 0) <= 1_000);
  });

  it('tells the requester how to invite it to a private channel, and posts there once it is in', async () => {
    scene = await Scene.open();
    const war = 'G0PRIVATE';
    await scene.sandbox
      .door()
      .slashCommand({ user: 'U0ALICE', channel: war, command: '/restrict', text: `${device.computerDnsName} x` });
    await eventually('the direct message', () =>
      scene.sandbox.slack.dm('U0ALICE').some(({ message }) => message.text.includes('/invite')),
    );
    const found = scene.sandbox.slack.workspace.findChannel(war)!;
    scene.sandbox.slack.putChannel({ ...found, members: [...found.members, 'U0CORDON'] });
    await eventually(
      'the card',
      () => scene.sandbox.slack.messages(war).find((stored) => buttonsOf(stored).length > 0),
      30_000,
    );
  });

  it('is not held up by a look-up that Defender does not answer', async () => {
    scene = await Scene.open();
    await scene.ask();
    const message = await scene.card();
    scene.sandbox.defender.fault({ operation: 'listMachines', kind: 'timeout', times: Infinity });
    await scene.ask('laptop-sales-12 never answered');
    await eventually(
      'the look-up',
      () => scene.sandbox.defender.calls.filter(({ operation }) => operation === 'listMachines').length > 1,
    );
    await scene.press(message);
    await eventually('the result', () => /app execution is restricted/.test(scene.thread(message)) && true, 8_000);
    assert.deepEqual(scene.sandbox.slack.ephemerals('U0ALICE'), []);
  });
});
