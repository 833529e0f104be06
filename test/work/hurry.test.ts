import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createDispatcher } from '../../src/work/dispatch.js';
import { createHurry } from '../../src/work/hurry.js';
import { createIntake } from '../../src/work/intake.js';
import { Harness } from '../harness.js';

describe('a call that is about to be made', () => {
  it('keeps others waiting for 25 ms', () => {
    let now = 1_000;
    const hurry = createHurry(() => now);
    assert.ok(hurry.until() <= now);
    hurry.begin();
    assert.equal(hurry.until(), 1_025);
    now = 1_025;
    assert.ok(hurry.until() <= now);
  });

  it('keeps nobody waiting for longer because others follow, and for half of the time at most', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 }), (gaps) => {
        let now = 0;
        const hurry = createHurry(() => now);
        const waits: boolean[] = [];
        for (const gap of gaps) {
          hurry.begin();
          for (let ms = 0; ms < gap; ms += 1) {
            waits.push(hurry.until() > now);
            now += 1;
          }
        }
        const longest = Math.max(
          0,
          ...waits
            .join('')
            .split('false')
            .map((run) => run.length / 'true'.length),
        );
        assert.ok(longest <= 25);
        assert.ok(waits.filter(Boolean).length <= 25 * Math.ceil(waits.length / 50));
      }),
    );
  });

  it('keeps nobody waiting for the old time after the clock was set back, and the next call all the same', () => {
    let now = 1_000_000;
    const hurry = createHurry(() => now);
    hurry.begin();
    now -= 3_600_000;
    assert.ok(hurry.until() <= now);
    hurry.begin();
    assert.equal(hurry.until(), now + 25);
  });

  it('is one that was claimed to be sent', async () => {
    const cordon = await Harness.open();
    let begun = 0;
    const hurry = { begin: () => (begun += 1), until: () => 0 };
    const dispatcher = createDispatcher(cordon.context, hurry);
    const intake = createIntake(cordon.context);
    const tick = async (): Promise<void> => {
      await intake.tick();
      await intake.idle();
      await dispatcher.tick();
      await dispatcher.idle();
    };
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
    await tick();
    assert.equal(begun, 0);
    await cordon.accept('UAPP1', { kind: 'press', token: cordon.token('Approve') });
    await tick();
    assert.deepEqual([begun, cordon.defender.submitted.length], [1, 1]);
    await tick();
    assert.equal(begun, 1);
    await cordon.store.close();
  });
});
