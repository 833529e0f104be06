import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { AuditEvent } from '../../src/audit/event.js';
import { parsePolicy } from '../../src/policy/load.js';
import type { Request } from '../../src/request/request.js';
import { StoreError } from '../../src/store/errors.js';
import type { Effects } from '../../src/store/store.js';
import { plain } from '../../src/view/model.js';
import { createIntake } from '../../src/work/intake.js';
import { Harness, standardPolicy, textOf } from '../harness.js';
import { machine, person } from '../support.js';
import { unqueue } from './unqueue.js';

const none = standardPolicy.replace('approvals: 1', 'approvals: 0');
const two = standardPolicy.replace('approvals: 1', 'approvals: 2');

describe('the queue', () => {
  let cordon: Harness;
  const open = async (policy?: string): Promise<void> => {
    cordon = await Harness.open(policy);
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
  };
  afterEach(() => cordon.store.close());

  /** What was accepted is carried out, and nothing after it. */
  const carryOut = async (): Promise<void> => {
    const intake = createIntake(cordon.context);
    await intake.tick();
    await intake.idle();
  };
  const approve = async (button = cordon.token('Approve')): Promise<void> => {
    await cordon.accept('UAPP1', { kind: 'press', token: button });
    await carryOut();
  };
  /** One message of a lane goes out at a time. */
  const deliverAll = async (): Promise<void> => {
    while ((await cordon.store.nextDeliveryDue()) !== undefined) await cordon.deliverAll();
  };
  const say = async (user: string, text: string): Promise<void> => {
    await cordon.accept(user, { kind: 'text', text });
    await carryOut();
  };
  const recorded = async ({ id }: Request): Promise<AuditEvent[]> => cordon.store.auditOf({ requestId: id }, 100);
  const steps = (events: readonly AuditEvent[]): (string | undefined)[][] =>
    events.flatMap(({ what, from, to }) => (to === undefined ? [] : [[what, from, to]]));
  /** What is owed in the place of a Request's card, in order, with the text of what is said. */
  const owed = ({ deliveries }: Effects): string[] =>
    deliveries.map(({ message }) => ('note' in message ? `${message.kind}: ${textOf(message.note)}` : message.kind));
  /** As if the quota were used up for a minute. */
  const useUp = async (): Promise<void> => {
    await cordon.store.blockCalls('restrictCodeExecution', 60_000, cordon.clock);
  };

  describe('of what a vote approves', () => {
    it('is entered in the transaction of the vote, by a second line of the record', async () => {
      await open();
      const before = await cordon.request();
      const change = sinon.spy(cordon.store, 'change');
      cordon.clock += 1_000;
      await approve();
      const after = await cordon.request();
      assert.deepEqual([after.state, after.version, after.queuedAt], ['queued', before.version + 1, cordon.clock]);
      assert.equal(change.callCount, 1);
      const [voted, queued] = (await recorded(after)).slice(-2);
      assert.deepEqual(steps([voted!, queued!]), [
        ['request.approve', 'awaiting approval', 'approved'],
        ['request.queue', 'approved', 'queued'],
      ]);
      assert.equal(voted?.at, queued?.at);
      assert.deepEqual([voted?.actor.kind, queued?.actor.kind], ['person', 'cordon']);
      assert.equal(voted?.detail?.['event'], queued?.detail?.['event']);
    });

    it('owes one update of the card and one reply, and wakes who sends', async () => {
      await open();
      const change = sinon.spy(cordon.store, 'change');
      const wake = sinon.spy(cordon.context, 'wake');
      await approve();
      assert.deepEqual(owed(change.firstCall.args[1]), [
        'update',
        'reply: uapp1 approved (1 of 1 approval). Sending to Defender.',
      ]);
      assert.ok(wake.calledWith('dispatch'));
      const { updates } = cordon.slack;
      await deliverAll();
      assert.equal(cordon.slack.updates, updates + 1);
      assert.equal(plain(cordon.cards()[0]!.card.status), 'Approved, about to be sent to Defender');
    });

    it('says after the approval what it waits for: the quota', async () => {
      await open();
      await useUp();
      const change = sinon.spy(cordon.store, 'change');
      await approve();
      const [update, voted, waits, ...rest] = owed(change.firstCall.args[1]);
      assert.deepEqual([update, rest], ['update', []]);
      assert.match(voted!, /uapp1 approved/);
      assert.match(waits!, /Defender's call limit is used up for the moment: no call is ahead/);
      const { estimate } = await cordon.request();
      assert.deepEqual(estimate, { ahead: 0, at: cordon.clock + 60_000 });
      await deliverAll();
      assert.match(plain(cordon.cards()[0]!.card.status), /waiting for Defender's call limit: 0 ahead/);
      assert.deepEqual(
        cordon.thread(),
        [voted, waits].map((text) => text?.replace('reply: ', '')),
      );
    });

    it('says after the approval what it waits for: another request for the device', async () => {
      await open();
      await cordon.press('UAPP1', 'Approve');
      const running = await cordon.request();
      await cordon.say('UREQ', 'release mymachine1 cleaned');
      const change = sinon.spy(cordon.store, 'change');
      await approve(cordon.cards()[1]!.card.buttons[0]!.token);
      const [after, effects] = change.firstCall.args;
      assert.deepEqual([after.state, after.waitsFor], ['queued', running.id]);
      assert.match(
        owed(effects).join('\n'),
        /^update\nreply: uapp1 approved.*\nreply: Another request for this device/,
      );
      assert.equal(change.callCount, 1);
    });

    it('tells a person whose card it is nothing but the card', async () => {
      cordon = await Harness.open(standardPolicy.replace('approvals: 1', 'approvals: 1\n    announce: [approvers]'));
      await cordon.say('UREQ', 'restrict mymachine1 beacon');
      await useUp();
      const change = sinon.spy(cordon.store, 'change');
      const { token, origin } = cordon.buttonFor({ platform: 'slack', tenant: 'T0HOME', user: 'UAPP1' }, 'Approve');
      await cordon.accept('UAPP1', { kind: 'press', token }, origin);
      await carryOut();
      assert.deepEqual(owed(change.firstCall.args[1]), ['update', 'update']);
    });

    it('is not entered by a vote that decides nothing', async () => {
      await open(two);
      const count = sinon.spy(cordon.store, 'countIn');
      await approve();
      assert.equal((await cordon.request()).state, 'awaiting approval');
      assert.equal(count.callCount, 0);
    });

    it('is entered whole or not at all: while the store cannot tell who is ahead, the vote waits with it', async () => {
      await open();
      const before = await cordon.request();
      const fails = sinon.stub(cordon.store, 'countIn').rejects(new StoreError('store_failed', 'no answer'));
      await approve();
      assert.equal(fails.callCount, 1);
      assert.deepEqual(await cordon.request(), before);
      assert.equal((await recorded(before)).length, 1);
      assert.ok((await cordon.store.nextIncomingDue()) !== undefined, 'the press is still to be carried out');
      fails.restore();
      await cordon.advance(60_000);
      assert.equal(cordon.defender.submitted.length, 1);
      assert.equal((await recorded(before)).filter(({ what }) => what === 'request.approve').length, 1);
    });

    it('is entered by one of two votes at one moment, and the other finds it there', async () => {
      await open();
      const other = await cordon.beside();
      const token = cordon.token('Approve');
      await cordon.accept('UAPP1', { kind: 'press', token });
      await cordon.accept('UAPP2', { kind: 'press', token });
      await Promise.all(
        [cordon.context, other.context].map(async (context) => {
          const intake = createIntake(context);
          await intake.tick();
          await intake.idle();
        }),
      );
      const after = await cordon.request();
      assert.deepEqual([after.state, after.version, after.votes.length], ['queued', 2, 1]);
      const names = (await recorded(after)).map(({ what }) => what);
      assert.deepEqual(
        names.filter((what) => what.startsWith('request.')),
        ['request.created', 'request.approve', 'request.queue'],
      );
      assert.ok(names.includes('vote.late'));
    });
  });

  it('takes at once what is asked for where nobody has to approve, announced as it stands', async () => {
    cordon = await Harness.open(none);
    await useUp();
    const create = sinon.spy(cordon.store, 'create');
    await say('UREQ', 'restrict mymachine1 beacon');
    const [made, effects] = create.firstCall.args;
    assert.deepEqual([made.state, made.version, made.queuedAt], ['queued', 1, made.createdAt]);
    assert.deepEqual(steps(effects.audit), [
      ['request.created', undefined, 'awaiting approval'],
      ['request.approve', 'awaiting approval', 'approved'],
      ['request.queue', 'approved', 'queued'],
    ]);
    const [announced, waits, ...rest] = owed(effects);
    assert.deepEqual([announced, rest], ['announce', []]);
    assert.match(waits!, /^reply: Defender's call limit is used up/);
    assert.deepEqual(await cordon.request(), made);
    await deliverAll();
    assert.equal(cordon.cards()[0]!.card.state, 'queued');
    assert.equal(cordon.thread().length, 1);
  });

  it('takes at once what is changed where nobody has to approve any more', async () => {
    await open();
    const { id, version } = await cordon.request();
    cordon.policy = parsePolicy(none, 'policy.yaml');
    await useUp();
    const change = sinon.spy(cordon.store, 'change');
    await say('UREQ', `edit ${id} beacon to 203.0.113.9`);
    const after = await cordon.request();
    assert.deepEqual([after.state, after.version, after.revision], ['queued', version + 1, 2]);
    assert.equal(change.callCount, 1);
    assert.deepEqual(steps(await recorded(after)).slice(-2), [
      ['request.revised', 'awaiting approval', 'approved'],
      ['request.queue', 'approved', 'queued'],
    ]);
    assert.match(
      owed(change.firstCall.args[1]).join('\n'),
      /^update\nreply: The policy asks for no approval here\. Sending to Defender\.\nreply: Defender's call limit/,
    );
  });

  it('takes what an earlier version stored as approved and no further, with a change of its own', async () => {
    await open();
    await approve();
    await unqueue(cordon.store);
    const before = await cordon.request();
    assert.equal(before.state, 'approved');
    const change = sinon.spy(cordon.store, 'change');
    await cordon.settle();
    const [after, effects] = change.firstCall.args;
    assert.deepEqual([after.state, after.version, after.queuedAt], ['queued', before.version + 1, before.votes[0]!.at]);
    assert.deepEqual(steps(effects.audit), [['request.queue', 'approved', 'queued']]);
    assert.equal(cordon.defender.submitted.length, 1);
  });

  for (const [words, user, state] of [
    ['withdraw', 'UREQ', 'withdrawn'],
    ['cancel', 'UAPP1', 'cancelled'],
    ['unvote', 'UAPP1', 'awaiting approval'],
  ] as const) {
    it(`is left by ${words} as long as nothing was sent`, async () => {
      await open();
      await approve();
      const { id } = await cordon.request();
      await say(user, `${words} ${id}${words === 'cancel' ? ' wrong host' : ''}`);
      await cordon.settle();
      const after = await cordon.request();
      assert.equal(after.state, state);
      assert.deepEqual(cordon.defender.submitted, []);
      assert.deepEqual(
        steps(await recorded(after))
          .at(-1)
          ?.slice(1),
        ['queued', state],
      );
    });
  }

  it('is entered again, at its new place, by the approval that follows a vote taken back', async () => {
    await open();
    await useUp();
    await approve();
    const { id } = await cordon.request();
    await say('UAPP1', `unvote ${id}`);
    assert.equal((await cordon.request()).queuedAt, undefined);
    await cordon.advance(60_000);
    await approve();
    const { state, queuedAt, estimate } = await cordon.request();
    assert.deepEqual([state, queuedAt, estimate], ['queued', cordon.clock, undefined]);
  });

  it('holds what is approved while Cordon is stopped, and nobody is told that it is being sent', async () => {
    await open();
    const { version } = await cordon.store.switch();
    const stop = { by: person('UAPP2'), at: cordon.clock, reason: 'drill' };
    await cordon.store.setSwitch(version, stop, () => ({ audit: [], deliveries: [] }));
    await cordon.press('UAPP1', 'Approve');
    const after = await cordon.request();
    assert.deepEqual([after.state, after.held?.why, after.dueAt], ['queued', 'stopped', undefined]);
    assert.deepEqual(cordon.defender.submitted, []);
    assert.doesNotMatch(cordon.thread().join('\n'), /Sending to Defender/);
  });

  it('counts what is ahead of it', async () => {
    cordon = await Harness.open(none);
    await useUp();
    cordon.defender.machines = ['mymachine1', 'mymachine2'].map((name, index) =>
      machine({ id: String(index).repeat(40), computerDnsName: `${name}.contoso.com` }),
    );
    await say('UREQ', 'restrict mymachine1 beacon');
    await say('UREQ', 'restrict mymachine2 beacon');
    const line = await cordon.store.requestsIn(['queued'], 10);
    assert.deepEqual(
      line.map(({ estimate }) => estimate?.ahead),
      [0, 1],
    );
  });
});
