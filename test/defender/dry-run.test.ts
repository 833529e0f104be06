import assert from 'node:assert/strict';
import crossFetch from 'cross-fetch';
import { createDefenderClient } from '../../src/defender/client.js';
import { actionId, clientOptions, failure, heldCall, machineId, serving } from './support.js';

describe('the Defender client of a dry run', () => {
  it('refuses every POST before anything leaves, ends the call, and reads as ever', async () => {
    const seen: string[] = [];
    await serving(
      (request, response) => {
        seen.push(String(request.method));
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ value: [] }));
      },
      async (baseUrl) => {
        const defender = createDefenderClient({ ...clientOptions(), fetch: crossFetch, baseUrl, dryRun: true });
        let ended = 0;
        const call = { ...heldCall(), done: () => Promise.resolve(void (ended += 1)) };
        for (const post of [
          () => defender.submit('restrict', machineId, 'x', call),
          () => defender.submit('release', machineId, 'x', call),
          () => defender.cancelAction(actionId, 'x', call),
        ]) {
          const error = await failure(post());
          assert.deepEqual([error.code, error.taken], ['dry_run', 'no']);
        }
        assert.equal(ended, 3);
        assert.deepEqual(await defender.listUnfinished(), []);
        assert.ok(seen.length > 0 && seen.every((method) => method === 'GET'), seen.join());
      },
    );
  });
});
