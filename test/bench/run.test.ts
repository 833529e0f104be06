import assert from 'node:assert/strict';
import { approve } from '../../bench/approve.js';
import { slack } from '../../bench/slack.js';

/** Whether the numbers are good is for a quiet machine; here, that there are any. */
const options = { quick: true, log: () => undefined };

describe('a quick run of the benchmark', function () {
  this.timeout(120_000);

  it('measures acknowledgements with a peer beside them', async () => {
    const rows = await slack.run(options);
    assert.ok(rows.length >= 6);
    // A short round may be less than one tick of the system's count of CPU time.
    for (const { what, median, spread } of rows.filter(({ what }) => !what.includes('CPU'))) {
      assert.ok(median > 0 && spread[0] <= median && median <= spread[1], what);
    }
    const [first] = rows;
    assert.equal(first!.unit, 'req/s');
    assert.ok(first!.peer!.median > 0 && first!.ratio! > 0);
  });

  it('measures a click with the commits that lie in between', async () => {
    const [first] = await approve.run(options);
    const { commits, clicks } = first!.detail as { commits: number; clicks: number };
    assert.equal(clicks, 3);
    assert.ok(commits >= 4 && commits < 40, `${commits} commits`);
  });
});
