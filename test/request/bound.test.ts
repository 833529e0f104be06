import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Origin } from '../../src/command/model.js';
import { mentionsRequest } from '../../src/defender/comment.js';
import { type Account, entraId } from '../../src/people/person.js';
import { PlatformError } from '../../src/platform.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { parsePolicy } from '../../src/policy/load.js';
import { commitmentOf, tampering } from '../../src/request/commitment.js';
import { withLinksAsOfNow } from '../../src/request/people.js';
import { requestStates } from '../../src/request/life.js';
import type { Request } from '../../src/request/request.js';
import { changedTerms } from '../../src/request/terms.js';
import { factsOf } from '../../src/request/vote.js';
import { Harness, incidentChannel, objectId, standardPolicy, teamsChannel, teamsTenant } from '../harness.js';
import { machine } from '../support.js';

/** Humans, each with a Slack account of this name and a Teams account of this number, which the policy file links. */
const users = ['UREQ', 'UAPP1', 'UAPP2', 'UAPP3', 'UOTHER'] as const;
type User = (typeof users)[number];
type Side = 'slack' | 'teams';

function accountOn(side: Side, user: User): Account {
  if (side === 'slack') return { platform: 'slack', tenant: 'T0HOME', user };
  return { platform: 'teams', tenant: teamsTenant, user: objectId(users.indexOf(user)) };
}

function humanOf(account: Account): User | undefined {
  return users.find((user) => [user, accountOn('teams', user).user].includes(account.user));
}

interface Rule {
  readonly approvals: number;
  readonly leads: readonly User[];
  readonly expires: '30m' | '60m';
}

function policyOf({ approvals, leads, expires }: Rule): string {
  const same = users.map((user) => `    - [slack:T0HOME:${user}, "${entraId(accountOn('teams', user))}"]`).join('\n');
  const announce = `announce: [origin, approvers, slack:${incidentChannel}, "teams:${teamsChannel}"]`;
  return standardPolicy
    .replace(/leads: \[.*\]/, `leads: [${leads.map((user) => `slack:T0HOME:${user}`).join(', ')}]`)
    .replace('approvals: 1', `approvals: ${approvals}\n    expires: ${expires}\n    ${announce}`)
    .concat(`people:\n  same:\n${same}\n`);
}

type Step =
  | { readonly do: 'ask'; readonly side: Side }
  | { readonly do: 'press'; readonly user: User; readonly side: Side; readonly card: number; readonly deny: boolean }
  | { readonly do: 'replay'; readonly user: User; readonly side: Side; readonly token: number; readonly place: number }
  | { readonly do: 'say'; readonly user: User; readonly side: Side; readonly text: string }
  | { readonly do: 'policy'; readonly rule: Rule }
  | { readonly do: 'slack'; readonly answers: boolean }
  | { readonly do: 'wait'; readonly ms: number };

/** Mostly such as may approve: else little ever gets far. */
const user = fc.constantFrom<User>(...users, 'UAPP1', 'UAPP1', 'UAPP2', 'UAPP2', 'UAPP3');
const side = fc.constantFrom<Side>('slack', 'teams');
const rule: fc.Arbitrary<Rule> = fc.record({
  approvals: fc.constantFrom(1, 2, 2),
  leads: fc.subarray(['UREQ', 'UAPP1', 'UAPP2', 'UAPP3'] as const, { minLength: 3 }),
  expires: fc.constantFrom('30m', '60m'),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('ask' as const), side }),
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('press' as const),
      user,
      side,
      card: fc.nat(5),
      deny: fc.integer({ min: 0, max: 19 }).map((chance) => chance === 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('replay' as const), user, side, token: fc.nat(30), place: fc.nat(5) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      user,
      side,
      text: fc.constantFrom('unvote', 'unvote', 'unvote', 'approve'),
    }),
  },
  fc.record({
    do: fc.constant('say' as const),
    user: fc.constant('UREQ' as const),
    side,
    text: fc.constantFrom('edit one', 'edit two'),
  }),
  fc.record({ do: fc.constant('policy' as const), rule }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('slack' as const), answers: fc.boolean() }) },
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 70_000, 700_000) }),
);
/** What happens between two looks: on the one replica, or at the same time on both. */
const moment = fc.array(step, { minLength: 1, maxLength: 3 });

/** Two replicas over one store, and what was ever seen on their cards. */
class World {
  readonly seen: { readonly token: string; readonly origin: Origin }[] = [];

  constructor(
    readonly cordon: Harness,
    readonly other: Harness,
  ) {}

  look(): void {
    for (const { sent, card } of this.cordon.cards()) {
      const direct = sent.target.to === 'person';
      const { platform, conversation } = sent.ref;
      const tenant = platform === 'slack' ? 'T0HOME' : teamsTenant;
      for (const { token } of card.buttons) {
        if (this.seen.some((each) => each.token === token)) continue;
        this.seen.push({ token, origin: { platform, tenant, conversation, direct } });
      }
    }
  }

