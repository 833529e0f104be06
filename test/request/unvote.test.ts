import assert from 'node:assert/strict';
import { PlatformError } from '../../src/platform.js';
import { plain } from '../../src/view/model.js';
import { Harness, standardPolicy } from '../harness.js';

const two = standardPolicy.replace('approvals: 1', 'approvals: 2');

describe('taking a vote back', () => {
  let cordon: Harness;
  const open = async (policy = two): Promise<void> => {
    cordon = await Harness.open(policy);
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
  };
  afterEach(() => cordon.store.close());

  const unvote = async (user: string): Promise<void> => cordon.say(user, `unvote ${(await cordon.request()).id}`);
  const recorded = async (what: string) => {
    const { id } = await cordon.request();
    return (await cordon.store.auditOf({ requestId: id }, 100)).filter((event) => event.what === what);
  };
  const lastTo = (user: string): string => cordon.texts({ to: user }).at(-1) ?? '';
  /** Approved by both, and held because one cannot be asked about. */
  const approvedAndHeld = async (): Promise<() => void> => {
    await cordon.press('UAPP1', 'Approve');
    await cordon.advance(1_200_000);
    const down = new PlatformError('later', 'slack_down', 'no answer');
    cordon.slack.fail = (operation, user) => (operation === 'lookUp' && user === 'UREQ' ? down : undefined);
    await cordon.press('UAPP2', 'Approve');
    assert.equal((await cordon.request()).state, 'queued');
    return () => {
      cordon.slack.fail = () => undefined;
    };
  };

  it('leaves a request that waits as if nobody had voted, visibly, and the person may vote again', async () => {
    await open();
    await cordon.press('UAPP1', 'Approve');
    await unvote('UAPP1');
    assert.deepEqual((await cordon.request()).votes, []);
    assert.match(cordon.thread().at(-1)!, /uapp1 took back their vote \(0 of 2 approvals\)/);
    assert.match(plain(cordon.cards()[0]!.card.story[0]!), /uapp1 took their vote back/);
    const [event] = await recorded('vote.taken-back');
    assert.deepEqual(event?.detail?.['voters'], ['slack:T0HOME:UAPP1']);
    await cordon.press('UAPP2', 'Approve');
    assert.deepEqual(cordon.defender.submitted, []);
    await cordon.press('UAPP1', 'Approve');
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('lets what is queued wait for approval again, with its buttons, and sends nothing until then', async () => {
    await open();
    const up = await approvedAndHeld();
    await unvote('UAPP1');
    const request = await cordon.request();
    assert.equal(request.state, 'awaiting approval');
    assert.deepEqual([request.queuedAt, request.failure, request.dueAt], [undefined, undefined, request.expiresAt]);
    assert.match(cordon.thread().at(-1)!, /not sent: it waits for approval again/);
    up();
    await cordon.advance(60_000);
    assert.deepEqual(cordon.defender.submitted, []);
    await cordon.press('UAPP1', 'Approve');
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('expires at once where its time is over', async () => {
    await open();
    await approvedAndHeld();
    cordon.clock += 3_600_000;
    await unvote('UAPP1');
    assert.equal((await cordon.request()).state, 'expired');
  });

  it('changes nothing about a queued request that is approved without it', async () => {
    await open(standardPolicy);
    const up = await approvedAndHeldWithOne();
    await unvote('UAPP2');
    assert.match(lastTo('UAPP2'), /You have no vote/);
    assert.equal((await cordon.request()).state, 'queued');
    up();
    await cordon.advance(60_000);
    assert.equal(cordon.defender.submitted.length, 1);
  });

  const approvedAndHeldWithOne = async (): Promise<() => void> => {
    await cordon.advance(1_200_000);
    const down = new PlatformError('later', 'slack_down', 'no answer');
    cordon.slack.fail = (operation, user) => (operation === 'lookUp' && user === 'UREQ' ? down : undefined);
    await cordon.press('UAPP1', 'Approve');
    return () => {
      cordon.slack.fail = () => undefined;
    };
  };

  it('comes too late once it was sent, and says how to have it stopped', async () => {
    await open(standardPolicy);
    await cordon.press('UAPP1', 'Approve');
    assert.equal((await cordon.request()).state, 'submitted');
    await unvote('UAPP1');
    assert.match(lastTo('UAPP1'), /too late[\s\S]*cancel AAAA-/);
    assert.equal((await cordon.request()).votes.length, 1);
    assert.equal((await recorded('unvote.refused')).length, 1);
  });

  it('is for who has voted alone', async () => {
    await open();
    await cordon.press('UAPP1', 'Approve');
    for (const user of ['UREQ', 'UAPP2', 'UOTHER']) {
      await unvote(user);
      assert.match(lastTo(user), /You have no vote/);
    }
    assert.equal((await cordon.request()).votes.length, 1);
    await cordon.say('UAPP1', 'unvote 7K3M-9Q2X');
    assert.match(lastTo('UAPP1'), /I know no request/);
  });

  it('takes nothing back twice when it is said twice at one moment', async () => {
    await open();
    await cordon.press('UAPP1', 'Approve');
    const { id } = await cordon.request();
    for (const side of [1, 2])
      await cordon.accept('UAPP1', { kind: 'text', text: `unvote ${id}` }, undefined, undefined, `${side}`);
    await cordon.settle();
    assert.equal((await recorded('vote.taken-back')).length, 1);
    assert.equal((await recorded('unvote.refused')).length, 1);
  });

  it('is not the same as a denial: whoever approved may deny as well, and that ends it', async () => {
    await open();
    await cordon.press('UAPP1', 'Approve');
    await cordon.press('UAPP1', 'Deny', 'wrong device');
    const { state, votes } = await cordon.request();
    assert.equal(state, 'denied');
    assert.deepEqual(
      votes.map(({ decision }) => decision),
      ['deny'],
    );
    await unvote('UAPP1');
    assert.match(lastTo('UAPP1'), /too late/);
    assert.equal((await cordon.request()).state, 'denied');
  });
});
