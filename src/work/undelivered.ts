import { cordon } from '../audit/event.js';
import { messageOf } from '../errors.js';
import { PlatformError } from '../platform.js';
import { nothing } from '../request/commit.js';
import { directToRequester, reply, requestEvent } from '../request/effects.js';
import type { Request } from '../request/request.js';
import type { Delivery, Effects, NewDelivery } from '../store/store.js';
import type { Inline } from '../view/inline.js';
import type { Note } from '../view/model.js';
import * as notes from '../view/notes.js';
import { who } from '../view/say.js';

/**
 * What is owed because a message cannot be delivered, now or ever: nobody may think that approvals are being asked for where the card
 * never appeared, or that somebody was told who was not.
 */
export function undelivered(request: Request | undefined, delivery: Delivery, error: unknown, at: number): Effects {
  if (request === undefined) return nothing;
  const why = whyIn(error);
  const { message } = delivery;
  if (message.kind === 'direct') {
    return { audit: [], deliveries: toThreads(request, notes.notReached(who(request.requester), why)) };
  }
  if (message.kind !== 'announce') return nothing;
  const audit = [
    requestEvent(request, 'card.not-posted', cordon, at, { because: messageOf(error), lane: delivery.lane }),
  ];
  const { person } = message.place;
  const told = person === undefined ? [] : toThreads(request, notes.notReached(nameless(person), why));
  if (told.length > 0) return { audit, deliveries: told };
  return { audit, deliveries: [directToRequester(request, notes.cardNotPosted(request, why))] };
}

/** A card that cannot be edited any more, a reply that cannot be posted: the action goes on, the record says so. */
export function lost(request: Request | undefined, { message, lane }: Delivery, at: number, because: string): Effects {
  if (request === undefined) return nothing;
  const what = message.kind === 'update' ? 'card.lost' : 'message.lost';
  return { audit: [requestEvent(request, what, cordon, at, { kind: message.kind, lane, because })], deliveries: [] };
}

function toThreads({ id, places }: Request, note: Note): NewDelivery[] {
  return places.filter(({ person }) => person === undefined).map((place) => reply(id, place, note));
}

/** Nobody could be asked for their name. */
function nameless(person: Extract<Inline, { person: unknown }>['person']): Inline {
  return { person, name: `the approver ${person.user}` };
}

function whyIn(error: unknown): string {
  const said = error instanceof PlatformError ? error.userText : undefined;
  return said ?? 'The conversation cannot be reached.';
}
