import { personActor } from '../audit/event.js';
import type { Origin } from '../command/model.js';
import { type Person, samePerson } from '../people/person.js';
import { relink } from '../people/relink.js';
import * as answers from '../view/answers.js';
import * as notes from '../view/notes.js';
import { answer, commit } from './commit.js';
import type { Context } from './context.js';
import { requestEvent } from './effects.js';
import { isFinal } from './life.js';
import { advance, displayId, type Request } from './request.js';

export interface Withdrawal {
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  readonly requestId: string;
}

/** The requester takes a Request back. Possible until the call is being sent; after that `cancel` asks Defender to stop it. */
export async function withdraw(
  world: Pick<Context, 'store' | 'policy' | 'now' | 'wake'>,
  { key, person, origin, requestId }: Withdrawal,
): Promise<void> {
  const { store, now } = world;
  const asker = { key, account: person.account, origin };
  const actor = personActor(person);
  for (;;) {
    const request = await store.request(requestId);
    const at = now();
    if (request === undefined) {
      const event = { at, what: 'withdraw.refused', actor, detail: { asked: requestId } };
      return answer(world, asker, answers.unknownRequest(requestId), { audit: [event] });
    }
    const own = samePerson(await relink(world, request.requester), person);
    const after = own ? advance(request, 'withdraw', at) : undefined;
    if (after === undefined) {
      const because = own ? whyTooLate(request) : onlyRequester(request);
      const event = requestEvent(request, 'withdraw.refused', actor, at, { state: request.state });
      return answer(world, asker, answers.cannotWithdraw(request, because), { audit: [event] });
    }
    const happening = { what: 'request.withdraw', actor, note: notes.withdrawn(after), settles: key };
    if (await commit(world, request, after, at, happening)) return;
  }
}

function whyTooLate({ id, state }: Request): string {
  return isFinal(state)
    ? 'The request has ended.'
    : `The call has left Cordon; type “cancel ${displayId(id)}” to have Defender stop it.`;
}

function onlyRequester({ id, state, requester }: Request): string {
  const others = state === 'awaiting approval' ? 'deny it' : `stop it with “cancel ${displayId(id)}”`;
  return `Only its requester, ${requester.name}, can withdraw it; an approver can ${others}.`;
}
