import assert from 'node:assert/strict';
import type { Incoming } from '../../src/command/model.js';
import { DefenderError } from '../../src/defender/errors.js';
import { cardAfter } from '../../src/request/card-after.js';
import { Harness } from '../harness.js';

describe('the card after a press', () => {
  let cordon: Harness;
  let slept: number;
  beforeEach(async () => {
    cordon = await Harness.open();
    await cordon.say('UREQ', 'restrict mymachine1 x');
    slept = 0;
  });
  afterEach(() => cordon.store.close());

  const press = (token: string): Incoming => ({
    key: 'click',
    account: { platform: 'slack', tenant: 'T0HOME', user: 'UAPP1' },
    origin: cordon.origin(),
    said: { kind: 'press', token },
  });
  const after = (incoming: Incoming, meanwhile: () => Promise<void> = () => Promise.resolve()) =>
    cardAfter(
      {
        ...cordon.context,
        sleep: async (ms) => {
          slept += ms;
          cordon.clock += ms;
          await meanwhile();
        },
      },
      incoming,
      3_000,
    );

  it('shows the vote as soon as it is counted', async () => {
    const incoming = press(cordon.token('Approve'));
    await cordon.store.accept(incoming, cordon.clock);
    const card = await after(incoming, () => cordon.settle());
    assert.equal(card?.state, 'submitted');
    assert.ok(slept < 3_000);
  });

  it('shows what is known when the work takes longer', async () => {
    const incoming = press(cordon.token('Approve'));
    await cordon.store.accept(incoming, cordon.clock);
    assert.equal((await after(incoming))?.state, 'awaiting approval');
    assert.equal(slept, 3_000);
  });

  it('shows the decision about a call in doubt', async () => {
    const lost = new DefenderError('timed_out', 'x', { taken: 'unknown', userText: 'Lost.' });
    cordon.defender.answers = [lost];
    cordon.defender.listFails = lost;
    await cordon.press('UAPP1', 'Approve');
    await cordon.advance(70_000);
    const incoming = press(cordon.token('It was sent'));
    await cordon.store.accept(incoming, cordon.clock);
    const card = await after(incoming, () => cordon.settle());
    assert.equal(card?.state, 'submitted');
    assert.deepEqual(card.buttons, []);
  });

  it('is nothing for a button that belongs to no request, and nothing is waited for', async () => {
    assert.equal(await after(press('forged')), undefined);
    assert.equal(slept, 0);
  });
});
