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

/** Announces a new Request in all its places, with what there is to say about it already. */
export function announcements(request: Request, said?: Note): NewDelivery[] {
  const note = said && marked(request, said);
  return request.places.map(withoutTokens).flatMap((place): NewDelivery[] => {
    const card: NewDelivery = { ...inPlace(request.id, place), message: { kind: 'announce', place } };
    return [card, ...repliesIn(request.id, place, [note])];
  });
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
  readonly next?: Next;
}

/** The transition that follows at once. Both are one change: one version, one update of each card, two lines of the record. */
export interface Next extends Pick<Happening, 'what' | 'actor' | 'note'> {
  /** As it is after both. */
  readonly request: Request;
}

/** What a change from `before` to `after` owes: its audit event, the card's update, the reply in each thread, the requester's message. */
export function effectsOf(before: Request, after: Request, at: number, happening: Happening): Effects {
  const { vote, takesBack, also = [], buttons, settles, next } = happening;
  const note = happening.note && marked(after, happening.note);
  const last = next?.request ?? after;
  const said = next?.note === undefined ? [note] : [note, marked(last, next.note)];
  const deliveries = last.places.map(withoutTokens).flatMap((place): NewDelivery[] => {
    const update: NewDelivery = { ...inPlace(last.id, place), message: { kind: 'update', place } };
    return [update, ...repliesIn(last.id, place, said)];
  });
  const ended = isFinal(after.state) && !isFinal(before.state) && note ? [directToRequester(after, note)] : [];
  return {
    audit: [transition(before, after, at, happening), ...(next ? [transition(after, next.request, at, next)] : [])],
    deliveries: [...deliveries, ...ended, ...also],
    ...(vote ? { vote } : {}),
    ...(takesBack ? { takesBack } : {}),
    ...(buttons ? { buttons } : {}),
    ...(settles === undefined ? {} : { settles }),
  };
}

/** The line of the record about a step from `before` to `after`. */
export function transition(
  before: Pick<Request, 'state'>,
  after: Request,
  at: number,
  { what, actor, detail }: Pick<Happening, 'what' | 'actor' | 'detail'>,
): AuditEvent {
  const moved = before.state === after.state ? {} : { from: before.state, to: after.state };
  return { ...requestEvent(after, what, actor, at, detail), ...moved };
}

/** A person has the card alone. */
function repliesIn(requestId: string, place: Place, notes: readonly (Note | undefined)[]): NewDelivery[] {
  if (place.person !== undefined) return [];
  return notes.flatMap((note) => (note === undefined ? [] : [reply(requestId, place, note)]));
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