  /** Stores what somebody does; nobody has worked on it yet. */
  async take(step: Step): Promise<void> {
    const { cordon, other, seen } = this;
    switch (step.do) {
      case 'ask':
        await cordon.acceptFrom(accountOn(step.side, 'UREQ'), { kind: 'text', text: 'restrict pc1 because' });
        return;
      case 'press': {
        const account = accountOn(step.side, step.user);
        const mine = cordon.cards().filter(({ sent: { ref, target }, card }) => {
          const visible = target.to !== 'person' || target.account.user === account.user;
          return ref.platform === account.platform && visible && card.buttons.length > 1;
        });
        const found = mine.at(step.card % Math.max(1, mine.length));
        const token = found?.card.buttons[step.deny ? 1 : 0]?.token;
        const origin = seen.find((each) => each.token === token)?.origin;
        if (token === undefined || origin === undefined) return;
        await cordon.acceptFrom(account, { kind: 'press', token, ...(step.deny ? { reason: 'no' } : {}) }, origin);
        return;
      }
      case 'replay': {
        const token = seen.at(step.token % Math.max(1, seen.length))?.token;
        const origin = seen.at(step.place % Math.max(1, seen.length))?.origin;
        if (token === undefined || origin === undefined) return;
        await cordon.acceptFrom(accountOn(step.side, step.user), { kind: 'press', token, reason: 'again' }, origin);
        return;
      }
      case 'say': {
        const [open] = await cordon.store.requestsIn(requestStates, 1);
        const [verb = '', rest = ''] = step.text.split(' ');
        const text = `${verb} #${open?.id ?? 'AAAA0000'} ${rest}`;
        await cordon.acceptFrom(accountOn(step.side, step.user), { kind: 'text', text });
        return;
      }
      case 'policy':
        cordon.policy = other.policy = parsePolicy(policyOf(step.rule), 'policy.yaml');
        return;
      case 'slack': {
        const down = new PlatformError('refused', 'slack_down', 'no answer');
        cordon.slack.fail = (operation, who) =>
          !step.answers && operation === 'lookUp' && who === 'UREQ' ? down : undefined;
        return;
      }
      case 'wait':
        cordon.clock = other.clock = cordon.clock + step.ms;
    }
  }
}

/** At the instant at which the call leaves. */
async function checkCall(cordon: Harness, machineId: string, comment: string): Promise<void> {
  const requests = await cordon.store.requestsIn(['sending'], 10);
  const request = requests.find((each) => mentionsRequest(comment, each.id));
  assert.ok(request, 'the call is of a Request that is being sent');
  assert.equal(tampering(request), undefined);
  assert.equal(request.commitment, commitmentOf(request));
  assert.equal(machineId, request.device.id);
  assert.ok(comment.includes(`] ${request.comment}`) || comment.includes(request.comment));
  assert.ok(
    request.votes.every((vote) => vote.revision === request.revision && vote.commitment === request.commitment),
  );

  const { policy, context } = cordon;
  const [current] = policy.rules;
  const leads = policy.groups.get('leads') ?? [];
  const humans = request.votes.map(({ person }) => humanOf(person.account));
  assert.equal(new Set(humans).size, humans.length, 'one human, one vote');
  assert.ok(humans.every((human) => human !== 'UREQ' && leads.includes(`slack:T0HOME:${human}`)));
  assert.ok(humans.length >= (current?.approvals ?? Infinity), `${humans.length} approvals`);
  assert.ok(request.votes.every(({ decision }) => decision === 'approve'));

  const known = await withLinksAsOfNow(context, request);
  const verdict = evaluate(policy, factsOf(known, known.votes, cordon.clock, { recent: [], askedAt: 0 }));
  assert.equal(verdict.decision, 'approved');
  assert.equal(changedTerms(request, verdict), undefined, 'asked, approved and sent under the same terms');
}

function checkStored(request: Request): void {
  assert.equal(tampering(request), undefined);
  const humans = request.votes.map(({ person }) => humanOf(person.account));
  assert.equal(new Set(humans).size, humans.length, 'one human, one vote');
}

describe('whatever is pressed, changed and taken back, on two replicas', function () {
  this.timeout(240_000);

  it('is sent only as it was approved, by a policy that is satisfied at that instant', async () => {
    let calls = 0;
    const lost = { revised: 0, takenBack: 0, misplaced: 0, stale: 0, reopened: 0 };
    await fc.assert(
      fc.asyncProperty(rule, fc.array(moment, { minLength: 6, maxLength: 16 }), async (firstRule, moments) => {
        const text = policyOf(firstRule);
        const cordon = await Harness.open(text);
        const other = await cordon.beside(text);
        const world = new World(cordon, other);
        const { defender, store } = cordon;
        defender.machines = [machine({ computerDnsName: 'pc1' })];
        const submit = defender.submit.bind(defender);
        const wrong: unknown[] = [];
        defender.submit = async (...call) => {
          calls += 1;
          await checkCall(cordon, call[1], call[2]).catch((error: unknown) => wrong.push(error));
          return submit(...call);
        };
        try {
          await world.take({ do: 'ask', side: 'slack' });
          await cordon.settle();
          for (const steps of moments) {
            world.look();
            for (const each of steps) await world.take(each);
            await Promise.all([cordon.turn(), other.turn()]);
            await cordon.settle();
            if (wrong.length > 0) throw wrong[0];
            for (const request of await store.requestsIn(requestStates, 50)) checkStored(request);
          }
          for (const { id } of await store.requestsIn(requestStates, 50)) {
            for (const { what, from, to } of await store.auditOf({ requestId: id }, 500)) {
              if (what === 'request.revised') lost.revised += 1;
              if (what === 'vote.taken-back') lost.takenBack += 1;
              if (what === 'vote.taken-back' && from !== undefined && to !== undefined) lost.reopened += 1;
              if (what === 'vote.misplaced') lost.misplaced += 1;
              if (what === 'vote.stale') lost.stale += 1;
            }
          }
        } finally {
          await store.close();
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
    assert.ok(calls > 0 && lost.revised > 0 && lost.misplaced > 0, `${calls} calls, ${JSON.stringify(lost)}`);
  });
});
