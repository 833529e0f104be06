import assert from 'node:assert/strict';
import sinon from 'sinon';
import { PlatformError } from '../../src/platform.js';
import { createIntake } from '../../src/work/intake.js';
import { parsePolicy } from '../../src/policy/load.js';
import { Harness, standardPolicy } from '../harness.js';

describe('what is asked just before the call', () => {
  let cordon: Harness;
  beforeEach(async () => {
    cordon = await Harness.open();
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
  });
  afterEach(() => cordon.store.close());

  const vote = async (): Promise<void> => {
    await cordon.accept('UAPP1', { kind: 'press', token: cordon.token('Approve') });
    const intake = createIntake(cordon.context);
    await intake.tick();
    await intake.idle();
    assert.equal((await cordon.request()).state, 'queued');
  };

  it('is asked already while the vote that decides is being stored, and by no other vote', async () => {
    await cordon.store.close();
    cordon = await Harness.open(standardPolicy.replace('approvals: 1', 'approvals: 2'));
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
    const lookUp = sinon.spy(cordon.slack, 'lookUp');
    const list = sinon.spy(cordon.defender, 'listUnfinished');
    const asked: string[][] = [];
    const change = cordon.store.change.bind(cordon.store);
    sinon.stub(cordon.store, 'change').callsFake((...of) => {
      asked.push([...lookUp.args.map(([{ user }]) => user), ...list.args.map(() => 'Defender')]);
      return change(...of);
    });
    const press = async (user: string): Promise<void> => {
      await cordon.accept(user, { kind: 'press', token: cordon.token('Approve') });
      const intake = createIntake(cordon.context);
      await intake.tick();
      await intake.idle();
    };
    await press('UAPP1');
    assert.deepEqual(asked, [['UAPP1']]);
    await press('UAPP2');
    assert.deepEqual(asked[1]?.toSorted(), ['Defender', 'UAPP1', 'UAPP1', 'UAPP2', 'UAPP2', 'UREQ']);
  });

  it('is not asked at once for what is held anyway', async () => {
    const list = sinon.spy(cordon.defender, 'listUnfinished');
    cordon.policy = parsePolicy(`${standardPolicy}stop: [leads]\n`, 'policy.yaml');
    await cordon.say('UAPP2', 'stop everything is wrong');
    assert.equal((await cordon.store.switch()).stopped, true);
    await vote();
    assert.equal(list.callCount, 0);
  });

  it('is asked side by side: requester, approver, and what Defender has under way', async () => {
    await vote();
    cordon.clock += 1_001;
    const { slack, defender } = cordon;
    const [lookUp, list] = [slack.lookUp.bind(slack), defender.listUnfinished.bind(defender)];
    const asked = new Set<string>();
    // Nobody answers before all three have been asked: one after the other would wait for ever.
    let answer = (): void => undefined;
    const all = new Promise<void>((resolve) => (answer = resolve));
    const ask = (whom: string): Promise<void> => {
      asked.add(whom);
      if (asked.size === 3) answer();
      return all;
    };
    sinon.stub(slack, 'lookUp').callsFake((account) => ask(account.user).then(() => lookUp(account)));
    sinon.stub(defender, 'listUnfinished').callsFake(() => ask('Defender').then(list));
    await cordon.settle();
    assert.deepEqual([...asked].sort(), ['Defender', 'UAPP1', 'UREQ']);
    assert.equal(defender.submitted.length, 1);
  });

  it('asks Defender anew where its answer is more than a second old by the time everybody is known', async () => {
    await vote();
    cordon.clock += 1_001;
    const { slack, defender } = cordon;
    const lookUp = slack.lookUp.bind(slack);
    const list = sinon.spy(defender, 'listUnfinished');
    sinon.stub(slack, 'lookUp').callsFake((account) => {
      cordon.clock += 1_001;
      return lookUp(account);
    });
    await cordon.settle();
    assert.equal(list.callCount, 2);
    assert.equal(defender.submitted.length, 1);
  });

  it('asks Defender once, and not again and again, while a platform does not say who somebody is', async () => {
    const list = sinon.spy(cordon.defender, 'listUnfinished');
    await vote();
    cordon.slack.fail = (operation) =>
      operation === 'lookUp' ? new PlatformError('refused', 'slack_account_inactive', 'no') : undefined;
    await cordon.settle();
    for (let tries = 0; tries < 4; tries += 1) await cordon.advance(15_000);
    assert.equal((await cordon.request()).state, 'queued');
    assert.equal(list.callCount, 1);
    cordon.slack.fail = () => undefined;
    await cordon.advance(15_000);
    assert.equal(cordon.defender.submitted.length, 1);
  });
});
