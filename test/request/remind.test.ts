import assert from 'node:assert/strict';
import { Harness, standardPolicy } from '../harness.js';

const minute = 60_000;
const day = 86_400_000;

describe('timers', () => {
  let cordon: Harness;
  const open = async (expiry: string): Promise<void> => {
    cordon = await Harness.open(standardPolicy.replace('approvals: 1', `approvals: 1\n    expires: ${expiry}`));
    await cordon.say('UREQ', 'restrict mymachine1 x');
  };
  afterEach(() => cordon.store.close());

  const reminders = (): number => cordon.thread().filter((text) => /Still waiting/.test(text)).length;

  it('remind the thread once, half-way, and end it at its time', async () => {
    await open('60m');
    await cordon.advance(29 * minute);
    assert.equal(reminders(), 0);
    await cordon.advance(minute);
    assert.equal(reminders(), 1);
    assert.match(cordon.thread().at(-1)!, /0 of 1.*from leads/);
    await cordon.advance(29 * minute);
    assert.equal(reminders(), 1);
    assert.equal((await cordon.request()).state, 'awaiting approval');
    await cordon.advance(minute);
    assert.equal((await cordon.request()).state, 'expired');
  });

  it('do not remind of what lives for minutes only', async () => {
    await open('5m');
    await cordon.advance(4 * minute);
    assert.equal(reminders(), 0);
  });

  it('are right after a day without Cordon: expired, and no reminder of what has ended', async () => {
    await open('60m');
    await cordon.restart();
    await cordon.advance(day);
    assert.equal((await cordon.request()).state, 'expired');
    assert.equal(reminders(), 0);
  });

  it('hold after votes as well', async () => {
    cordon = await Harness.open(
      standardPolicy
        .replace('approvals: 1', 'approvals: 2\n    expires: 60m')
        .replace('leads: [', 'leads: [slack:T0HOME:UAPP3, '),
    );
    await cordon.say('UREQ', 'restrict mymachine1 x');
    await cordon.press('UAPP1', 'Approve');
    await cordon.advance(31 * minute);
    assert.match(cordon.thread().at(-1)!, /Still waiting.*1 of 2/);
    await cordon.press('UAPP3', 'Approve');
    assert.equal(cordon.defender.submitted.length, 1);
  });
});
