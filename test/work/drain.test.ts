import assert from 'node:assert/strict';
import { drainRequests } from '../../bench/drain.js';
import { report } from '../../bench/network.js';

describe('a long queue of approved requests', function () {
  this.timeout(240_000);

  for (const count of [100, 1_500, 3_000]) {
    it(`of ${count} leaves as fast as the quota allows, without a refusal`, async function () {
      const { network } = await drainRequests(count);
      assert.equal(network.refused, 0);
      assert.ok(network.drainRatio <= 1.02, `${network.drainRatio} times the optimum`);
      report(this.test, network);
    });
  }
});
