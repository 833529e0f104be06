import type { AuditEvent } from '../audit/event.js';
import type { ActionKind, Command, Incoming, Origin } from '../command/model.js';
import type { Operation } from '../defender/defender.js';
import type { Account, PlatformName } from '../people/person.js';
import type { Addresses, MessageRef } from '../platform.js';
import type { RequestState } from '../request/life.js';
import type { Place, Request, Resolution, Vote } from '../request/request.js';
import type { Note } from '../view/model.js';
import type { PeopleStore } from './people.js';

/**
 * The system of record. Every method is one transaction: it happens whole or not at all, and it is on disk when the
 * promise resolves. All times are Unix ms. What a method throws is a `StoreError` (disk full, lock, lost connection); then
 * nothing of it happened.
 */
export interface Store extends PeopleStore {
  /** Stores what a platform sent. False when this `key` was stored before: a redelivery, to be acknowledged and ignored. */
  accept(incoming: Incoming, at: number): Promise<boolean>;
  /** Accepted and not yet settled, due at `now`, in the order of arrival. */
  dueIncoming(now: number, limit: number): Promise<PendingIncoming[]>;
  nextIncomingDue(): Promise<number | undefined>;
  /** Whether it was answered; false also for a key that was never stored. */
  isSettled(key: string): Promise<boolean>;
  /** Tries it again at `until`. */
  postponeIncoming(key: string, until: number): Promise<void>;
  /** Marks it done without changing a Request: answers, refusals, help. */
  settleIncoming(key: string, effects: Effects): Promise<void>;

  /**
   * Stores a new Request with all that it owes. Throws `StoreError` code `request_exists` when the id is taken, and with
   * `alone` code `request_open` when another open Request asks for the same action on the same device.
   */
  create(request: Request, effects: Effects, options?: { readonly alone?: boolean }): Promise<void>;
  /**
   * Replaces the Request if the stored version is `request.version - 1`; false, and nothing at all stored, when somebody
   * else was faster. The caller then reads it again and decides anew.
   */
  change(request: Request, effects: Effects): Promise<boolean>;
  request(id: string): Promise<Request | undefined>;
  /** In these states and due at `now` (`dueAt <= now`), by `dueAt`, then `id`. */
  dueRequests(states: readonly RequestState[], now: number, limit: number): Promise<Request[]>;
  /** In these states, due or not, oldest `queuedAt` (else `createdAt`) first. */
  requestsIn(states: readonly RequestState[], limit: number): Promise<Request[]>;
  /** How many are in these states, all or those of one action. */
  countIn(states: readonly RequestState[], action?: ActionKind): Promise<number>;
  /** The earliest `dueAt` in these states. */
  nextDue(states: readonly RequestState[]): Promise<number | undefined>;
  /** Requests for this device, newest first. */
  requestsForDevice(deviceId: string, limit: number): Promise<Request[]>;
  /** The Requests whose MachineAction has this id. */
  requestsForMachineAction(machineActionId: string): Promise<Request[]>;

  /** What a button's token means; undefined for an unknown one. */
  button(token: string): Promise<StoredButton | undefined>;

  /** Owed deliveries due at `now`: at most one per lane, the oldest of it. Later ones of a lane wait for it. */
  dueDeliveries(now: number, limit: number): Promise<Delivery[]>;
  nextDeliveryDue(): Promise<number | undefined>;
  /** Marks it sent; for an `announce`, remembers the message as the Request's card in this place. */
  delivered(delivery: Delivery, outcome: { ref?: MessageRef; renderedVersion?: number; at: number }): Promise<void>;
  /** Tries it again at `until`. `effects` (a warning to the requester, say) happen in the same transaction. */
  postponeDelivery(id: number, until: number, error: string, effects?: Effects): Promise<void>;
  /** Gives it up for good. */
  dropDelivery(id: number, error: string, effects: Effects): Promise<void>;
  card(requestId: string, place: Place): Promise<StoredCard | undefined>;

  /** Appends to the record outside any transition: refusals, failed authorisation, operator's doings. */
  record(events: readonly AuditEvent[]): Promise<void>;
  /** Events of a Request or a device, oldest first. */
  auditOf(about: { requestId: string } | { deviceId: string }, limit: number): Promise<AuditEvent[]>;

  /**
   * Takes one call of the operation's quota if both windows have room, in one transaction; else says when the next one
   * will (Unix ms). Calls and blocks survive a restart.
   */
  reserveCall(operation: Operation, now: number, limits: readonly Window[]): Promise<Reservation>;
  /** No call of this operation before `until` (a 429). Never shortens an existing block. */
  blockCalls(operation: Operation, until: number): Promise<void>;
  /** Times of calls since `since`, oldest first, and the block, for estimates. */
  callsSince(operation: Operation, since: number): Promise<{ calls: number[]; blockedUntil: number | undefined }>;

  /** The address book of a platform's adapter; the keys of one platform are not those of another. */
  addresses(platform: PlatformName): Addresses;

  close(): Promise<void>;
}

/** What happens in the same transaction as a change. */
export interface Effects {
  readonly audit: readonly AuditEvent[];
  readonly deliveries: readonly NewDelivery[];
  readonly buttons?: readonly StoredButton[];
  readonly vote?: Vote;
  /** The `key` of the Incoming that this change answers. */
  readonly settles?: string;
}

export interface PendingIncoming {
  readonly incoming: Incoming;
  readonly receivedAt: number;
  readonly attempts: number;
}

/** Calls allowed in any `ms` long window. */
export interface Window {
  readonly limit: number;
  readonly ms: number;
}

export type Reservation = { readonly granted: true } | { readonly granted: false; readonly at: number };

/**
 * What a button means: a vote on one exact revision; what to do about the `attempt` of which nobody can tell; or one choice of a pick
 * list, usable only by `account`.
 */
export type ButtonMeaning =
  | {
      readonly kind: 'vote';
      readonly requestId: string;
      readonly revision: number;
      readonly decision: 'approve' | 'deny';
    }
  | {
      readonly kind: 'resolve';
      readonly requestId: string;
      readonly attempt: number;
      readonly decision: Resolution['decision'];
    }
  | { readonly kind: 'choose'; readonly account: Account; readonly origin: Origin; readonly command: Command };

export interface StoredButton {
  /** At least 128 random bits, base64url. */
  readonly token: string;
  readonly meaning: ButtonMeaning;
  readonly expiresAt: number;
}

/**
 * A message owed. `announce` and `update` carry no content: the card is rendered from the state at the time of sending.
 * `lane` keeps the order: what shares a lane is sent one after the other.
 */
export interface NewDelivery {
  readonly lane: string;
  readonly platform: PlatformName;
  readonly requestId?: string;
  readonly message: Message;
  /** Not before this time; at once when missing. */
  readonly notBefore?: number;
}

export type Message =
  | { readonly kind: 'announce'; readonly place: Place }
  | { readonly kind: 'update'; readonly place: Place }
  | { readonly kind: 'reply'; readonly place: Place; readonly note: Note }
  | { readonly kind: 'direct'; readonly account: Account; readonly note: Note }
  | { readonly kind: 'whisper'; readonly account: Account; readonly origin: Origin; readonly note: Note };

export interface Delivery extends NewDelivery {
  readonly id: number;
  readonly attempts: number;
  readonly createdAt: number;
  /** The `error` with which it was put off last. */
  readonly lastError?: string;
}

export interface StoredCard {
  readonly ref: MessageRef;
  /** The version of the Request that the card last showed. */
  readonly renderedVersion: number;
}
