import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evaluate } from '../../src/policy/evaluate.js';
import { allNeeds, implies, isMet, jointNeed, leastPeople, waysOf } from '../../src/policy/need.js';
import type { CastVote, Facts, Need, Policy } from '../../src/policy/policy.js';
import type { Person } from '../../src/people/person.js';
import { machine, person } from '../support.js';
import { policyOf, ruleOf } from './small.js';

const groupNames = ['red', 'green', 'blue'];
const users = ['U1', 'U2', 'U3', 'U4', 'U5', 'U6'];
const idOf = (user: string) => `slack:T0HOME:${user}`;

const from: fc.Arbitrary<Need> = fc.record({
  kind: fc.constant('from'),
  groups: fc.subarray(groupNames, { minLength: 1 }),
  approvals: fc.integer({ min: 1, max: 3 }),
});
const { need: anyNeed } = fc.letrec<{ need: Need }>((tie) => ({
  need: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    from,
    fc.record({
      kind: fc.constantFrom<'all' | 'any'>('all', 'any'),
      parts: fc.array(tie('need'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

/** The groups of some people. */
const anyPeople = fc.array(fc.subarray(groupNames), { maxLength: 6 });

type People = readonly (readonly string[])[];

/** Said anew and the slow way: every way of handing out people to the parts of an `all` is tried. */
function metByTrying(need: Need, people: People): boolean {
  if (need.kind === 'from') {
    return people.filter((groups) => groups.some((name) => need.groups.includes(name))).length >= need.approvals;
  }
  if (need.kind === 'any') return need.parts.some((part) => metByTrying(part, people));
  return handedOut(need.parts, people);
}

function handedOut(parts: readonly Need[], people: People): boolean {
  const [first, ...rest] = parts;
  if (first === undefined) return true;
  return subsets(people).some(([taken, left]) => metByTrying(first, taken) && handedOut(rest, left));
}

function subsets(people: People): [People, People][] {
  const [first, ...rest] = people;
  if (first === undefined) return [[[], []]];
  return subsets(rest).flatMap(([taken, left]): [People, People][] => [
    [[first, ...taken], left],
    [taken, [first, ...left]],
  ]);
}

describe('whether people meet a need', () => {
  it('is as trying every way to hand them out says', () => {
    const small = fc.tuple(
      anyNeed.filter((need) => (leastPeople(need) ?? 0) <= 5 && waysOf(need).length <= 12),
      fc.array(fc.subarray(groupNames), { maxLength: 5 }),
    );
    let met = 0;
    fc.assert(
      fc.property(small, ([need, people]) => {
        const expected = metByTrying(need, people);
        assert.equal(isMet(need, people), expected);
        if (expected) met += 1;
      }),
      { numRuns: 1500 },
    );
    assert.ok(met > 100, `only ${met} of the needs were met`);
  });

  it('never takes fewer people than the least number', () => {
    fc.assert(
      fc.property(anyNeed, anyPeople, (need, people) => {
        if (isMet(need, people)) assert.ok(people.length >= (leastPeople(need) ?? Infinity));
      }),
      { numRuns: 1500 },
    );
  });

  it('does not depend on the order of the people, and one more person takes nothing away', () => {
    const shuffled = anyPeople.chain((people) =>
      fc.tuple(fc.constant(people), fc.shuffledSubarray(people, { minLength: people.length }), fc.subarray(groupNames)),
    );
    fc.assert(
      fc.property(anyNeed, shuffled, (need, [people, other, more]) => {
        assert.equal(isMet(need, other), isMet(need, people));
        if (isMet(need, people)) assert.ok(isMet(need, [...people, more]));
      }),
      { numRuns: 1500 },
    );
  });

  it('is not changed by people of no group that is named', () => {
    fc.assert(
      fc.property(anyNeed, anyPeople, (need, people) => {
        assert.equal(isMet(need, [...people, [], ['gone']]), isMet(need, people));
      }),
    );
  });

  it('is only ever harder with an extra need', () => {
    fc.assert(
      fc.property(anyNeed, from, anyPeople, (need, extra, people) => {
        const both = allNeeds([need, extra]);
        if (isMet(both, people)) assert.ok(isMet(need, people) && isMet(extra, people));
        assert.ok((leastPeople(both) ?? 0) > (leastPeople(need) ?? Infinity));
      }),
      { numRuns: 1500 },
    );
  });

  it('is “no” of a need that is not well formed, whoever approves', () => {
    const everybody = Array.from({ length: 50 }, () => groupNames);
    const wide: Need = {
      kind: 'any',
      parts: Array.from({ length: 10 }, () => ({ kind: 'from', groups: ['red'], approvals: 1 })),
    };
    const bad: Need[] = [
      { kind: 'all', parts: [] },
      { kind: 'any', parts: [] },
      {
        kind: 'all',
        parts: [
          { kind: 'from', groups: ['red'], approvals: 1 },
          { kind: 'all', parts: [] },
        ],
      },
      ...[NaN, -1, 0.5, Infinity].map((approvals): Need => ({ kind: 'from', groups: ['red'], approvals })),
      { kind: 'all', parts: [wide, wide, wide] },
      { kind: 'from', groups: ['red'], approvals: 201 },
    ];
    for (const need of bad) {
      assert.ok(!isMet(need, everybody), JSON.stringify(need));
      assert.equal(leastPeople(need), undefined);
    }
  });

  it('follows from a stronger need, and a joint one is as strong as each', () => {
    let followed = 0;
    fc.assert(
      fc.property(anyNeed, anyNeed, anyPeople, (a, b, people) => {
        if (implies(a, b)) {
          followed += 1;
          if (isMet(a, people)) assert.ok(isMet(b, people));
        }
        if (isMet(jointNeed([a, b]), people)) assert.ok(isMet(a, people) && isMet(b, people));
      }),
      { numRuns: 2000 },
    );
    assert.ok(followed > 50, `only ${followed} followed`);
  });
});

/** Humans with up to three accounts, each seen under one of them with what is proved of the others now or was when they voted. */
const anyVoter = fc.record({
  human: fc.nat(users.length - 1),
  account: fc.nat(2),
  by: fc.constantFrom<'aliases' | 'formerly'>('aliases', 'formerly'),
});

function seen({ human, account, by }: { human: number; account: number; by: 'aliases' | 'formerly' }): Person {
  const ids = [0, 1, 2].map((each) => `${users[human]!}${each === 0 ? '' : `X${each}`}`);
  return person(ids[account]!, { [by]: ids.map(idOf) });
}

const anyGroups = fc
  .tuple(...groupNames.map((name) => fc.tuple(fc.constant(name), fc.subarray(users.map(idOf)))))
  .map((groups) => new Map(groups));

const facts = (votes: readonly CastVote[], over: Partial<Facts> = {}): Facts => ({
  action: 'restrict',
  requester: person('U9'),
  origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C0', direct: false },
  device: machine(),
  comment: 'beacon',
  votes,
  now: 0,
  ...over,
});

const approve = (voter: Person): CastVote => ({ person: voter, decision: 'approve' });
const withNeed = (need: Need, groups: Policy['groups']): Policy => policyOf({ groups, rules: [ruleOf({ need })] });

describe('evaluate, for any tree of needs', () => {
  it('counts one human once, under whatever accounts they are known', () => {
    fc.assert(
      fc.property(anyNeed, anyGroups, fc.array(anyVoter, { maxLength: 8 }), (need, groups, voters) => {
        const verdict = evaluate(withNeed(need, groups), facts(voters.map((voter) => approve(seen(voter)))));
        const counted = voters.filter((_, index) => verdict.votes[index]?.counts === true).map(({ human }) => human);
        assert.equal(new Set(counted).size, counted.length);
        if (verdict.decision === 'approved') assert.ok(counted.length >= verdict.needed);
      }),
      { numRuns: 1500 },
    );
  });

  it('is approved exactly where those who count meet the need, in any order of their votes', () => {
    const votes = fc
      .subarray(users)
      .chain((voters) => fc.tuple(fc.constant(voters), fc.shuffledSubarray(voters, { minLength: voters.length })));
    let approved = 0;
    fc.assert(
      fc.property(anyNeed, anyGroups, votes, (need, groups, [voters, other]) => {
        const decide = (names: readonly string[]) =>
          evaluate(withNeed(need, groups), facts(names.map((name) => approve(person(name)))));
        const verdict = decide(voters);
        const people = voters.map((user) => groupNames.filter((name) => groups.get(name)?.includes(idOf(user))));
        if (verdict.decision !== 'forbidden') assert.equal(verdict.decision === 'approved', isMet(need, people));
        assert.equal(decide(other).decision, verdict.decision);
        if (verdict.decision === 'approved') approved += 1;
      }),
      { numRuns: 1500 },
    );
    assert.ok(approved > 50, `only ${approved} were approved`);
  });

  it('is never unsettled by one more approval, nor helped by one from outside the groups', () => {
    fc.assert(
      fc.property(anyNeed, anyGroups, fc.subarray(users), fc.constantFrom(...users), (need, groups, voters, more) => {
        const decide = (names: readonly string[]) =>
          evaluate(withNeed(need, groups), facts(names.map((name) => approve(person(name))))).decision;
        const before = decide(voters);
        if (before === 'approved') assert.equal(decide([...voters, more]), 'approved');
        assert.equal(decide([...voters, 'U77']), before);
        assert.equal(decide(['U77', ...voters]), before);
      }),
      { numRuns: 1500 },
    );
  });

  it('is at least as strict for a server as for a workstation, and for a domain controller as for a server', () => {
    const device = (osPlatform: string | null, machineTags: readonly string[] = []) =>
      machine({ osPlatform, machineTags });
    const kinds = [device('Windows11'), device('WindowsServer2022'), device('WindowsServer2022', ['Tier0'])];
    const rank = { forbidden: 0, vetoed: 0, 'needs approvals': 1, approved: 2 };
    fc.assert(
      fc.property(anyNeed, anyGroups, fc.subarray(users), (need, groups, voters) => {
        const votes = voters.map((name) => approve(person(name)));
        const ranks = kinds.map(
          (kind) => rank[evaluate(withNeed(need, groups), facts(votes, { device: kind })).decision],
        );
        assert.deepEqual(
          ranks,
          [...ranks].sort((a, b) => b - a),
        );
        const unknown = evaluate(withNeed(need, groups), facts(votes, { device: device(null) }));
        assert.ok(rank[unknown.decision] <= (ranks[1] ?? 0));
      }),
      { numRuns: 1000 },
    );
  });
});
