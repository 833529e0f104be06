import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Person } from '../../src/people/person.js';
import { evaluate } from '../../src/policy/evaluate.js';
import type { CastVote, Facts, Policy, Reason, Rule } from '../../src/policy/policy.js';
import { machine, person } from '../support.js';
import { policyOf, ruleOf } from './small.js';

const users = ['U1', 'U2', 'U3', 'U4', 'U5'];
const groupNames = ['red', 'green', 'blue'];
const idOf = (user: string) => `slack:T0HOME:${user}`;

const anyPerson: fc.Arbitrary<Person> = fc
  .record({
    user: fc.constantFrom(...users),
    standing: fc.oneof(
      { weight: 5, arbitrary: fc.constant('member' as const) },
      { weight: 1, arbitrary: fc.constantFrom('guest', 'external', 'bot', 'deactivated') },
    ),
  })
  .map(({ user, standing }) => person(user, { standing }));

const anyVote: fc.Arbitrary<CastVote> = fc.record({
  person: anyPerson,
  decision: fc.oneof(
    { weight: 6, arbitrary: fc.constant('approve' as const) },
    { weight: 1, arbitrary: fc.constant('deny' as const) },
  ),
});

const anyRule: fc.Arbitrary<Rule> = fc
  .record({
    name: fc.constantFrom('a', 'b'),
    actions: fc.subarray<'restrict' | 'release'>(['restrict', 'release']),
    requesters: fc.subarray(['anyone', 'gone', ...groupNames]),
    approvers: fc.subarray(['anyone', 'gone', ...groupNames]),
    approvals: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 4 }) },
      { weight: 1, arbitrary: fc.double() },
    ),
    expiryMs: fc.constant(3_600_000),
    announce: fc.constant({ origin: true, approvers: false, channels: [] }),
  })
  .map(ruleOf);

const anyPolicy: fc.Arbitrary<Policy> = fc
  .record({
    groups: fc
      .tuple(...groupNames.map((name) => fc.tuple(fc.constant(name), fc.subarray(users.map(idOf)))))
      .map((groups) => new Map(groups)),
    rules: fc.array(anyRule, { maxLength: 3 }),
  })
  .map(policyOf);

const anyFacts: fc.Arbitrary<Facts> = fc.record({
  action: fc.constantFrom('restrict', 'release'),
  requester: anyPerson,
  origin: fc.constant({ platform: 'slack' as const, tenant: 'T0HOME', conversation: 'C0', direct: false }),
  device: fc.constant(machine()),
  comment: fc.constant('beacon'),
  votes: fc.array(anyVote, { maxLength: 8 }),
  now: fc.constant(0),
});

/** Said anew and the slow way, so that the property does not repeat the code it checks. */
function eligible(policy: Policy, facts: Facts, { person: voter }: CastVote): boolean {
  const rule = policy.rules.find(({ actions }) => actions.includes(facts.action));
  const listed = [...policy.groups].some(
    ([name, ids]) => rule?.approvers.includes(name) === true && ids.includes(voter.id),
  );
  return listed && voter.standing === 'member' && voter.id !== facts.requester.id;
}

function nodes(reason: Reason): Reason[] {
  return [reason, ...(reason.parts ?? []).flatMap(nodes)];
}

/** What a verdict says, apart from the order in which it tells it. */
function meaning(policy: Policy, facts: Facts) {
  const { decision, counted, needed, rule } = evaluate(policy, facts);
  return { decision, counted: [...counted].sort(), needed, rule };
}

const check = (property: (policy: Policy, facts: Facts) => void) => {
  fc.assert(fc.property(anyPolicy, anyFacts, property), { numRuns: 1500 });
};

describe('evaluate, for any policy, people and votes', () => {
  it('approves only with enough different eligible people other than the requester, and no veto', () => {
    let approved = 0;
    check((policy, facts) => {
      const verdict = evaluate(policy, facts);
      if (verdict.decision !== 'approved') return;
      approved += 1;
      const valid = facts.votes.filter((vote) => eligible(policy, facts, vote));
      const yes = new Set(valid.filter(({ decision }) => decision === 'approve').map((vote) => vote.person.id));
      assert.ok(valid.every(({ decision }) => decision === 'approve'));
      assert.ok(Number.isInteger(verdict.needed) && yes.size >= verdict.needed);
      assert.equal(facts.requester.standing, 'member');
    });
    assert.ok(approved > 50, `only ${approved} of the cases were approved`);
  });

  it('counts each eligible approver once and nobody else', () => {
    check((policy, facts) => {
      const { decision, counted } = evaluate(policy, facts);
      const valid = facts.votes.filter((vote) => vote.decision === 'approve' && eligible(policy, facts, vote));
      const expected = decision === 'forbidden' ? [] : [...new Set(valid.map((vote) => vote.person.id))];
      assert.deepEqual(counted, expected);
    });
  });

  it('does not depend on the order of the votes, nor on votes said twice', () => {
    const shuffled = anyFacts.chain((facts) =>
      fc.tuple(
        fc.constant(facts),
        fc.shuffledSubarray([...facts.votes, ...facts.votes], { minLength: facts.votes.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(anyPolicy, shuffled, (policy, [facts, votes]) => {
        assert.deepEqual(meaning(policy, { ...facts, votes }), meaning(policy, facts));
      }),
      { numRuns: 1000 },
    );
  });

  it('is never brought to “approved” by one more name in a group, unless that person has voted', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, fc.constantFrom(...groupNames), (policy, facts, name) => {
        const groups = new Map(policy.groups).set(name, [...(policy.groups.get(name) ?? []), idOf('U99')]);
        const before = evaluate(policy, facts);
        const after = evaluate({ ...policy, groups }, facts);
        assert.equal(after.needed, before.needed);
        if (after.decision === 'approved') assert.ok(after.counted.length >= after.needed);
        if (before.decision === 'needs approvals') assert.deepEqual(after.counted, before.counted);
        if (before.decision === 'needs approvals') assert.equal(after.decision, 'needs approvals');
      }),
      { numRuns: 1000 },
    );
  });

  it('gives full sentences, and a yes above nothing but yes, skipped votes apart', () => {
    check((policy, facts) => {
      const { reason } = evaluate(policy, facts);
      for (const { what, because } of nodes(reason)) assert.match(`${what}: ${because}`, /^[A-Z].*: .*\.$/);
      if (reason.outcome === 'yes') assert.ok(reason.parts?.every(({ outcome }) => outcome === 'yes'));
    });
  });
});
