import { personActor } from '../audit/event.js';
import type { Origin } from '../command/model.js';
import { evaluate } from '../policy/evaluate.js';
import { type Person, samePerson } from '../people/person.js';
import * as answers from '../view/answers.js';
import type { Note } from '../view/model.js';
import * as revising from '../view/revising.js';
import { answer, commit } from './commit.js';
import type { Context } from './context.js';
import { requestEvent } from './effects.js';
import { expire } from './expire.js';
import { withLinksAsOfNow } from './people.js';
import { recentOf } from './recent.js';
import { advance, amend, type Request } from './request.js';
import { remember } from './revise.js';
import { changedTerms, endOfTerms } from './terms.js';
import { factsOf } from './vote.js';

export interface Unvote {
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  readonly requestId: string;
}

type World = Pick<Context, 'store' | 'policy' | 'policyNow' | 'now' | 'wake'>;

/**
 * An approver takes their vote back. Until the call is being sent it is gone: where the approvals that are left do not suffice, the
 * Request waits for approval again. Whoever wins the compare-and-swap, the sender or this, nothing is ever sent on a vote that is gone.
 */
export async function unvote(world: World, asked: Unvote): Promise<void> {
  for (;;) {
    const request = await world.store.request(asked.requestId);
    if (request === undefined) {
      const actor = personActor(asked.person);
      const event = { at: world.now(), what: 'unvote.refused', actor, detail: { asked: asked.requestId } };
      return answer(world, askerOf(asked), answers.unknownRequest(asked.requestId), { audit: [event] });
    }
    if (await decide(world, asked, request)) return;
  }
}

/** False when somebody else changed the Request in the meantime. */
async function decide(world: World, asked: Unvote, request: Request): Promise<boolean> {
  const { key, person } = asked;
  const now = world.now();
  const turnAway = async (note: Note): Promise<true> => {
    const event = requestEvent(request, 'unvote.refused', personActor(person), now, { state: request.state });
    await answer(world, askerOf(asked), note, { audit: [event] });
    return true;
  };

  if (request.state === 'awaiting approval' && now >= request.expiresAt) {
    await expire(world, request);
    return false;
  }
  const waits = request.state === 'awaiting approval';
  if (!waits && advance(request, 'reopen', now) === undefined) return turnAway(revising.tooLateToTakeBack(request));
  const known = await withLinksAsOfNow(world, request);
  const own = known.votes.map((vote) => samePerson(vote.person, person));
  const takesBack = request.votes.filter((_, index) => own[index]);
  if (takesBack.length === 0) return turnAway(revising.noVote(request));

  const left = known.votes.filter((_, index) => own[index] !== true);
  const policy = await world.policyNow();
  const recent = await recentOf(world, policy, request);
  const verdict = evaluate(policy, factsOf(known, left, now, recent));
  const over = {
    votes: request.votes.filter((_, index) => own[index] !== true),
    progress: verdict.progress,
    past: remember(request, { kind: 'taken back', at: now, by: person }),
  };
  const stands =
    verdict.decision === 'approved' &&
    endOfTerms(request, verdict) === undefined &&
    changedTerms(request, verdict) === undefined;
  const after = waits || stands ? amend(request, over) : reopened(request, over, now);
  if (after === undefined) return turnAway(revising.tooLateToTakeBack(request));
  const stored = await commit(world, request, after, now, {
    what: 'vote.taken-back',
    actor: personActor(person),
    detail: {
      voters: takesBack.map((vote) => vote.person.id),
      castAt: takesBack.map((vote) => vote.at),
      revision: request.revision,
      commitment: request.commitment,
      because: verdict.reason,
    },
    note: revising.takenBack(after, person, request.state !== after.state),
    takesBack,
    settles: key,
  });
  if (stored && request.state !== after.state) {
    if (now >= after.expiresAt) await expire(world, after);
    world.wake('schedule');
  }
  return stored;
}

/** What it had found out on its way to Defender is of its last approval. */
function reopened(request: Request, over: Partial<Request>, now: number): Request | undefined {
  const { queuedAt, estimate, waitsFor, waitsForAction, failure, held, ...anew } = request;
  const was = held === undefined ? {} : { held: { ...held, over: true as const } };
  return advance(anew, 'reopen', now, { ...over, ...was, dueAt: request.expiresAt });
}

function askerOf({ key, person, origin }: Unvote) {
  return { key, account: person.account, origin };
}
