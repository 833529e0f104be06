import { type Actor, personActor } from '../audit/event.js';
import type { Origin } from '../command/model.js';
import { evaluate } from '../policy/evaluate.js';
import type { Facts, Verdict, VoteStanding } from '../policy/policy.js';
import { type Person, samePerson } from '../people/person.js';
import * as answers from '../view/answers.js';
import * as linking from '../view/linking.js';
import type { Note } from '../view/model.js';
import * as notes from '../view/notes.js';
import * as revising from '../view/revising.js';
import { askAhead } from './ask-ahead.js';
import { answer, commit } from './commit.js';
import type { Context } from './context.js';
import { tampering } from './commitment.js';
import { requestEvent, whisper } from './effects.js';
import { expire } from './expire.js';
import { withLinksAsOfNow } from './people.js';
import { queued } from './queue.js';
import { recentOf } from './recent.js';
import { advance, amend, type Request, type Vote } from './request.js';
import { revise } from './revise.js';
import { changedTerms, endOfTerms } from './terms.js';

export interface Ballot {
  /** The Incoming that votes. */
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  readonly requestId: string;
  readonly decision: 'approve' | 'deny';
  readonly reason?: string;
  /** Unix ms at which it came in. Somebody who typed it had not seen what was changed since. */
  readonly receivedAt: number;
  /** What the button was made for; a typed vote is for the current revision. */
  readonly button?: { readonly revision: number; readonly commitment: string; readonly expiresAt: number };
}

type World = Pick<
  Context,
  'store' | 'throttle' | 'platforms' | 'unfinished' | 'policy' | 'policyNow' | 'now' | 'newToken' | 'wake'
>;

/** Facts for a decision about this Request: the same at request, at click and just before the call. */
export function factsOf(
  request: Request,
  votes: readonly Vote[],
  now: number,
  recent: Pick<Facts, 'recent' | 'askedAt'>,
): Facts {
  return {
    action: request.action,
    requester: request.requester,
    origin: request.origin,
    device: request.device,
    comment: request.comment,
    votes: votes.filter((vote) => vote.revision === request.revision),
    now,
    ...recent,
  };
}

/**
 * Counts a vote, once per person, and moves the Request on when it decides it; what it approves is queued in the same change. Whoever
 * loses the race to another click reads the Request again and decides anew, so two clicks at one moment can never both be the deciding one.
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
  if (request.state === 'expired') return reject(answers.voteTooLate(request), 'vote.expired');
  if (request.state !== 'awaiting approval') return reject(answers.voteTooLate(request), 'vote.late');
  const actor = personActor(ballot.person);
  const tampered = tampering(request);
  if (tampered !== undefined) return refuseTampered(world, request, tampered, actor, ballot.key);
  const { button } = ballot;
  if (button !== undefined && (button.revision !== request.revision || button.commitment !== request.commitment)) {
    return reject(revising.staleButton(request), 'vote.stale');
  }
  if (button === undefined && ballot.decision === 'approve' && ballot.receivedAt <= revisedAt(request)) {
    return reject(revising.changedMeanwhile(request), 'vote.stale');
  }
  if (button !== undefined && now >= button.expiresAt) return reject(revising.expiredButton(request), 'vote.expired');
  const known = await withLinksAsOfNow(world, request);
  const own = known.votes.map((cast) => samePerson(cast.person, ballot.person));
  const before = request.votes.filter((_, index) => own[index]);
  // Whoever approved may still say no: it stops the Request, and their approval with it.
  if (before.length > 0 && ballot.decision === 'approve') {
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
  const recent = await recentOf(world, policy, request);
  const others = known.votes.filter((_, index) => own[index] !== true);
  const verdict = evaluate(policy, factsOf(known, [...others, cast], now, recent));
  const end = endOfTerms(request, verdict);
  // A denial stops it, whatever it would take by now to have it go on.
  const changed = cast.decision === 'deny' ? undefined : changedTerms(request, verdict);
  const unclear = verdict.unresolved.length > 0 && (end ?? changed) !== undefined;
  if (unclear) return reject(answers.voteRefused(request, verdict.unresolved.join(' ')), 'vote.unresolved');
  if (end !== undefined) return refuse(world, request, end, actor, ballot.key);

  const standing = verdict.votes.at(-1);
  if (standing?.counts !== true) return reject(whyNotCounted(request, cast.person, standing), 'vote.refused');

  if (changed !== undefined) {
    const { key, person, origin } = ballot;
    const also = [whisper(person.account, origin, revising.lookAgain(request, changed), key)];
    const fresh = evaluate(policy, factsOf(known, [], now, recent));
    return revise(world, request, { verdict: fresh, because: changed, actor, settles: key, also });
  }

  const votes = [...request.votes.filter((_, index) => own[index] !== true), cast];
  const { stopped } = request.action === 'restrict' ? await world.store.switch() : { stopped: false };
  const outcome = applied(request, votes, cast, verdict, { now, stopped });
  if (outcome.request.state === 'approved' && !stopped) askAhead(world, outcome.request);
  const next = await queued(world, outcome.request);
  const stored = await commit(world, request, outcome.request, now, {
    what: outcome.what,
    actor,
    detail: {
      decision: cast.decision,
      ...(cast.reason === undefined ? {} : { reason: cast.reason }),
      where: cast.where,
      revision: cast.revision,
      commitment: cast.commitment,
      because: verdict.reason,
    },
    note: outcome.note,
    vote: cast,
    ...(before.length === 0 ? {} : { takesBack: before }),
    settles: ballot.key,
    ...(next === undefined ? {} : { next }),
  });
  if (stored && next !== undefined) world.wake('dispatch');
  return stored;
}

/** When the present revision was made, if it is not the first. */
function revisedAt({ past = [] }: Request): number {
  return Math.max(0, ...past.flatMap(({ kind, at }) => (kind === 'revised' ? [at] : [])));
}

