import assert from 'node:assert/strict';
import { parsePolicy } from '../../src/policy/load.js';
import { PolicyError } from '../../src/policy/policy-error.js';
import { small } from './small.js';

const good = `${small}owners: [soc-leads]
stop: [soc-leads]
ceilings:
  - { name: burst, per: person, devices: 10, within: 10m, then: { from: [soc-leads] } }
  - { name: flood, per: group, groups: [soc], devices: 100, within: 2h, then: forbid, tell: false }
`;

function mistakes(text: string): string {
  try {
    parsePolicy(text, 'policy.yaml');
  } catch (thrown) {
    assert.ok(thrown instanceof PolicyError);
    return thrown.message;
  }
  return 'none';
}

describe('owners, stop and ceilings in the policy file', () => {
  it('are read, with what is usual where nothing is written', () => {
    const { owners, stoppers, ceilings } = parsePolicy(good, 'policy.yaml');
    assert.deepEqual([owners, stoppers], [['soc-leads'], ['soc-leads']]);
    const then = { approvals: 1, from: ['soc-leads'] };
    assert.deepEqual(ceilings, [
      { name: 'burst', per: 'person', groups: [], devices: 10, withinMs: 600_000, then, tell: true },
      { name: 'flood', per: 'group', groups: ['soc'], devices: 100, withinMs: 7_200_000, then: 'forbid', tell: false },
    ]);
    const without = parsePolicy(small, 'policy.yaml');
    assert.deepEqual([without.owners, without.stoppers, without.ceilings], [[], [], []]);
  });

  it('are part of the revision, and change nothing of it where they are not written', () => {
    const revisions = [
      small,
      good,
      good.replace('devices: 10,', 'devices: 11,'),
      good.replace('stop: [soc-leads]', 'stop: [soc]'),
      good.replace('owners: [soc-leads]', 'owners: [soc]'),
      good.replace('within: 2h', 'within: 3h'),
    ].map((text) => parsePolicy(text, 'policy.yaml').revision);
    assert.equal(new Set(revisions).size, revisions.length);
    assert.equal(parsePolicy(`${small}owners: []\nceilings: []\n`, 'policy.yaml').revision, revisions[0]);
  });

  for (const [from, to, words] of [
    [
      'owners: [soc-leads]',
      'owners: [soc-lead]',
      /owners\[0\]: there is no group “soc-lead”; did you mean “soc-leads”/,
    ],
    ['stop: [soc-leads]', 'stop: [anyone]', /stop\[0\]: there is no group “anyone”/],
    ['from: [soc-leads]', 'from: [nobody]', /ceilings\[0\]\.then\.from\[0\]: there is no group “nobody”/],
    ['groups: [soc],', '', /ceilings\[1\]\.groups: write a list of groups whose people are counted together/],
    ['per: person,', 'per: person, groups: [soc],', /ceilings\[0\]\.groups: write a list.*only with “per: group”/],
    ['name: flood', 'name: burst', /ceilings\[1\]\.name: another ceiling is called “burst”/],
    ['owners: [soc-leads]', 'owners: []', /ceilings\[0\]: nobody would be told; name groups under owners/],
    ['within: 10m', 'within: 3d', /within: write a time such as 10m or 2h, at least 1m and at most 24h/],
    ['within: 10m', 'within: 0m', /within: write a time/],
    ['devices: 10,', 'devices: 0,', /devices: write 1 or more/],
    ['then: forbid', 'then: ask', /ceilings\[1\]\.then: write forbid, or what it needs besides/],
    ['tell: false', 'tel: false', /ceilings\[1\]\.tel: unknown field; did you mean “tell”/],
  ] as const) {
    it(`are refused with ${to === '' ? `no “${from}”` : to}`, () => {
      assert.match(mistakes(good.replace(from, to)), words);
    });
  }
});
