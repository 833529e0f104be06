import assert from 'node:assert/strict';
import sinon from 'sinon';
import { PlatformError } from '../../src/platform.js';
import { createIntake } from '../../src/work/intake.js';
import { Harness } from '../harness.js';

describe('what is asked just before the call', () => {
  let cordon: Harness;
  beforeEach(async () => {
    cordon = await Harness.open();
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
    await cordon.accept('UAPP1', { kind: 'press', token: cordon.token('Approve') });
    const intake = createIntake(cordon.context);
    await intake.tick();
    await intake.idle();
    assert.equal((await cordon.request()).state, 'queued');
  });
  afterEach(() => cordon.store.close());

  it('is asked side by side: requester, approver, and what Defender has under way', async () => {
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
