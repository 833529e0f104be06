import { type Actor, personActor } from '../audit/event.js';
import type { Origin } from '../command/model.js';
import { evaluate } from '../policy/evaluate.js';
import type { Facts, Verdict, VoteStanding } from '../policy/policy.js';
import { type Person, samePerson } from '../people/person.js';
import { unclear } from '../policy/standing.js';
import * as answers from '../view/answers.js';
import * as linking from '../view/linking.js';
import type { Note } from '../view/model.js';
import * as notes from '../view/notes.js';
import { answer, commit } from './commit.js';
import type { Context } from './context.js';
import { requestEvent } from './effects.js';
import { expire } from './expire.js';
import { withLinksAsOfNow } from './people.js';
import { advance, amend, type Request, type Vote } from './request.js';

export interface Ballot {
  /** The Incoming that votes. */
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  readonly requestId: string;
  readonly decision: 'approve' | 'deny';
  readonly reason?: string;
  /** The revision that the button was made for; a typed vote is for the current one. */
  readonly revision?: number;
}

type World = Pick<Context, 'store' | 'policy' | 'policyNow' | 'now' | 'wake'>;

/** Facts for a decision about this Request: the same at request, at click and just before the call. */
export function factsOf(request: Request, votes: readonly Vote[], now: number): Facts {
  return {
    action: request.action,
    requester: request.requester,
    origin: request.origin,
    device: request.device,
    votes: votes.filter((vote) => vote.revision === request.revision),
    now,
  };
}

/**
 * What stands in the way of a stored Request, whatever the votes: undefined when nothing does. A Request without a quorum,
 * or one whose rule asks for something else today, is never finished by votes that were asked for under other terms.
 */
export function changedTerms(request: Request, verdict: Verdict): string | undefined {
  if (request.quorum === undefined) return 'It was stored without a number of approvals, so no vote can decide it.';
  if (verdict.decision === 'forbidden') return answers.whyNot(verdict.reason).join(' ') || verdict.reason.because;
  if (verdict.rule !== request.rule || verdict.needed !== request.quorum) {
    return `The policy has changed since it was asked: rule “${request.rule}” wanted ${request.quorum}, now rule “${verdict.rule ?? 'none'}” wants ${verdict.needed}.`;
  }
  return undefined;
}

/**
 * Counts a vote, once per person, and moves the Request on when it decides it. Whoever loses the race to another click
 * reads the Request again and decides anew, so two clicks at one moment can never both be the deciding one.
 */
export async function vote(world: World, ballot: Ballot): Promise<void> {
  for (;;) {
    const request = await world.store.request(ballot.requestId);
    if (request === undefined)
      return turnAway(world, ballot, undefined, answers.unknownRequest(ballot.requestId), 'vote.unknown-request');
    if (await decide(world, ballot, request)) return;
  }
}

