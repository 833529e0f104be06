import assert from 'node:assert/strict';
import { parsePolicy } from '../../src/policy/load.js';
import { commitmentOf } from '../../src/request/commitment.js';
import { plain } from '../../src/view/model.js';
import { Harness, standardPolicy } from '../harness.js';

const two = standardPolicy.replace('approvals: 1', 'approvals: 2');

describe('a new revision', () => {
  let cordon: Harness;
  beforeEach(async () => {
    cordon = await Harness.open(two);
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
  });
  afterEach(() => cordon.store.close());

  const recorded = async (what: string) => {
    const { id } = await cordon.request();
    return (await cordon.store.auditOf({ requestId: id }, 100)).filter((event) => event.what === what);
  };
  const lastTo = (user: string): string => cordon.texts({ to: user }).at(-1) ?? '';
  const story = (): string => (cordon.cards()[0]?.card.story ?? []).map((line) => plain(line)).join('\n');
  const edit = async (user = 'UREQ', comment = 'beacon to 203.0.113.9'): Promise<void> => {
    await cordon.say(user, `edit ${(await cordon.request()).id} ${comment}`);
  };

  describe('by the requester, who changes the comment', () => {
    it('drops the votes, visibly, and is on the card with new buttons', async () => {
      await cordon.press('UAPP1', 'Approve');
      const before = await cordon.request();
      await edit();
      const after = await cordon.request();
      assert.equal(after.comment, 'beacon to 203.0.113.9');
      assert.deepEqual([after.revision, after.votes, after.expiresAt], [2, [], before.expiresAt]);
      assert.equal(after.commitment, commitmentOf(after));
      assert.notEqual(after.commitment, before.commitment);
      assert.match(
        cordon.thread().at(-1)!,
        /changed\. ureq changed the comment[\s\S]*uapp1 has to vote again[\s\S]*> beacon to/,
      );
      assert.match(story(), /ureq changed the comment\. Votes dropped: uapp1/);
      assert.equal(cordon.cards()[0]?.card.comment, 'beacon to 203.0.113.9');
      const [event] = await recorded('request.revised');
      assert.deepEqual(event?.detail?.['dropped'], ['slack:T0HOME:UAPP1']);
      assert.equal(event.detail['commitment'], after.commitment);
    });

    it('is voted on anew, by whoever voted before as well, and what is sent is the new comment', async () => {
      await cordon.press('UAPP1', 'Approve');
      await edit();
      await cordon.press('UAPP1', 'Approve');
      assert.equal(cordon.defender.submitted.length, 0);
      await cordon.press('UAPP2', 'Approve');
      assert.equal(cordon.defender.submitted.length, 1);
      assert.match(cordon.defender.submitted[0]!.comment, /beacon to 203\.0\.113\.9/);
    });

    it('leaves the buttons of before without meaning, and says so', async () => {
      const token = cordon.token('Approve');
      await edit();
      await cordon.accept('UAPP1', { kind: 'press', token });
      await cordon.settle();
      assert.deepEqual((await cordon.request()).votes, []);
      assert.match(lastTo('UAPP1'), /changed after this button was made/);
      assert.equal((await recorded('vote.stale')).length, 1);
    });

    it('is for the requester alone, and only while it waits', async () => {
      await edit('UAPP1');
      assert.match(lastTo('UAPP1'), /Only its requester, ureq/);
      await cordon.press('UAPP1', 'Approve');
      await cordon.press('UAPP2', 'Approve');
      await edit();
      assert.match(lastTo('UREQ'), /only while it waits/);
      assert.equal((await cordon.request()).comment, 'beacon');
      assert.equal((await recorded('edit.refused')).length, 2);
    });

    it('changes nothing where the comment is the same, and not for ever', async () => {
      await edit('UREQ', 'beacon');
      assert.match(lastTo('UREQ'), /That is its comment already/);
      for (let count = 0; count < 25; count += 1) await edit('UREQ', `beacon ${count}`);
      assert.equal((await cordon.request()).revision, 20);
      assert.match(lastTo('UREQ'), /Withdraw it and ask anew/);
    });

    it('comes too late after the expiry', async () => {
      cordon.clock += 3_600_000;
      await edit();
      assert.equal((await cordon.request()).state, 'expired');
    });
  });

  describe('where a vote finds another policy', () => {
    it('drops the votes before it, is not decided by it, and says what has changed', async () => {
      await cordon.press('UAPP1', 'Approve');
      cordon.policy = parsePolicy(standardPolicy.replace('approvals: 1', 'approvals: 2\n    expires: 30m'), 'p');
      await cordon.press('UAPP2', 'Approve');
      const request = await cordon.request();
      assert.deepEqual([request.state, request.revision, request.votes], ['awaiting approval', 2, []]);
      assert.equal(request.expiresAt, request.createdAt + 1_800_000);
      assert.match(lastTo('UAPP2'), /was not counted[\s\S]*Look at the card as it is now, and vote again/);
      assert.match(cordon.thread().at(-1)!, /policy has changed[\s\S]*uapp1 has to vote again/);
      await cordon.press('UAPP2', 'Approve');
      assert.deepEqual(cordon.defender.submitted, []);
      await cordon.press('UAPP1', 'Approve');
      assert.equal(cordon.defender.submitted.length, 1);
      assert.equal((await recorded('request.revised')).length, 1);
    });

    it('wants more people where the policy does', async () => {
      const three = two.replace('approvals: 2', 'approvals: 3').replace('leads: [', 'leads: [slack:T0HOME:UAPP3, ');
      await cordon.press('UAPP1', 'Approve');
      cordon.policy = parsePolicy(three, 'p');
      await cordon.press('UAPP2', 'Approve');
      for (const user of ['UAPP1', 'UAPP2']) await cordon.press(user, 'Approve');
      assert.deepEqual(cordon.defender.submitted, []);
      await cordon.press('UAPP3', 'Approve');
      assert.equal(cordon.defender.submitted.length, 1);
    });

    it('goes on at once where the policy asks for no approval any more', async () => {
      cordon.policy = parsePolicy(
        two.replace('approvals: 2', 'approvals: 1').replace('leads: [', 'leads: [slack:T0HOME:UAPP3, '),
        'p',
      );
      await cordon.press('UAPP1', 'Approve');
      assert.deepEqual(cordon.defender.submitted, [], 'the vote that found the difference is not counted');
      await cordon.press('UAPP1', 'Approve');
      assert.equal(cordon.defender.submitted.length, 1);
    });

    it('is not made by somebody whose vote would not count', async () => {
      await cordon.press('UAPP1', 'Approve');
      cordon.policy = parsePolicy(standardPolicy, 'p');
      await cordon.press('UOTHER', 'Approve');
      const { revision, votes } = await cordon.request();
      assert.deepEqual([revision, votes.length], [1, 1]);
    });

    it('ends where the policy forbids it now', async () => {
      await cordon.press('UAPP1', 'Approve');
      cordon.policy = parsePolicy(two.replace('soc: [slack:T0HOME:UREQ, ', 'soc: ['), 'p');
      await cordon.press('UAPP2', 'Approve');
      assert.equal((await cordon.request()).state, 'refused');
      assert.deepEqual(cordon.defender.submitted, []);
    });
  });
});
