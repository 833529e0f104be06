import assert from 'node:assert/strict';
import { PlatformError } from '../../src/platform.js';
import { parsePolicy } from '../../src/policy/load.js';
import { Harness, standardPolicy } from '../harness.js';

const two = standardPolicy.replace('approvals: 1', 'approvals: 2');

describe('voting', () => {
  let cordon: Harness;
  const open = async (policy?: string): Promise<void> => {
    cordon = await Harness.open(policy);
    await cordon.say('UREQ', 'restrict mymachine1 beacon to 203.0.113.9');
  };
  afterEach(() => cordon.store.close());

  it('sends once after the last approval that is needed, and tells the thread each step', async () => {
    await open(two);
    await cordon.press('UAPP1', 'Approve');
    assert.equal((await cordon.request()).state, 'awaiting approval');
    assert.match(cordon.thread().at(-1)!, /uapp1 approved \(1 of 2 approvals\)/);
    await cordon.press('UAPP2', 'Approve');
    assert.equal(cordon.defender.submitted.length, 1);
    assert.match(cordon.thread().join('\n'), /uapp2 approved \(2 of 2 approvals\). Sending to Defender/);
  });

  it('never counts the requester', async () => {
    await open();
    await cordon.press('UREQ', 'Approve');
    assert.equal((await cordon.request()).state, 'awaiting approval');
    assert.match(cordon.texts({ to: 'UREQ' }).at(-1)!, /was not counted/);
  });

  it('counts nobody from outside the approvers, and records the attempt', async () => {
    await open();
    await cordon.press('UOTHER', 'Approve');
    const { id, state } = await cordon.request();
    assert.equal(state, 'awaiting approval');
    const events = await cordon.store.auditOf({ requestId: id }, 50);
    assert.ok(
      events.some(
        (event) => event.what === 'vote.refused' && event.actor.kind === 'person' && event.actor.id.endsWith('UOTHER'),
      ),
    );
  });

  it('counts a second press by the same person once', async () => {
    await open(two);
    await cordon.press('UAPP1', 'Approve');
    await cordon.press('UAPP1', 'Approve');
    assert.equal((await cordon.request()).votes.length, 1);
    assert.match(cordon.texts({ to: 'UAPP1' }).at(-1)!, /counts once/);
  });

  it('executes once when two approvers press at the same moment (bug 2)', async () => {
    await open();
    const token = cordon.token('Approve');
    await Promise.all(['UAPP1', 'UAPP2'].map((user) => cordon.accept(user, { kind: 'press', token })));
    await cordon.settle();
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('is not fooled by the account of another workspace with the same user id (bug 6)', async () => {
    await open();
    await cordon.press('UAPP1', 'Approve', undefined, 'T0OTHER');
    assert.equal((await cordon.request()).state, 'awaiting approval');
  });

  it('ends with one denial, with the reason in the thread and to the requester', async () => {
    await open(two);
    await cordon.press('UAPP1', 'Approve');
    await cordon.press('UAPP2', 'Deny', 'it is the build server');
    assert.equal((await cordon.request()).state, 'denied');
    assert.match(cordon.thread().at(-1)!, /denied by uapp2[\s\S]*> it is the build server/);
    assert.match(cordon.texts({ to: 'UREQ' }).at(-1)!, /denied by uapp2/);
    assert.deepEqual(cordon.cards()[0]?.card.buttons, []);
    assert.deepEqual(cordon.defender.submitted, []);
  });

  for (const reason of [undefined, ' \n ']) {
    it(`takes no denial with the reason ${JSON.stringify(reason)}, whatever the client sent`, async () => {
      await open();
      await cordon.press('UAPP1', 'Deny', reason);
      assert.equal((await cordon.request()).state, 'awaiting approval');
      assert.match(cordon.texts({ to: 'UAPP1' }).at(-1)!, /A denial needs a reason/);
    });
  }

  it('changes nothing after expiry, which is never shown as denied (bug 13)', async () => {
    await open();
    const token = cordon.token('Approve');
    cordon.clock += 3_600_000;
    await cordon.accept('UAPP1', { kind: 'press', token });
    await cordon.settle();
    assert.equal((await cordon.request()).state, 'expired');
    assert.deepEqual(cordon.defender.submitted, []);
    assert.match(cordon.thread().at(-1)!, /expired/);
    assert.match(cordon.texts({ to: 'UAPP1' }).at(-1)!, /cannot be voted on any more/);
  });

  it('refuses a stored request without a quorum instead of finishing it by the first vote (bug 8)', async () => {
    await open();
    const request = await cordon.request();
    await cordon.store.change(
      { ...request, quorum: undefined, version: request.version + 1 },
      { audit: [], deliveries: [] },
    );
    await cordon.press('UAPP1', 'Approve');
    assert.equal((await cordon.request()).state, 'refused');
    assert.deepEqual(cordon.defender.submitted, []);
  });

  it('stops when the policy of today asks for something else just before the call than was approved (bug 7)', async () => {
    await open();
    // The requester is looked up anew only just before the call.
    cordon.slack.fail = (_operation, user) => {
      if (user === 'UREQ') cordon.policy = parsePolicy(two, 'policy.yaml');
      return undefined;
    };
    await cordon.press('UAPP1', 'Approve');
    const { state, failure } = await cordon.request();
    assert.equal(state, 'refused');
    assert.match(failure!.text, /wanted 1, now rule “everything” wants 2/);
    assert.deepEqual(cordon.defender.submitted, []);
  });

  it('decides again just before the call: an approver who was deactivated does not count (bug 20)', async () => {
    await open(two);
    await cordon.press('UAPP1', 'Approve');
    const account = { platform: 'slack' as const, tenant: 'T0HOME', user: 'UAPP1' };
    cordon.slack.people.set('UAPP1', { account, name: 'uapp1', standing: 'deactivated' });
    await cordon.press('UAPP2', 'Approve');
    assert.equal((await cordon.request()).state, 'refused');
    assert.deepEqual(cordon.defender.submitted, []);
  });

  it('sends nothing while nobody can say whether the approver is still a member', async () => {
    await open(two);
    await cordon.press('UAPP1', 'Approve');
    await cordon.advance(1_200_000);
    let down = false;
    cordon.slack.fail = (operation, user) =>
      operation === 'lookUp' && user === 'UAPP1' && down
        ? new PlatformError('later', 'slack_down', 'no answer')
        : undefined;
    down = true;
    await cordon.press('UAPP2', 'Approve');
    assert.equal((await cordon.request()).state, 'queued');
    assert.deepEqual(cordon.defender.submitted, []);
    await cordon.advance(60_000);
    assert.equal(cordon.thread().filter((text) => text.includes('cannot be confirmed')).length, 1);
    down = false;
    await cordon.advance(60_000);
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('keeps two requests in one thread apart (bug 14)', async () => {
    cordon = await Harness.open();
    const { machine } = await import('../support.js');
    cordon.defender.machines = [machine(), machine({ id: 'b'.repeat(40), computerDnsName: 'other.contoso.com' })];
    const thread = cordon.origin({ thread: '9.9' });
    await cordon.say('UREQ', 'restrict mymachine1 x', thread);
    await cordon.say('UREQ', 'restrict other y', thread);
    const second = cordon.cards()[1]!.card.buttons[0]!.token;
    await cordon.accept('UAPP1', { kind: 'press', token: second });
    await cordon.settle();
    assert.deepEqual(
      cordon.defender.submitted.map(({ machineId }) => machineId),
      ['b'.repeat(40)],
    );
    assert.equal(cordon.cards()[0]?.card.state, 'awaiting approval');
  });

  it('takes votes by command as well, and a withdrawal by the requester alone', async () => {
    await open();
    const { id } = await cordon.request();
    await cordon.say('UAPP1', `withdraw ${id}`);
    assert.equal((await cordon.request()).state, 'awaiting approval');
    await cordon.say('UREQ', `withdraw ${id.slice(0, 4)}-${id.slice(4)}`.toLowerCase());
    assert.equal((await cordon.request()).state, 'withdrawn');
    await cordon.say('UAPP1', `approve ${id}`);
    assert.equal((await cordon.request()).state, 'withdrawn');
    assert.match(cordon.texts({ to: 'UAPP1' }).at(-1)!, /cannot be voted on any more/);
  });

  it('does not know a made-up button', async () => {
    await open();
    await cordon.accept('UAPP1', { kind: 'press', token: 'made-up' });
    await cordon.settle();
    assert.match(cordon.texts({ to: 'UAPP1' }).at(-1)!, /not one of mine/);
    assert.equal((await cordon.request()).state, 'awaiting approval');
  });
});
