import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mentionsRequest } from '../../src/defender/comment.js';
import { DefenderError } from '../../src/defender/errors.js';
import { type Account, entraId } from '../../src/people/person.js';
import { next, requestEvents, requestStates } from '../../src/request/life.js';
import { Harness, incidentChannel, objectId, standardPolicy, teamsChannel, teamsTenant } from '../harness.js';
import { machine } from '../support.js';

/** Humans, each with a Slack account of this name and a Teams account of this number. */
const users = ['UREQ', 'UAPP1', 'UAPP2', 'UOTHER'] as const;
const leads = ['UREQ', 'UAPP1', 'UAPP2'];
type Side = 'slack' | 'teams';

function accountOn(side: Side, user: string): Account {
  if (side === 'slack') return { platform: 'slack', tenant: 'T0HOME', user };
  return { platform: 'teams', tenant: teamsTenant, user: objectId(users.findIndex((each) => each === user)) };
}

/** The human behind an account, whatever Cordon knows of it. */
function humanOf(account: Account): string | undefined {
  return users.find((user) => [user, accountOn('teams', user).user].includes(account.user));
}

/** Everybody under both ids. */
function policyFor(quorum: number): string {
  const both = standardPolicy.replaceAll(/slack:T0HOME:(\w+)/g, (slack, user: string) => {
    return `${slack}, "${entraId(accountOn('teams', user))}"`;
  });
  const announce = `announce: [origin, slack:${incidentChannel}, "teams:${teamsChannel}"]`;
  return both
    .replace('approvals: 1', `approvals: ${quorum}\n    ${announce}`)
    .replace('rules:', 'stop: [leads]\nrules:');
}

type Step =
  | { readonly do: 'ask'; readonly user: string; readonly side: Side; readonly device: string; readonly verb: string }
  | { readonly do: 'press'; readonly user: string; readonly side: Side; readonly card: number; readonly button: number }
  | { readonly do: 'withdraw' | 'cancel'; readonly user: string; readonly side: Side; readonly card: number }
  | { readonly do: 'link'; readonly user: string }
  | { readonly do: 'unlink'; readonly user: string; readonly side: Side }
  | { readonly do: 'stop' | 'resume'; readonly user: string }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'status'; readonly status: string }
  | { readonly do: 'cancel answer'; readonly lost: string }
  | { readonly do: 'listing'; readonly fails: boolean }
  | { readonly do: 'answer'; readonly kind: 'lost after' | 'lost before' | 'forbidden' | 'dies after' }
  | { readonly do: 'restart' };

const lostAnswer = new DefenderError('timed_out', 'lost', { taken: 'unknown', userText: 'Lost.' });

const user = fc.constantFrom(...users);
const side = fc.constantFrom<Side>('slack', 'teams');
const card = fc.nat(3);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      user,
      side,
      device: fc.constantFrom('pc1', 'pc2'),
      verb: fc.constantFrom('restrict', 'release'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('press' as const), user, side, card, button: fc.nat(4) }) },
  fc.record({ do: fc.constant('withdraw' as const), user, side, card }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), user, side, card }) },
  fc.record({ do: fc.constant('cancel answer' as const), lost: fc.constantFrom('before', 'after') }),
  fc.record({ do: fc.constant('listing' as const), fails: fc.boolean() }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('link' as const), user }) },
  fc.record({ do: fc.constant('unlink' as const), user, side }),
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 5_000, 70_000, 4_000_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('status' as const),
      status: fc.constantFrom('InProgress', 'Succeeded', 'Failed', 'TimeOut', 'Cancelled', 'Odd'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      kind: fc.constantFrom('lost after', 'lost before', 'forbidden', 'dies after'),
    }),
  },
  fc.constant({ do: 'restart' as const }),
  fc.record({ do: fc.constantFrom('stop' as const, 'resume' as const), user }),
);

/** Most have linked their accounts before: else little crosses platforms. */
const linkedFirst = fc.subarray([...users], { minLength: 2 });

