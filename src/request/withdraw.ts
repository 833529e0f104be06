import { personActor } from '../audit/event.js';
import type { Origin } from '../command/model.js';
import type { Person } from '../people/person.js';
import * as answers from '../view/answers.js';
import * as notes from '../view/notes.js';
import type { Context } from './context.js';
import { effectsOf, requestEvent, whisper } from './effects.js';
import { advance } from './request.js';

export interface Withdrawal {
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  readonly requestId: string;
}

/** The requester takes a Request back. Possible until the call is being sent; after that only Defender can stop it. */
export async function withdraw(
  { store, now, wake }: Pick<Context, 'store' | 'now' | 'wake'>,
  asked: Withdrawal,
): Promise<void> {
  const { key, person, origin, requestId } = asked;
  for (;;) {
    const request = await store.request(requestId);
    const at = now();
    const actor = personActor(person);
    const after =
      request === undefined || request.requester.id !== person.id ? undefined : advance(request, 'withdraw', at);
    if (request !== undefined && after !== undefined) {
      const effects = effectsOf(request, after, at, {
        what: 'request.withdraw',
        actor,
        note: notes.withdrawn(after),
        settles: key,
      });
      if (!(await store.change(after, effects))) continue;
      wake('deliver');
      return;
    }
    const note =
      request === undefined
        ? answers.unknownRequest(requestId)
        : answers.cannotWithdraw(
            request,
            request.requester.id === person.id
              ? 'The call has left Cordon or the request has ended.'
              : `Only its requester, ${request.requester.name}, can withdraw it; an approver can deny it.`,
          );
    const event = request
      ? requestEvent(request, 'withdraw.refused', actor, at, { state: request.state })
      : { at, what: 'withdraw.refused', actor, detail: { asked: requestId } };
    await store.settleIncoming(key, {
      audit: [event],
      deliveries: [whisper(person.account, origin, note, key)],
      settles: key,
    });
    wake('deliver');
    return;
  }
}
