import assert from 'node:assert/strict';
import { parsePolicy } from '../../src/policy/load.js';
import { outOfReach } from '../../src/policy/reach.js';
import { standardPolicy } from '../harness.js';

describe('what a policy wants to reach', () => {
  const policy = parsePolicy(
    standardPolicy.replace(
      'approvals: 1',
      'approvals: 1\n    announce: [origin, slack:C0A, "teams:19:a@thread.tacv2"]',
    ),
    'policy.yaml',
  );

  it('is named, with its rule, where its platform is not set up', () => {
    const [problem, ...more] = outOfReach(policy, new Set(['slack']));
    assert.match(problem ?? '', /Rule “everything” announces in teams:19:a@thread\.tacv2, but Teams is not set up/);
    assert.deepEqual(more, []);
  });

  it('is no matter where both platforms are', () => {
    assert.deepEqual(outOfReach(policy, new Set(['slack', 'teams'])), []);
  });
});