async function take(cordon: Harness, step: Step): Promise<void> {
  const cards = cordon.cards();
  switch (step.do) {
    case 'ask':
      return cordon.sayFrom(accountOn(step.side, step.user), `${step.verb} ${step.device} because`);
    case 'press': {
      const button = cards.at(step.card % Math.max(1, cards.length))?.card.buttons.at(step.button === 0 ? 1 : 0);
      if (!button) return;
      await cordon.acceptFrom(accountOn(step.side, step.user), {
        kind: 'press',
        token: button.token,
        reason: 'because',
      });
      return cordon.settle();
    }
    case 'withdraw': {
      const id = cards.at(step.card % Math.max(1, cards.length))?.card.requestId;
      return id === undefined ? undefined : cordon.sayFrom(accountOn(step.side, step.user), `withdraw ${id}`);
    }
    case 'cancel': {
      const id = cards.at(step.card % Math.max(1, cards.length))?.card.requestId;
      return id === undefined ? undefined : cordon.sayFrom(accountOn(step.side, step.user), `cancel ${id}`);
    }
    case 'cancel answer':
      cordon.defender.cancelAnswers.push((id) => {
        if (step.lost === 'after') cordon.defender.cancel(id, 'cancelled');
        return lostAnswer;
      });
      return;
    case 'listing':
      cordon.defender.listFails = step.fails ? lostAnswer : undefined;
      return;
    case 'link': {
      await cordon.say(step.user, 'link');
      const code = /^Type .*(link \S+)/.exec(cordon.texts({ to: step.user }).at(-1) ?? '')?.[1];
      return code === undefined ? undefined : cordon.sayFrom(accountOn('teams', step.user), code);
    }
    case 'stop':
    case 'resume':
      return cordon.say(step.user, `${step.do} because`);
    case 'unlink':
      return cordon.sayFrom(accountOn(step.side, step.user), 'unlink');
    case 'wait':
      return cordon.advance(step.ms);
    case 'status':
      cordon.defender.setStatus(step.status);
      return;
    case 'answer':
      cordon.defender.answers.push((comment) => {
        const { kind, machineId } = cordon.defender.submitted.at(-1)!;
        if (step.kind === 'lost after' || step.kind === 'dies after') cordon.defender.make(kind, machineId, comment);
        if (step.kind === 'dies after') return new Error('the process dies');
        return step.kind === 'forbidden'
          ? new DefenderError('Forbidden', 'no', { status: 403, taken: 'no', userText: 'No.' })
          : lostAnswer;
      });
      return;
    case 'restart':
      await cordon.restart();
      return cordon.settle();
  }
}

/** What has to hold whatever people, Defender and chance do. */
async function check(cordon: Harness, quorum: number): Promise<void> {
  const { store, defender } = cordon;
  for (const request of await store.requestsIn(requestStates, 100)) {
    const made = defender.actions.filter((action) => mentionsRequest(action.requestorComment ?? '', request.id));
    const record = await store.auditOf({ requestId: request.id }, 500);
    const byPeople = record.filter(({ what, actor }) => what === 'request.requeue' && actor.kind === 'person');
    assert.ok(made.length <= 1 + byPeople.length, `${request.id} made ${made.length} actions`);

    const sent = defender.submitted.filter(({ comment }) => mentionsRequest(comment, request.id));
    if (sent.length > 0) {
      const approvers = new Set(
        request.votes.filter(({ decision }) => decision === 'approve').map(({ person }) => humanOf(person.account)),
      );
      approvers.delete(humanOf(request.requester.account));
      assert.ok(approvers.size >= quorum, `${request.id} was sent with ${approvers.size} approvals`);
      assert.ok([...approvers].every((human) => human !== undefined && leads.includes(human)));
    }
    if (request.state === 'succeeded') assert.equal(request.machineAction?.status, 'Succeeded');
    if (['denied', 'expired', 'withdrawn', 'refused'].includes(request.state)) assert.equal(sent.length, 0);

    let state: string | undefined;
    for (const { from, to } of record) {
      if (to === undefined) continue;
      assert.equal(from, state, 'the record has no gap');
      if (from !== undefined)
        assert.ok(
          requestEvents.some((event) => next(from as 'queued', event) === to),
          `${from} → ${to}`,
        );
      state = to;
    }
    assert.equal(state, request.state, 'the record ends where the Request is');
  }
}

function restrictions({ defender }: Harness): number {
  return defender.submitted.filter(({ kind }) => kind === 'restrict').length;
}

describe('whatever people, Defender and chance do', function () {
  this.timeout(120_000);

  for (const quorum of [1, 2]) {
    it(`sends each request at most once, and only with ${quorum} approvals by others`, async () => {
      await fc.assert(
        fc.asyncProperty(linkedFirst, fc.array(anyStep, { minLength: 5, maxLength: 25 }), async (linked, steps) => {
          const cordon = await Harness.open(policyFor(quorum));
          try {
            cordon.defender.machines = ['pc1', 'pc2'].map((name, index) =>
              machine({ id: String(index + 1).repeat(40), computerDnsName: name }),
            );
            for (const user of linked) await take(cordon, { do: 'link', user });
            for (const step of steps) {
              const { stopped, version } = await cordon.store.switch();
              const before = restrictions(cordon);
              await take(cordon, step);
              if (stopped && (await cordon.store.switch()).version === version) {
                assert.equal(restrictions(cordon), before, 'a restriction was sent while Cordon was stopped');
              }
              await check(cordon, quorum);
            }
          } finally {
            await cordon.store.close();
          }
        }),
        { numRuns: 40 },
      );
    });
  }
});