function whyNotCounted(request: Request, voter: Person, standing: Exclude<VoteStanding, { counts: true }> | undefined) {
  if (standing?.why === 'not told apart') return linking.notToldApart(request, voter, standing.other);
  return answers.voteRefused(request, standing?.because ?? 'It is not clear whether it may count.');
}

function toVote({ person, decision, reason, origin }: Ballot, { revision, commitment }: Request, at: number): Vote {
  const { platform, tenant, conversation, direct } = origin;
  return {
    person,
    decision,
    ...(reason === undefined ? {} : { reason }),
    revision,
    ...(commitment === undefined ? {} : { commitment }),
    where: { platform, tenant, conversation, direct },
    at,
  };
}

interface Outcome {
  readonly request: Request;
  readonly what: string;
  readonly note: Note;
}

/** What a counted vote makes of the Request. */
function applied(
  request: Request,
  votes: readonly Vote[],
  cast: Vote,
  verdict: Verdict,
  { now, stopped }: { readonly now: number; readonly stopped: boolean },
): Outcome {
  const { progress } = verdict;
  if (verdict.decision === 'vetoed') {
    const after = advance(request, 'deny', now, { votes, progress });
    if (after) return { request: after, what: 'request.deny', note: notes.denied(after, cast) };
  }
  if (verdict.decision === 'approved') {
    const after = advance(request, 'approve', now, { votes, progress, dueAt: now });
    if (after) return { request: after, what: 'request.approve', note: notes.approved(after, cast, stopped) };
  }
  const after = amend(request, { votes, progress });
  return { request: after, what: 'vote.counted', note: notes.voteCounted(after, cast) };
}

/** What is stored is not what was asked for or approved: it ends here. False when somebody else was faster. */
export function refuseTampered(
  world: Pick<Context, 'store' | 'now' | 'wake'>,
  request: Request,
  because: string,
  actor: Actor,
  settles?: string,
): Promise<boolean> {
  const why = { what: 'request.tampered', code: 'tampered' };
  // What an earlier version stored has no hash anywhere.
  const earlier = [request, ...request.votes].every(({ commitment }) => commitment === undefined);
  const text = earlier ? because : `${because} ${revising.tellOperator}`;
  return refuse(world, request, text, actor, settles, why);
}

/** The policy no longer allows it: it ends here, before anything was sent. False when somebody else was faster. */
export async function refuse(
  world: Pick<Context, 'store' | 'now' | 'wake'>,
  request: Request,
  because: string,
  actor: Actor,
  settles?: string,
  { what, code } = { what: 'request.refuse', code: 'policy_refused' },
): Promise<boolean> {
  const at = world.now();
  const after = advance(request, 'refuse', at, { failure: { code, text: because } });
  if (after === undefined) return false;
  return commit(world, request, after, at, {
    what,
    actor,
    detail: { because, commitment: request.commitment },
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
