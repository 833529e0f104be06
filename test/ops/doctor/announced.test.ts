import assert from 'node:assert/strict';
import { announcedOn } from '../../../src/ops/doctor/announced.js';
import type { Policy } from '../../../src/policy/policy.js';

type Channels = Policy['rules'][number]['announce']['channels'];

const policy = (rules: readonly (readonly [string, Channels])[]): Policy =>
  ({ rules: rules.map(([name, channels]) => ({ name, announce: { channels } })) }) as unknown as Policy;

describe('the channels of a policy', () => {
  it('are each named once, of one platform, with every rule in which the id would have to be changed', () => {
    const both = { platform: 'slack', conversation: 'C0BOTH' } as const;
    const found = announcedOn(
      'slack',
      policy([
        ['restrict', [both, both, { platform: 'teams', conversation: '19:x' }]],
        ['release', [{ platform: 'slack', conversation: 'C0ONE' }, both]],
      ]),
    );
    assert.deepEqual(found, [
      { id: 'C0BOTH', by: 'rules “restrict” and “release”' },
      { id: 'C0ONE', by: 'rule “release”' },
    ]);
  });
});
