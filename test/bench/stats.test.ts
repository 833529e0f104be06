import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inTurn } from '../../bench/measure.js';
import { compared, healthy } from '../../bench/rows.js';
import { median, quantile, summary, threeDigits } from '../../bench/stats.js';
import { toTable } from '../../bench/table.js';

const values = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 200 });

describe('the statistics of the benchmark', () => {
  it('take the middle one, or the mean of the two in the middle', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([10, 2, 4, 1]), 3);
  });

  it('interpolate a quantile as NumPy does', () => {
    assert.equal(quantile([1, 2, 3, 4, 5], 0.25), 2);
    assert.equal(quantile([10, 20], 0.99), 19.9);
  });

  it('keep every quantile within the spread, and growing', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (each, part) => {
        const { spread } = summary(each);
        const [low, high] = [quantile(each, part / 2), quantile(each, part)];
        assert.ok(spread[0] <= low && low <= high && high <= spread[1]);
      }),
    );
  });

  it('do not depend on the order of the rounds, nor change it', () => {
    fc.assert(
      fc.property(values, (each) => {
        const before = [...each];
        assert.deepEqual(summary(each.toReversed()), summary(each));
        assert.deepEqual(each, before);
      }),
    );
  });

  it('refuse to make a number of nothing', () => {
    assert.throws(() => median([]), /nothing was measured/);
  });

  it('alternate who comes first, and leave the cold round out', async () => {
    const order: string[] = [];
    const side = (name: string) => () => Promise.resolve(order.push(name));
    const measured = await inTurn(3, { cordon: side('C'), peer: side('p') });
    assert.equal(order.join(''), 'CppCCppC');
    assert.deepEqual(measured, { cordon: [4, 5, 8], peer: [3, 6, 7] });
  });

  it('hold the median against the median of the same run, and say whether the goal was met', () => {
    const rounds = { cordon: [80, 100, 90], peer: [100, 110, 90] };
    const goal = { text: '≥ 0.9', met: (ratio: number) => ratio >= 0.9 };
    const row = compared(rounds, (rate) => rate, { what: 'a', unit: 'req/s', peer: 'Bolt', goal });
    assert.deepEqual(row, {
      what: 'a',
      unit: 'req/s',
      median: 90,
      spread: [80, 100],
      peer: { what: 'Bolt', median: 100, spread: [90, 110] },
      ratio: 0.9,
      goal: { text: '≥ 0.9', met: true },
    });
  });

  it('make no number of a round in which a request failed', () => {
    const good = { answered: 10, failed: 0, rate: 1, p50: 1, p99: 1 };
    assert.equal(healthy(good), good);
    assert.throws(() => healthy({ ...good, failed: 1 }), /1 of 10/);
  });

  it('say no more digits than they know', () => {
    assert.deepEqual([1234.5, 0.012345, 12.34].map(threeDigits), [1230, 0.0123, 12.3]);
  });
});

describe('the table of the benchmark', () => {
  it('says what was held against what, and shouts where a goal is missed', () => {
    const peer = { what: 'Bolt', median: 1_000, spread: [900, 1_100] as const };
    const goal = { text: '≥ 0.9', met: false };
    const table = toTable([
      { what: 'one', unit: 'req/s', median: 800, spread: [700, 850], peer, ratio: 0.8, goal },
      { what: 'two', unit: 'ms', median: 1.5, spread: [1.5, 1.5] },
    ]);
    assert.deepEqual(table.split('\n'), [
      '| what | unit  | Cordon | spread  | held against | median | spread    | ratio | goal          |',
      '| ---- | ----- | ------ | ------- | ------------ | ------ | --------- | ----- | ------------- |',
      '| one  | req/s | 800    | 700–850 | Bolt         | 1,000  | 900–1,100 | 0.80  | ≥ 0.9: MISSED |',
      '| two  | ms    | 1.5    |         |              |        |           |       |               |',
    ]);
  });
});
