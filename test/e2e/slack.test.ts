import assert from 'node:assert/strict';
import { boot, type BootOptions, type Sandbox } from '../../sandbox/boot.js';
import { devices, policy } from '../../sandbox/cast.js';
import type { StoredMessage } from '../../sandbox/slack.js';
import { buttonsOf } from '../../sandbox/slack/door.js';
import { eventually } from './eventually.js';

const channel = 'C0INC4711';
const device = devices[0]!;
const fast = { pendingMs: 200, inProgressMs: 200 };

describe('end to end in Slack', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  const start = async (options: BootOptions = {}): Promise<void> => {
    sandbox = await boot({
      ...options,
      slack: { rateLimits: false, ...options.slack },
      defender: { pace: fast, ...options.defender },
    });
  };
  afterEach(() => sandbox.close());

  const ask = (text = `${device.computerDnsName} beacon to 203.0.113.9`, user = 'U0ALICE') =>
    sandbox.door().slashCommand({ user, channel, command: '/restrict', text });
  const card = (): Promise<StoredMessage> =>
    eventually('a card with buttons', () =>
      sandbox.slack.messages(channel).find((stored) => buttonsOf(stored).length > 0),
    );
  const thread = (root: StoredMessage): string =>
    sandbox.slack
      .thread(channel, root.message.ts)
      .map(({ message }) => message.text)
      .join('\n');
  const inThread = (root: StoredMessage, words: RegExp): Promise<true> =>
    eventually(`${String(words)} in the thread`, () => words.test(thread(root)) && true);
  const posts = () => sandbox.defender.calls.filter(({ operation }) => /restrictCodeExecution/i.test(operation));

  it('does the main job: asked, approved, sent once, confirmed in the thread, the card and the direct message', async () => {
    await start();
    const answer = await ask();
    assert.equal(answer.status, 200);
    const root = await card();
    assert.equal(posts().length, 0);

    await sandbox.door().press({ user: 'U0BOB', message: root, label: 'Approve' });
    await inThread(root, /Submitted to Defender/);
    assert.doesNotMatch(thread(root), /app execution is restricted/);
    await inThread(root, /app execution is restricted/);

    assert.deepEqual(sandbox.defender.restrictedMachines(), [device.id]);
    assert.equal(posts().length, 1);
    const { comment } = posts()[0]!;
    for (const part of ['beacon to 203.0.113.9', 'alice (U0ALICE)', 'bob (U0BOB)'])
      assert.ok(comment?.includes(part), `${part} in ${comment}`);
    await eventually('a direct message to the requester', () =>
      sandbox.slack.dm('U0ALICE').some(({ message }) => message.text.includes('app execution is restricted')),
    );
    await eventually('the card in its final state', () => {
      const [now] = sandbox.slack.thread(channel, root.message.ts);
      return now && buttonsOf(now).length === 0 && now.message.text.includes('Done');
    });
  });

  it('calls once when both leads press at the same moment, twice each', async () => {
    await start();
    await ask();
    const message = await card();
    await Promise.all(
      ['U0BOB', 'U0CAROL', 'U0BOB', 'U0CAROL'].map((user) => sandbox.door().press({ user, message, label: 'Approve' })),
    );
    await inThread(message, /app execution is restricted/);
    assert.equal(posts().length, 1);
  });

  it('believes nothing in a button’s payload but the token (bug 5)', async () => {
    await start();
    await ask();
    const message = await card();
    await sandbox.door().press({
      user: 'U0DAVE',
      message,
      label: 'Approve',
      over: { approver: 'U0BOB', task: 'approve', requestId: 'x' },
    });
    await eventually('the refusal', () =>
      sandbox.slack.ephemerals('U0DAVE').some((stored) => stored.message.text.includes('not counted')),
    );
    await sandbox.door().press({ user: 'U0BOB', message, label: 'Approve', action: { value: 'forged-token' } });
    await eventually('the refusal', () =>
      sandbox.slack.ephemerals('U0BOB').some((stored) => stored.message.text.includes('not one of mine')),
    );
    assert.equal(posts().length, 0);
  });

  for (const [who, user] of [
    ['a guest', 'U0GUEST'],
    ['somebody of another company', 'U0MALLORY'],
  ] as const) {
    it(`lets ${who} neither ask nor approve`, async () => {
      await start();
      await ask();
      const message = await card();
      await sandbox.door().press({ user, message, label: 'Approve' });
      await eventually('the refusal', () =>
        sandbox.slack
          .ephemerals(user)
          .some((stored) => stored.message.text.includes('can neither request nor approve')),
      );
      assert.equal(posts().length, 0);
    });
  }

  it('asks for the reason of a denial in a modal and tells it to everybody', async () => {
    await start();
    await ask();
    const message = await card();
    await sandbox.door().press({ user: 'U0BOB', message, label: 'Deny' });
    const view = await eventually('the modal', () => sandbox.slack.openViews('U0BOB')[0]);
    await sandbox.door().submitView({ user: 'U0BOB', view, values: { reason: 'it is the <!channel> kiosk' } });
    await inThread(message, /denied[\s\S]*kiosk/);
    assert.doesNotMatch(thread(message), /<!channel>/);
    assert.equal(posts().length, 0);
  });

  it('takes a request by mention inside a thread, and answers there', async () => {
    await start();
    const root = await sandbox.door().mention({ user: 'U0ALICE', channel, text: 'help' });
    assert.equal(root.status, 200);
    const [first] = sandbox.slack.messages(channel);
    await sandbox.door().mention({
      user: 'U0ALICE',
      channel,
      text: `restrict ${device.computerDnsName} x`,
      thread_ts: first!.message.ts,
    });
    const message = await card();
    assert.equal(message.message.thread_ts, first!.message.ts);
    await sandbox.door().press({ user: 'U0BOB', message, label: 'Approve' });
    await inThread(first!, /app execution is restricted/);
  });

  it('shows a pick list of devices of one name and restricts the one that was picked', async () => {
    await start();
    await ask('kiosk two of them');
    const list = await eventually('the pick list', () =>
      sandbox.slack.ephemerals('U0ALICE').find((stored) => buttonsOf(stored).length === 2),
    );
    await sandbox.door().press({ user: 'U0ALICE', message: list, label: '1' });
    const message = await card();
    await sandbox.door().press({ user: 'U0BOB', message, label: 'Approve' });
    await inThread(message, /app execution is restricted/);
    assert.deepEqual(sandbox.defender.restrictedMachines(), [devices[2]!.id]);
  });

  it('makes one request of a redelivered event (bug 16)', async () => {
    await start();
    const sent = await sandbox
      .door()
      .mention({ user: 'U0ALICE', channel, text: `restrict ${device.computerDnsName} x` });
    await sent.again({ attempt: 1, reason: 'http_timeout' });
    await card();
    const again = await sent.again({ attempt: 2, reason: 'http_timeout' });
    assert.equal(again.status, 200);
    await ask('laptop-sales-12 y');
    await eventually(
      'the second card',
      () => sandbox.slack.messages(channel).filter((stored) => buttonsOf(stored).length > 0).length === 2,
    );
  });

  it('keeps a command that it acknowledged through a kill -9', async () => {
    await start();
    const pressed = await ask();
    assert.equal(pressed.status, 200);
    await sandbox.cordon().stop('SIGKILL');
    await sandbox.restart();
    const message = await card();
    await sandbox.door().press({ user: 'U0BOB', message, label: 'Approve' });
    await sandbox.cordon().stop('SIGKILL');
    await sandbox.restart();
    await inThread(message, /app execution is restricted/);
    assert.equal(sandbox.defender.calls.filter(({ created }) => created).length, 1);
  });

  it('finds a call again whose answer was lost, and sends nothing twice (bug 19)', async () => {
    await start();
    sandbox.defender.fault({ operation: 'restrictCodeExecution', kind: 'lost answer' });
    await ask();
    const message = await card();
    await sandbox.door().press({ user: 'U0BOB', message, label: 'Approve' });
    await inThread(message, /app execution is restricted/);
    assert.equal(posts().length, 1);
  });

  it('waits as long as a 429 says and then sends', async () => {
    await start();
    sandbox.defender.fault({ operation: 'restrictCodeExecution', kind: '429', retryAfter: 1 });
    await ask();
    const message = await card();
    await sandbox.door().press({ user: 'U0BOB', message, label: 'Approve' });
    await inThread(message, /app execution is restricted/);
    assert.deepEqual(
      posts().map(({ status }) => status),
      [429, 201],
    );
  });

  for (const [name, text, words] of [
    ['an unknown device', 'nosuch.contoso.com x', /knows no device with the host name/],
    ['an empty comment', String(device.computerDnsName), /comment is missing/],
    ['no device at all', '', /device and the comment are missing/],
  ] as const) {
    it(`says what is wrong with ${name}, to the asker alone`, async () => {
      await start();
      await ask(text);
      await eventually('the answer', () =>
        sandbox.slack.ephemerals('U0ALICE').some(({ message }) => words.test(message.text)),
      );
      assert.deepEqual(sandbox.slack.messages(channel), []);
    });
  }

  it('survives a comment of 5,000 hostile characters without a ping or a broken card (bug 15)', async () => {
    await start();
    const hostile = `&lt;!channel&gt; @everyone *bold* &lt;http://evil.example|good&gt; \u202Etxt.exe ${'x'.repeat(5_000)}`;
    await ask(`${device.computerDnsName} ${hostile}`);
    const message = await card();
    assert.doesNotMatch(message.message.text, /<!channel>|<http:|\u202E/);
    const interpreted = (message.message.blocks ?? []).filter((block) => JSON.stringify(block).includes('"mrkdwn"'));
    assert.doesNotMatch(JSON.stringify(interpreted), /channel>|http:|\u202E/);
    await sandbox.door().press({ user: 'U0BOB', message, label: 'Approve' });
    await inThread(message, /app execution is restricted/);
    assert.ok((posts()[0]?.comment?.length ?? 0) <= 1_000);
  });

  it('tells the requester how to invite it to a private channel, and posts there once it is in', async () => {
    await start();
    const war = 'G0PRIVATE';
    await sandbox
      .door()
      .slashCommand({ user: 'U0ALICE', channel: war, command: '/restrict', text: `${device.computerDnsName} x` });
    await eventually('the direct message', () =>
      sandbox.slack.dm('U0ALICE').some(({ message }) => message.text.includes('/invite')),
    );
    const found = sandbox.slack.workspace.findChannel(war)!;
    sandbox.slack.putChannel({ ...found, members: [...found.members, 'U0CORDON'] });
    await eventually(
      'the card',
      () => sandbox.slack.messages(war).find((stored) => buttonsOf(stored).length > 0),
      30_000,
    );
  });

  it('announces in an approvals channel as well when the policy names one', async () => {
    await start({ policy: policy.replace('announce: [origin]', 'announce: [origin, slack:C0APPROVE]') });
    await ask();
    const message = await card();
    const other = await eventually('the second card', () =>
      sandbox.slack.messages('C0APPROVE').find((stored) => buttonsOf(stored).length > 0),
    );
    await sandbox.door().press({ user: 'U0CAROL', message: other, label: 'Approve' });
    await inThread(message, /app execution is restricted/);
    await eventually('the result there too', () =>
      sandbox.slack
        .thread('C0APPROVE', other.message.ts)
        .some(({ message: { text } }) => text.includes('app execution is restricted')),
    );
  });

  it('works the same over Socket Mode', async () => {
    await start({ socketMode: true });
    await eventually('the WebSocket', () => sandbox.slack.socket.connections === 1);
    await sandbox
      .socketDoor()
      .slashCommand({ user: 'U0ALICE', channel, command: '/restrict', text: `${device.computerDnsName} x` });
    const message = await card();
    await sandbox.socketDoor().press({ user: 'U0BOB', message, label: 'Approve' });
    await inThread(message, /app execution is restricted/);
  });

  it('takes a request by the message shortcut, into the thread of that message', async () => {
    await start();
    await sandbox.door().mention({ user: 'U0ALICE', channel, text: 'help' });
    const [alert] = sandbox.slack.messages(channel);
    await sandbox.door().messageShortcut({ user: 'U0ALICE', message: alert!, callbackId: 'cordon_restrict' });
    const view = await eventually('the form', () => sandbox.slack.openViews('U0ALICE')[0]);
    const values = {
      action: 'restrict',
      device: String(device.computerDnsName),
      comment: 'seen in <this> alert & more',
    };
    await sandbox.door().submitView({ user: 'U0ALICE', view, values });
    const message = await card();
    assert.equal(message.message.thread_ts, alert!.message.ts);
    assert.match(message.message.text, /seen in &lt;this&gt; alert &amp; more/);
  });

  it('answers questions in a direct message, and says why a request cannot be made there', async () => {
    await start();
    await ask();
    await card();
    const said = (words: RegExp) =>
      eventually(String(words), () => sandbox.slack.dm('U0ALICE').some(({ message }) => words.test(message.text)));
    await sandbox.door().directMessage({ user: 'U0ALICE', text: 'list' });
    await said(/Open requests: 1/);
    await sandbox.door().directMessage({ user: 'U0ALICE', text: 'help' });
    await said(/history/);
    await sandbox.door().directMessage({ user: 'U0ALICE', text: 'history desktop-5o2hkn5' });
    await said(/History of desktop-5o2hkn5[\s\S]*awaiting approval/);
    await sandbox.door().directMessage({ user: 'U0ALICE', text: 'restrict laptop-sales-12 x' });
    await said(/names no approvals channel/);
  });

  it('releases as it restricts', async () => {
    await start();
    await sandbox
      .door()
      .slashCommand({ user: 'U0ALICE', channel, command: '/release', text: `${device.computerDnsName} cleaned` });
    const message = await card();
    await sandbox.door().press({ user: 'U0BOB', message, label: 'Approve' });
    await inThread(message, /app restriction is removed/);
    assert.deepEqual(
      posts().map(({ operation }) => operation),
      ['unrestrictCodeExecution'],
    );
  });
});
