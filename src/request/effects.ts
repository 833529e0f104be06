import type { Actor, AuditEvent } from '../audit/event.js';
import type { Effects, NewDelivery, StoredButton } from '../store/store.js';
import type { Account } from '../people/person.js';
import { accountKey } from '../people/person.js';
import type { Origin } from '../command/model.js';
import type { MessageRef } from '../platform.js';
import { marked } from '../view/dry-run.js';
import type { Note } from '../view/model.js';
import { isFinal } from './life.js';
import type { AnnouncedPlace, Place, Request, Vote } from './request.js';

/** What shares a lane is delivered in order: the card of a place, its updates and its replies. */
export function placeLane(requestId: string, place: Place): string {
  return `${requestId}@${place.platform}:${place.conversation}:${place.thread ?? ''}`;
}

/** One line of the record about a Request. */
export function requestEvent(
  request: Request,
  what: string,
  actor: Actor,
  at: number,
  detail?: AuditEvent['detail'],
): AuditEvent {
  return {
    at,
    what,
    actor,
    requestId: request.id,
    deviceId: request.device.id,
    ...(detail === undefined && request.dryRun === undefined ? {} : { detail: { ...detail, ...dryRunOf(request) } }),
  };
}

function dryRunOf({ dryRun }: Request): Pick<Request, 'dryRun'> {
  return dryRun === undefined ? {} : { dryRun };
}

/** Announces a new Request in all its places. */
export function announcements(request: Request): NewDelivery[] {
  return request.places
    .map(withoutTokens)
    .map((place) => ({ ...inPlace(request.id, place), message: { kind: 'announce', place } }));
}

export interface Happening {
  /** What the record calls it, e.g. `request.approve`. */
  readonly what: string;
  readonly actor: Actor;
  readonly detail?: AuditEvent['detail'];
  /** Said in every thread; at the end also to the requester in person. */
  readonly note?: Note;
  readonly vote?: Vote;
  readonly takesBack?: readonly Vote[];
  /** Said to somebody besides. */
  readonly also?: readonly NewDelivery[];
  readonly buttons?: readonly StoredButton[];
  readonly settles?: string;
}

/** What a change from `before` to `after` owes: its audit event, the card's update, the reply in each thread, the requester's message. */
export function effectsOf(before: Request, after: Request, at: number, happening: Happening): Effects {
  const { what, actor, detail, vote, takesBack, also = [], buttons, settles } = happening;
  const note = happening.note && marked(after, happening.note);
  const moved = before.state === after.state ? {} : { from: before.state, to: after.state };
  const deliveries = after.places.map(withoutTokens).flatMap((place): NewDelivery[] => {
    const update: NewDelivery = { ...inPlace(after.id, place), message: { kind: 'update', place } };
    return note && place.person === undefined ? [update, reply(after.id, place, note)] : [update];
  });
  const ended = isFinal(after.state) && !isFinal(before.state) && note ? [directToRequester(after, note)] : [];
  return {
    audit: [{ ...requestEvent(after, what, actor, at, detail), ...moved }],
    deliveries: [...deliveries, ...ended, ...also],
    ...(vote ? { vote } : {}),
    ...(takesBack ? { takesBack } : {}),
    ...(buttons ? { buttons } : {}),
    ...(settles === undefined ? {} : { settles }),
  };
}

/** A message that is owed holds no token: its card is drawn when it is sent. */
export function withoutTokens({ tokens, doubtTokens, ...place }: AnnouncedPlace): Place {
  return place;
}

/** In the thread of the Request's card in one place. */
export function reply(requestId: string, place: Place, note: Note): NewDelivery {
  return { ...inPlace(requestId, place), message: { kind: 'reply', place, note } };
}

function inPlace(requestId: string, place: Place): Pick<NewDelivery, 'lane' | 'platform' | 'requestId'> {
  return { lane: placeLane(requestId, place), platform: place.platform, requestId };
}

/** A card's edit, whatever it seems to show. */
export function updateAgain(requestId: string, place: Place): NewDelivery {
  return { ...inPlace(requestId, place), message: { kind: 'update', place, again: true } };
}

/** Not in the lane of the place: nothing there has to wait for it. */
export function retire(requestId: string, place: Place, copy: MessageRef): NewDelivery {
  const lane = `copy:${copy.platform}:${copy.conversation}:${copy.message}`;
  return { lane, platform: copy.platform, requestId, message: { kind: 'retire', place, copy } };
}

/** A direct message. */
export function direct(account: Account, note: Note): NewDelivery {
  return {
    lane: `direct:${accountKey(account)}`,
    platform: account.platform,
    message: { kind: 'direct', account, note },
  };
}

/** Where it cannot be delivered, the threads of the Request are told. */
export function directToRequester({ id, requester }: Request, note: Note): NewDelivery {
  return { ...direct(requester.account, note), requestId: id };
}

const whispers = 'whisper:';

/** The key of the Incoming that a whisper in this lane answers. */
export function answeredBy(lane: string): string | undefined {
  return lane.startsWith(whispers) ? lane.slice(whispers.length) : undefined;
}

/** An answer that only one person sees, where they asked; in a direct conversation simply the answer. */
export function whisper(account: Account, origin: Origin, note: Note, key: string): NewDelivery {
  return { lane: `${whispers}${key}`, platform: account.platform, message: { kind: 'whisper', account, origin, note } };
}
