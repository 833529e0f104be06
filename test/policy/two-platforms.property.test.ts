import assert from 'node:assert/strict';
import fc from 'fast-check';
import { idsOf, type Person } from '../../src/people/person.js';
import { evaluate } from '../../src/policy/evaluate.js';
import type { CastVote, Facts, Policy } from '../../src/policy/policy.js';
import { machine, person, teamsPerson } from '../support.js';
import { policyOf, ruleOf } from './small.js';

/** A human with a Slack account and a Teams account, who has linked the two or has not. */
interface Human {
  readonly name: string;
  readonly linked: boolean;
}

type Side = 'slack' | 'teams';

/** The human as seen on one side, with all that is proved. */
function seen({ name, linked }: Human, side: Side): Person {
  const aliases = linked ? [`slack:T0HOME:${name}`, `teams:t:${name}`] : [];
  if (side === 'teams') return teamsPerson(name, { aliases });
  return person(name, linked ? { id: `entra:t:${name}`, aliases } : {});
}

const names = ['a', 'b', 'c', 'd'];
const humans = (linked: fc.Arbitrary<boolean>) =>
  fc.tuple(...names.map((name) => linked.map((is): Human => ({ name, linked: is }))));
const side = fc.constantFrom<Side>('slack', 'teams');
const someone = fc.nat(names.length - 1);

const policy = (approvals: number): Policy =>
  policyOf({
    groups: new Map([['all', names.flatMap((name) => [`slack:T0HOME:${name}`, `entra:t:${name}`])]]),
    rules: [ruleOf({ requesters: ['all'], approvers: ['all'], approvals })],
  });

function facts(requester: Person, votes: readonly CastVote[]): Facts {
  const origin = { platform: 'slack', tenant: 'T0HOME', conversation: 'C0', direct: false } as const;
  return { action: 'restrict', requester, origin, device: machine(), comment: 'beacon', votes, now: 0 };
}

function scene(linked: fc.Arbitrary<boolean>) {
  const step = fc.record({ who: someone, side });
  return fc
    .record({ crowd: humans(linked), asker: step, clicks: fc.array(step, { maxLength: 8 }) })
    .map(({ crowd, asker, clicks }) => ({
      crowd,
      requester: { human: crowd[asker.who]!, person: seen(crowd[asker.who]!, asker.side) },
      clicks: clicks.map(({ who, side: on }) => ({ human: crowd[who]!, person: seen(crowd[who]!, on) })),
    }));
}

describe('evaluate, for any mix of accounts on two platforms', () => {
  const approve = (voter: Person): CastVote => ({ person: voter, decision: 'approve' });

  it('bug 3, bug 6: never counts one human twice nor the requester at all, whoever has linked, in any order', () => {
    let approved = 0;
    fc.assert(
      fc.property(scene(fc.boolean()), ({ requester, clicks }) => {
        const verdict = evaluate(
          policy(2),
          facts(
            requester.person,
            clicks.map((click) => approve(click.person)),
          ),
        );
        const counted = clicks
          .filter((_, index) => verdict.votes[index]?.counts === true)
          .map(({ human }) => human.name);
        assert.equal(new Set(counted).size, counted.length);
        assert.ok(!counted.includes(requester.human.name));
        assert.equal(verdict.decision === 'approved', counted.length >= 2);
        if (verdict.decision === 'approved') approved += 1;
      }),
      { numRuns: 1500 },
    );
    assert.ok(approved > 50, `only ${approved} of the cases were approved`);
  });

  it('counts everybody but the requester, from whichever side, where all have linked', () => {
    fc.assert(
      fc.property(scene(fc.constant(true)), ({ requester, clicks }) => {
        const { counted } = evaluate(
          policy(2),
          facts(
            requester.person,
            clicks.map((click) => approve(click.person)),
          ),
        );
        const others = new Set(clicks.map(({ human }) => `entra:t:${human.name}`));
        others.delete(`entra:t:${requester.human.name}`);
        assert.deepEqual([...counted], [...others]);
      }),
      { numRuns: 1000 },
    );
  });

  it('asks to link only those who have not', () => {
    fc.assert(
      fc.property(scene(fc.boolean()), ({ crowd, requester, clicks }) => {
        const votes = clicks.map((click) => approve(click.person));
        for (const standing of evaluate(policy(2), facts(requester.person, votes)).votes) {
          if (standing.counts || standing.why !== 'not told apart') continue;
          const unlinked = crowd.filter(({ linked }) => !linked).map(({ name }) => name);
          const named = /people: (.*) ha(?:s|ve) to link/.exec(standing.because)?.[1]?.split(' and ') ?? [];
          assert.ok(named.length > 0 && named.every((name) => unlinked.includes(name)), standing.because);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('stops at a denial by any approver but the requester, linked or not', () => {
    fc.assert(
      fc.property(scene(fc.boolean()), ({ requester, clicks }) => {
        const votes = clicks.map((click): CastVote => ({ person: click.person, decision: 'deny' }));
        const others = clicks.some(
          ({ person: voter }) => !idsOf(voter).some((id) => idsOf(requester.person).includes(id)),
        );
        assert.equal(
          evaluate(policy(1), facts(requester.person, votes)).decision,
          others ? 'vetoed' : 'needs approvals',
        );
      }),
      { numRuns: 500 },
    );
  });
});
