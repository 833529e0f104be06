import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ceilings } from '../../src/policy/ceilings.js';
import { evaluate } from '../../src/policy/evaluate.js';
import type { Ceiling, Facts, Policy, RecentRequest } from '../../src/policy/policy.js';
import { machine, person } from '../support.js';
import { policyOf, ruleOf } from './small.js';

const users = ['U1', 'U2', 'U3', 'U4', 'U5', 'U6'];
const groupNames = ['red', 'green', 'blue'];
const idOf = (user: string) => `slack:T0HOME:${user}`;
const deviceOf = (count: number) => machine({ id: String(count).repeat(40) });

const anyCeiling: fc.Arbitrary<Ceiling> = fc
  .record({
    name: fc.constantFrom('a', 'b'),
    per: fc.constantFrom('person', 'group', 'tenant'),
    groups: fc.subarray(groupNames, { minLength: 1 }),
    devices: fc.integer({ min: 1, max: 4 }),
    withinMs: fc.constantFrom(10, 50, 100),
    then: fc.oneof(
      fc.constant('forbid' as const),
      fc.record({ approvals: fc.integer({ min: 1, max: 2 }), from: fc.subarray(groupNames, { minLength: 1 }) }),
    ),
    tell: fc.boolean(),
  })
  .map((ceiling) => (ceiling.per === 'group' ? ceiling : { ...ceiling, groups: [] }));

const anyPolicy: fc.Arbitrary<Policy> = fc
  .record({
    ceilings: fc.array(anyCeiling, { maxLength: 3 }),
    approvals: fc.integer({ min: 0, max: 2 }),
    approvers: fc.subarray(groupNames, { minLength: 1 }),
    members: fc.array(fc.subarray(users.map(idOf)), { minLength: 3, maxLength: 3 }),
  })
  .map(({ members, approvals, approvers, ceilings }) =>
    policyOf({
      groups: new Map(groupNames.map((name, index) => [name, members[index] ?? []])),
      rules: [ruleOf({ actions: ['restrict', 'release'], approvers, approvals })],
      owners: ['red'],
      ceilings,
    }),
  );

const anyRecent: fc.Arbitrary<RecentRequest[]> = fc.array(
  fc.record({
    requesterIds: fc.constantFrom(...users).map((user) => [idOf(user)]),
    deviceId: fc.nat(6).map((count) => deviceOf(count).id),
    createdAt: fc.integer({ min: 0, max: 100 }),
  }),
  { maxLength: 12 },
);

const anyFacts: fc.Arbitrary<Facts> = fc.record({
  action: fc.constantFrom('restrict' as const, 'release' as const),
  requester: fc.constantFrom(...users).map((user) => person(user)),
  origin: fc.constant({ platform: 'slack' as const, tenant: 'T0HOME', conversation: 'C0', direct: false }),
  device: fc.nat(6).map(deviceOf),
  comment: fc.constant('x'),
  votes: fc.array(
    fc.record({
      person: fc.constantFrom(...users).map((user) => person(user)),
      decision: fc.constant('approve' as const),
    }),
    { maxLength: 6 },
  ),
  now: fc.constant(1_000),
  askedAt: fc.constant(100),
  recent: anyRecent,
});

const rank = { approved: 2, 'needs approvals': 1, vetoed: 0, forbidden: 0 } as const;

describe('ceilings, for any policy, people and past', () => {
  it('never make anything easier, and leave releases alone', () => {
    let harder = 0;
    fc.assert(
      fc.property(anyPolicy, anyFacts, (policy, facts) => {
        const without = evaluate({ ...policy, ceilings: [] }, facts);
        const verdict = evaluate(policy, facts);
        assert.ok(verdict.needed >= without.needed);
        assert.ok(rank[verdict.decision] <= rank[without.decision]);
        if (facts.action === 'release') assert.deepEqual(verdict, without);
        if (rank[verdict.decision] < rank[without.decision]) harder += 1;
      }),
      { numRuns: 1_500 },
    );
    assert.ok(harder > 50, `only ${harder} of the cases were harder`);
  });

  it('are crossed by exactly the device above them, however often one device was asked for', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, (policy, facts) => {
        const { crossed } = ceilings(policy, { ...facts, action: 'restrict' });
        for (const ceiling of policy.ceilings) {
          const own = facts.requester.id;
          const members = ceiling.groups.flatMap((name) => policy.groups.get(name) ?? []);
          const counted = (id: string): boolean =>
            ceiling.per === 'tenant' || (ceiling.per === 'person' ? id === own : members.includes(id));
          const mine = (facts.recent ?? [])
            .filter(({ createdAt, requesterIds }) => createdAt > 100 - ceiling.withinMs && counted(requesterIds[0]!))
            .map(({ deviceId }) => deviceId);
          const distinct = new Set([...mine, facts.device.id]).size;
          const isCrossed = counted(own) && distinct > ceiling.devices;
          assert.equal(
            crossed.some((each) => each.ceiling === ceiling),
            isCrossed,
          );
        }
        const twice = ceilings(policy, { ...facts, recent: [...(facts.recent ?? []), ...(facts.recent ?? [])] });
        assert.deepEqual(twice, ceilings(policy, facts));
      }),
      { numRuns: 1_500 },
    );
  });

  it('are satisfied only where each place is filled by another eligible person', () => {
    let approved = 0;
    fc.assert(
      fc.property(anyPolicy, anyFacts, (policy, facts) => {
        const verdict = evaluate(policy, facts);
        if (verdict.decision !== 'approved' || verdict.extra.length === 0) return;
        approved += 1;
        const places = [
          ...Array.from({ length: policy.rules[0]!.approvals }, () => policy.rules[0]!.approvers),
          ...ceilings(policy, facts).needs.flatMap(({ need }) =>
            Array.from({ length: need.approvals }, () => need.groups),
          ),
        ];
        assert.ok(seats(policy, places, verdict.counted));
        assert.ok(!verdict.counted.includes(facts.requester.id));
      }),
      { numRuns: 3_000 },
    );
    assert.ok(approved > 20, `only ${approved} of the cases were approved above a ceiling`);
  });

  it('forbid where it is not known what was asked for', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, (policy, { recent: _, ...facts }) => {
        fc.pre(policy.ceilings.some(({ per }) => per !== 'group') && facts.action === 'restrict');
        assert.equal(evaluate(policy, facts).decision, 'forbidden');
      }),
    );
  });
});

/** Tries every way, the slow way. */
function seats(policy: Policy, places: readonly (readonly string[])[], people: readonly string[]): boolean {
  const [place, ...rest] = places;
  if (place === undefined) return true;
  return people
    .filter((id) => place.some((group) => policy.groups.get(group)?.includes(id)))
    .some((id) =>
      seats(
        policy,
        rest,
        people.filter((other) => other !== id),
      ),
    );
}
