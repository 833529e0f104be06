import { flightMs } from '../defender/quota.js';
import { personActor } from '../audit/event.js';
import type { Origin } from '../command/model.js';
import type { Person } from '../people/person.js';
import * as answers from '../view/answers.js';
import { resolved as decided } from '../view/doubt.js';
import * as linking from '../view/linking.js';
import type { Note } from '../view/model.js';
import { answer, commit } from './commit.js';
import type { Context } from './context.js';
import { requestEvent } from './effects.js';
import { evidenceOf } from './recover.js';
import { advance, type Request, type Resolution } from './request.js';
import { wordOf } from './word.js';

export interface Resolving {
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  readonly requestId: string;
  readonly decision: Resolution['decision'];
  /** The attempt that the button was made for; a typed decision is for the last one. */
  readonly attempt?: number;
}

type World = Pick<Context, 'store' | 'policy' | 'policyNow' | 'now' | 'wake'>;

/**
 * One person decides about a call of which nobody can tell whether Defender took it: `sent` (it did: it is never made again, and its
 * action is looked for) or `again` (it did not: back to the queue, where people and policy are asked once more). It takes somebody
 * whose approval would count; the requester's would not.
 */
export async function resolve(world: World, asked: Resolving): Promise<void> {
  for (;;) {
    const request = await world.store.request(asked.requestId);
    if (request === undefined) {
      const detail = { asked: asked.requestId, decision: asked.decision };
      const event = { at: world.now(), what: 'resolve.refused', actor: personActor(asked.person), detail };
      return answer(world, askerOf(asked), answers.unknownRequest(asked.requestId), { audit: [event] });
    }
    if (await decide(world, asked, request)) return;
  }
}

/** False when somebody else changed the Request in the meantime. */
async function decide(world: World, asked: Resolving, request: Request): Promise<boolean> {
  const { person, decision, attempt = request.attempts, key } = asked;
  const actor = personActor(person);
  const turnAway = async (note: Note, what: string): Promise<true> => {
    const event = requestEvent(request, what, actor, world.now(), { decision, state: request.state });
    await answer(world, askerOf(asked), note, { audit: [event] });
    return true;
  };

  if (request.state !== 'unknown' || attempt !== request.attempts) {
    return turnAway(answers.nothingToResolve(request), 'resolve.late');
  }
  const word = await wordOf(world, request, person, 'approve');
  if (!word.counts) {
    const note =
      word.why === 'not told apart'
        ? linking.notToldApart(request, person, word.other)
        : answers.notResolved(request, word.because);
    return turnAway(note, 'resolve.refused');
  }
  const { cancelling, doubt, ...certain } = request;
  if (decision === 'again' && cancelling !== undefined) {
    const because = `${cancelling.by.name} has asked to cancel it, so it is not sent again.`;
    return turnAway(answers.notResolved(request, because), 'resolve.refused');
  }

  const at = world.now();
  const resolved: Resolution = { by: person, at, decision };
  const kept = { ...certain, ...(cancelling === undefined ? {} : { cancelling }) };
  const after =
    decision === 'sent'
      ? advance(kept, 'submit', at, { resolved, assumedSent: true, submittedAt: at, dueAt: at })
      : // What may still be in flight has to have ended first.
        advance(kept, 'requeue', at, { resolved, dueAt: Math.max(at, (request.sentAt ?? at) + flightMs) });
  if (after === undefined) return false;
  const stored = await commit(world, request, after, at, {
    what: decision === 'sent' ? 'request.submit' : 'request.requeue',
    actor,
    detail: {
      decision,
      attempt,
      sentAt: request.sentAt,
      because: word.because,
      ...(doubt === undefined ? {} : evidenceOf(doubt)),
    },
    note: decided(resolved),
    settles: key,
  });
  if (stored) world.wake(decision === 'sent' ? 'track' : 'dispatch');
  return stored;
}

function askerOf({ key, person, origin }: Resolving) {
  return { key, account: person.account, origin };
}
