import { personActor } from '../audit/event.js';
import type { Origin } from '../command/model.js';
import { evaluate } from '../policy/evaluate.js';
import { type Person, samePerson } from '../people/person.js';
import * as answers from '../view/answers.js';
import type { Note } from '../view/model.js';
import * as revising from '../view/revising.js';
import { answer } from './commit.js';
import { tampering } from './commitment.js';
import type { Context } from './context.js';
import { requestEvent } from './effects.js';
import { expire } from './expire.js';
import { withLinksAsOfNow } from './people.js';
import { recentOf } from './recent.js';
import type { Request } from './request.js';
import { revise } from './revise.js';
import { changedTerms } from './terms.js';
import { factsOf, refuseTampered } from './vote.js';

export interface Edit {
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  readonly requestId: string;
  readonly comment: string;
}

type World = Pick<Context, 'store' | 'throttle' | 'policy' | 'policyNow' | 'now' | 'newToken' | 'wake'>;

/** Each one is told in every thread. */
const mostRevisions = 20;

/** The requester changes the comment of a Request that awaits approval: a new revision, on which everybody votes anew. */
export async function edit(world: World, asked: Edit): Promise<void> {
  for (;;) {
    const request = await world.store.request(asked.requestId);
    if (request === undefined) {
      const actor = personActor(asked.person);
      const event = { at: world.now(), what: 'edit.refused', actor, detail: { asked: asked.requestId } };
      return answer(world, askerOf(asked), answers.unknownRequest(asked.requestId), { audit: [event] });
    }
    if (await decide(world, asked, request)) return;
  }
}

/** False when somebody else changed the Request in the meantime. */
async function decide(world: World, asked: Edit, request: Request): Promise<boolean> {
  const { key, person, comment } = asked;
  const now = world.now();
  const actor = personActor(person);
  const turnAway = async (note: Note): Promise<true> => {
    const event = requestEvent(request, 'edit.refused', actor, now, { state: request.state });
    await answer(world, askerOf(asked), note, { audit: [event] });
    return true;
  };

  const known = await withLinksAsOfNow(world, request);
  if (!samePerson(known.requester, person)) {
    return turnAway(revising.notEdited(request, `Only its requester, ${request.requester.name}, can change it.`));
  }
  if (request.state === 'awaiting approval' && now >= request.expiresAt) {
    await expire(world, request);
    return false;
  }
  if (request.state !== 'awaiting approval') {
    return turnAway(revising.notEdited(request, 'It can be changed only while it waits for approval.'));
  }
  const tampered = tampering(request);
  if (tampered !== undefined) return refuseTampered(world, request, tampered, actor, key);
  if (comment === request.comment) return turnAway(revising.notEdited(request, 'That is its comment already.'));
  if (request.revision >= mostRevisions) {
    const because = `It was changed ${mostRevisions - 1} times. Withdraw it and ask anew.`;
    return turnAway(revising.notEdited(request, because));
  }
  const policy = await world.policyNow();
  const recent = await recentOf(world, policy, request);
  const verdict = evaluate(policy, factsOf({ ...known, comment }, [], now, recent));
  if (verdict.decision === 'forbidden') return turnAway(answers.notAllowed(verdict.reason));
  if (verdict.unresolved.length > 0 && changedTerms(request, verdict) !== undefined) {
    return turnAway(revising.notEdited(request, verdict.unresolved.join(' ')));
  }
  const because = `${person.name} changed the comment.`;
  return revise(world, request, { verdict, comment, because, actor, settles: key });
}

function askerOf({ key, person, origin }: Edit) {
  return { key, account: person.account, origin };
}