/** False when somebody else changed the Request in the meantime. */
async function decide(world: World, ballot: Ballot, request: Request): Promise<boolean> {
  const now = world.now();
  const reject = async (note: Note, what: string): Promise<true> => {
    await turnAway(world, ballot, request, note, what);
    return true;
  };

  if (request.state === 'awaiting approval' && now >= request.expiresAt) {
    await expire(world, request);
    return false;
  }
  if (request.state !== 'awaiting approval') return reject(answers.voteTooLate(request), 'vote.late');
  if (ballot.revision !== undefined && ballot.revision !== request.revision) {
    return reject(answers.voteRefused(request, 'The request was changed after this button was made.'), 'vote.stale');
  }
  const known = await withLinksAsOfNow(world, request);
  if (known.votes.some((cast) => cast.revision === request.revision && samePerson(cast.person, ballot.person))) {
    return reject(answers.alreadyVoted(request, ballot.decision), 'vote.repeated');
  }

  if (ballot.decision === 'deny' && (ballot.reason ?? '').trim() === '') {
    return reject(
      answers.voteRefused(request, 'A denial needs a reason, for everybody in the thread.'),
      'vote.no-reason',
    );
  }

  const cast = toVote(ballot, request, now);
  const policy = await world.policyNow();
  const verdict = evaluate(policy, factsOf(known, [...known.votes, cast], now));
  const actor = personActor(ballot.person);
  const terms = changedTerms(request, verdict);
  const open = unclear(policy, request);
  // Nobody loses a Request because Slack or Entra could not be asked about a group: the vote can be cast again.
  if (terms !== undefined && open !== undefined && verdict.decision === 'forbidden') {
    return reject(answers.voteRefused(request, open), 'vote.refused');
  }
  if (terms !== undefined) return refuse(world, request, terms, actor, ballot.key);

  const standing = verdict.votes.at(-1);
  if (standing?.counts !== true) return reject(whyNotCounted(request, cast.person, standing), 'vote.refused');

  const outcome = applied(request, cast, verdict, now);
  const stored = await commit(world, request, outcome.request, now, {
    what: outcome.what,
    actor,
    detail: {
      decision: cast.decision,
      ...(cast.reason === undefined ? {} : { reason: cast.reason }),
      because: verdict.reason,
    },
    note: outcome.note,
    vote: cast,
    settles: ballot.key,
  });
  if (stored && outcome.request.state === 'approved') world.wake('dispatch');
  return stored;
}

function whyNotCounted(request: Request, voter: Person, standing: Exclude<VoteStanding, { counts: true }> | undefined) {
  if (standing?.why === 'not told apart') return linking.notToldApart(request, voter, standing.other);
  return answers.voteRefused(request, standing?.because ?? 'It is not clear whether it may count.');
}

function toVote({ person, decision, reason }: Ballot, request: Request, at: number): Vote {
  return { person, decision, ...(reason === undefined ? {} : { reason }), revision: request.revision, at };
}

interface Outcome {
  readonly request: Request;
  readonly what: string;
  readonly note: Note;
}

/** What a counted vote makes of the Request. */
function applied(request: Request, cast: Vote, verdict: Verdict, now: number): Outcome {
  const votes = [...request.votes, cast];
  if (verdict.decision === 'vetoed') {
    const after = advance(request, 'deny', now, { votes });
    if (after) return { request: after, what: 'request.deny', note: notes.denied(after, cast) };
  }
  if (verdict.decision === 'approved') {
    const after = advance(request, 'approve', now, { votes, dueAt: now });
    if (after) return { request: after, what: 'request.approve', note: notes.approved(after, cast) };
  }
  const after = amend(request, { votes });
  return { request: after, what: 'vote.counted', note: notes.voteCounted(after, cast) };
}

/** The policy no longer allows it: it ends here, before anything was sent. False when somebody else was faster. */
export async function refuse(
  world: Pick<Context, 'store' | 'now' | 'wake'>,
  request: Request,
  because: string,
  actor: Actor,
  settles?: string,
): Promise<boolean> {
  const at = world.now();
  const after = advance(request, 'refuse', at, { failure: { code: 'policy_refused', text: because } });
  if (after === undefined) return false;
  return commit(world, request, after, at, {
    what: 'request.refuse',
    actor,
    detail: { because },
    note: notes.refused(after, because),
    ...(settles === undefined ? {} : { settles }),
  });
}

/** The vote changes nothing: the voter alone is told why, and the attempt is recorded. */
function turnAway(
  world: World,
  { key, person, origin, decision, requestId }: Ballot,
  request: Request | undefined,
  note: Note,
  what: string,
): Promise<void> {
  const at = world.now();
  const actor = personActor(person);
  const event = request
    ? requestEvent(request, what, actor, at, { decision, state: request.state })
    : { at, what, actor, detail: { decision, asked: requestId } };
  return answer(world, { key, account: person.account, origin }, note, { audit: [event] });
}
