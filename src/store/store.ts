import type { Checkpoint } from '../audit/checkpoint.js';
import type { AuditEvent } from '../audit/event.js';
import type { ActionKind, Command, Incoming, Origin } from '../command/model.js';
import type { Bucket } from '../defender/quota.js';
import type { Account, PlatformName } from '../people/person.js';
import type { Addresses, MessageRef } from '../platform.js';
import type { RequestState } from '../request/life.js';
import type { Place, Request, Resolution, Vote } from '../request/request.js';
import type { Note } from '../view/model.js';
import type { CheckpointPace } from './audit-checkpoints.js';
import type { ControlStore } from './control.js';
import type { PeopleStore } from './people.js';
import type { StatsStore } from './stats.js';

/**
 * The system of record. Every method is one transaction: it happens whole or not at all, and it is on disk when the
 * promise resolves; but claims, `reserveCall` and `callDone` may be undone in SQLite by a failure of the whole machine. All times are
 * Unix ms. What a method throws is a `StoreError` (disk full, lock, lost connection); then nothing of it happened.
 */
export interface Store extends PeopleStore, ControlStore, StatsStore {
  /** Stores what a platform sent. False when this `key` was stored before: a redelivery, to be acknowledged and ignored. */
  accept(incoming: Incoming, at: number): Promise<boolean>;
  /** Claims what is accepted and not yet settled, due at `now` and claimed by nobody, in the order of arrival. */
  claimIncoming(owner: string, now: number, limit: number): Promise<PendingIncoming[]>;
  nextIncomingDue(): Promise<number | undefined>;
  /** Whether it was answered; false also for a key that was never stored. */
  isSettled(key: string): Promise<boolean>;
  /** Tries it again at `until`, and ends the claim. Nothing happens where the claim is lost. */
  postponeIncoming(pending: Pick<PendingIncoming, 'incoming' | 'owner'>, until: number): Promise<void>;
  /** Marks it done without changing a Request: answers, refusals, help. */
  settleIncoming(key: string, effects: Effects): Promise<void>;

  /**
   * Stores a new Request with all that it owes. Throws `StoreError` code `request_exists` when the id is taken, and with
   * `alone` code `request_open` when another open Request asks for the same action on the same device. With `most`, code
   * `too_many_open` or `too_many_of_yours` when so many Requests are open already.
   */
  create(request: Request, effects: Effects, options?: CreateOptions): Promise<void>;
  /**
   * Replaces the Request if the stored version is `request.version - 1`; false, and nothing at all stored, when somebody
   * else was faster. The caller then reads it again and decides anew. Ends the claim on it; under a claim (`request.claim`) that
   * is lost, the answer is false as well.
   */
  change(request: Request, effects: Effects): Promise<boolean>;
  request(id: string): Promise<Request | undefined>;
  /** Claims Requests in these states that are due at `now` (`dueAt <= now`) and claimed by nobody, by `dueAt`, then `id`. */
  claimRequests(owner: string, states: readonly RequestState[], now: number, limit: number): Promise<Request[]>;
  /**
   * Claims the first of the line for this action: `queued`, due, claimed by nobody, and with the lane of its device free, which
   * is to say that no call for the device is under way and none of its Requests stands further ahead. What is held stands in no line.
   */
  claimQueued(owner: string, action: ActionKind, now: number, limit: number): Promise<Request[]>;
  /**
   * `queued` to `sending`, in one transaction with one call of the operation's quota, if the claim holds and the device's lane is
   * free. `request` is the Request in `sending`; the claim on it goes on. While Cordon is stopped nothing but a release starts.
   */
  startSending(request: Request, effects: Effects, quota: Quota): Promise<Start>;
  /** Puts claimed Requests off to `dueAt` and ends the claims. What was changed meanwhile stays as it is. */
  postponeRequests(ids: readonly string[], owner: string, dueAt: number): Promise<void>;
  /** In these states, due or not, oldest `queuedAt` (else `createdAt`) first. */
  requestsIn(states: readonly RequestState[], limit: number): Promise<Request[]>;
  /** How many are in these states, all or those of one action. */
  countIn(states: readonly RequestState[], action?: ActionKind): Promise<number>;
  /** The earliest `dueAt` in these states among those that nobody has claimed. */
  nextDue(states: readonly RequestState[]): Promise<number | undefined>;
  /** Requests for this device, newest first. */
  requestsForDevice(deviceId: string, limit: number): Promise<Request[]>;
  /** The Requests whose MachineAction has this id. */
  requestsForMachineAction(machineActionId: string): Promise<Request[]>;

  /** What a button's token means; undefined for an unknown one. */
  button(token: string): Promise<StoredButton | undefined>;

  /** Claims owed deliveries due at `now`: at most one per lane, the oldest of it. Later ones of a lane wait for it. */
  claimDeliveries(owner: string, now: number, limit: number): Promise<Delivery[]>;
  nextDeliveryDue(): Promise<number | undefined>;
  /** Messages that were tried, are still owed and older than `before` (Unix ms): how many on each platform, and since when the oldest waits. */
  overdueDeliveries(before: number): Promise<readonly Overdue[]>;
  /**
   * Marks it sent; for an `announce`, remembers the message as the Request's card in this place. Like the other two ends of a
   * delivery it does nothing where the claim is lost; false then.
   */
  delivered(delivery: Delivery, outcome: { ref?: MessageRef; renderedVersion?: number; at: number }): Promise<boolean>;
  /** Owes messages outside any change. */
  owe(deliveries: readonly NewDelivery[]): Promise<void>;
  /** Tries it again at `until`. `effects` (a warning to the requester, say) happen in the same transaction. */
  postponeDelivery(delivery: Delivery, until: number, why: Postponement, effects?: Effects): Promise<void>;
  /** Gives it up for good. */
  dropDelivery(delivery: Delivery, error: string, effects: Effects): Promise<void>;
  card(requestId: string, place: Place): Promise<StoredCard | undefined>;
  /** The ids of the Requests whose card this message is. A conversation is the same with and without the mark of a thread (`;…`). */
  requestsOfCard(message: MessageRef): Promise<string[]>;

  /** Appends to the record outside any transition: refusals, failed authorisation, operator's doings. */
  record(events: readonly AuditEvent[]): Promise<void>;
  /** Throws `audit_broken` where the end of the record is not what Cordon wrote: then nothing can be added to it. */
  checkRecord(): Promise<void>;
  /**
   * Signs the end of the record, where that is due. What is new since the last time is verified first (`audit_broken`). Undefined where
   * nothing is due, or another replica was faster.
   */
  checkpoint(now: number, pace: CheckpointPace): Promise<Checkpoint | undefined>;
  /** Events of a Request or a device, oldest first. */
  auditOf(about: { requestId: string } | { deviceId: string }, limit: number): Promise<AuditEvent[]>;
  /** The latest event with one of these names. */
  lastEvent(what: readonly string[]): Promise<AuditEvent | undefined>;

  /**
   * Takes one call of the bucket if every window has room, in one transaction; else says in how many ms to ask again. Until
   * `callDone`, the call counts as one that may still arrive. Calls and blocks survive a restart.
   */
  reserveCall(bucket: Bucket, now: number, limits: readonly Window[]): Promise<Reservation>;
  /** The call was answered, or is certain not to have left: from `now` on its place in the windows grows old. */
  callDone(call: string, now: number): Promise<void>;
  /** No call of this bucket for `forMs` (a 429), one hour at most. Never shortens an existing block. */
  blockCalls(bucket: Bucket, forMs: number, now: number): Promise<void>;
  /** Times of calls since `since`, oldest first, those still under way as `now`, and the block, for estimates. */
  callsSince(bucket: Bucket, since: number, now: number): Promise<CallLog>;

  /** A new replica, which counts as dead from `until` on. */
  register(replica: string, until: number): Promise<void>;
  /** False when it is not known (any more): others may hold by now what it had claimed. */
  renew(replica: string, until: number): Promise<boolean>;
  /** Ends one claim, whatever it took. */
  free(owner: string): Promise<void>;
  /** Ends a replica: what it has claimed is due, and anybody's. */
  release(replica: string): Promise<void>;
  /**
   * Ends the replicas that are dead at `now`, or whose lease reaches beyond `latest`, as after a clock was set back. What they had
   * claimed is due, and what was claimed for a replica that is not known (any more) as well. How many there were.
   */
  reap(now: number, latest: number): Promise<number>;
  /**
   * What is due later than `latest` for no reason of its own, which is all but the end of the time for approvals, is due at `now`:
   * after a clock was set back nothing waits for the old time.
   */
  pullIn(now: number, latest: number): Promise<void>;
  /** The database's own clock, Unix ms; undefined where it has none. */
  time(): Promise<number | undefined>;

  /** The address book of a platform's adapter; the keys of one platform are not those of another. */
  addresses(platform: PlatformName): Addresses;

  close(): Promise<void>;
}

/** Who claims: a replica, and which of its claims it is. */
export function ownerFor(replica: string, claim: number): string {
  return `${replica}/${claim}`;
}

/** The replica that such an owner is of. */
export function replicaOf(owner: string): string {
  return owner.slice(0, owner.lastIndexOf('/'));
}

/** What happens in the same transaction as a change. */
export interface Effects {
  readonly audit: readonly AuditEvent[];
  readonly deliveries: readonly NewDelivery[];
  readonly buttons?: readonly StoredButton[];
  readonly vote?: Vote;
  /** Stored votes that stand no longer. Their rows stay, marked as taken back; `vote` may be the same person's next one. */
  readonly takesBack?: readonly Vote[];
  /** The `key` of the Incoming that this change answers. */
  readonly settles?: string;
  readonly once?: readonly Once[];
}

/** Messages that are owed only if no others were under this name within the last `withinMs`, whichever process owed them. `at`: Unix ms. */
export interface Once {
  readonly name: string;
  readonly at: number;
  readonly withinMs: number;
  readonly deliveries: readonly NewDelivery[];
}

export interface PendingIncoming {
  readonly incoming: Incoming;
  readonly receivedAt: number;
  readonly attempts: number;
  /** The replica that has claimed it. */
  readonly owner: string;
}

export interface CreateOptions {
  readonly alone?: boolean;
  readonly most?: CreateLimits;
}

/** How many Requests may be open at once. Two replicas at the same moment may go one beyond it. */
export interface CreateLimits {
  readonly open: number;
  readonly openOfRequester: number;
}

/** Which calls are counted against which limits, and the time at which one is asked for (Unix ms). */
export interface Quota {
  readonly bucket: Bucket;
  readonly now: number;
  readonly limits: readonly Window[];
}

/**
 * `started`: it is in `sending`, and the call may be made. `lost`: it changed, its claim is lost or its device's lane is not free.
 * `stopped`: Cordon is stopped. `full`: no call is left, for `waitMs` at least. Nothing at all is stored with the last three.
 */
export type Start =
  | { readonly outcome: 'started'; readonly call: string }
  | { readonly outcome: 'lost' }
  | { readonly outcome: 'stopped' }
  | { readonly outcome: 'full'; readonly waitMs: number };

/** Why a delivery failed, and whether the message may have been posted all the same. */
export interface Postponement {
  readonly error: string;
  readonly unsure: boolean;
}

/** Calls allowed in any `ms` long window. */
export interface Window {
  readonly limit: number;
  readonly ms: number;
}

/** `call` is for `callDone`. `waitMs` is at least 1, and may be too short, never too long. */
export type Reservation =
  { readonly granted: true; readonly call: string } | { readonly granted: false; readonly waitMs: number };

export interface CallLog {
  readonly calls: readonly number[];
  readonly blockedUntil: number | undefined;
}

/** Where a button may be pressed; checked against the authenticated press. In a direct message it is `person` who may. */
export type ButtonPlace = Pick<Place, 'platform' | 'tenant' | 'conversation' | 'person'>;

/**
 * What a button means, and where: a vote on one exact revision and what it says; what to do about the `attempt` of which nobody can
 * tell; or one choice of a pick list, usable only by `account`.
 */
export type ButtonMeaning =
  | {
      readonly kind: 'vote';
      readonly requestId: string;
      readonly revision: number;
      readonly commitment: string;
      readonly decision: 'approve' | 'deny';
      readonly place: ButtonPlace;
    }
  | {
      readonly kind: 'resolve';
      readonly requestId: string;
      readonly attempt: number;
      readonly decision: Resolution['decision'];
      readonly place: ButtonPlace;
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
  /** `again`: also where the card seems to show the present version, because somebody's late edit may have undone it. */
  | { readonly kind: 'update'; readonly place: Place; readonly again?: true }
  /** A second copy of the card, which nobody keeps up to date, becomes a note without buttons. */
  | { readonly kind: 'retire'; readonly place: Place; readonly copy: MessageRef }
  | { readonly kind: 'reply'; readonly place: Place; readonly note: Note }
  | { readonly kind: 'direct'; readonly account: Account; readonly note: Note }
  | { readonly kind: 'whisper'; readonly account: Account; readonly origin: Origin; readonly note: Note };

export interface Delivery extends NewDelivery {
  readonly id: number;
  /** The replica that has claimed it. */
  readonly owner: string;
  readonly attempts: number;
  /** How many earlier attempts may have posted it: the process died in the midst, the answer was lost. */
  readonly unsure: number;
  readonly createdAt: number;
  /** The `error` with which it was put off last. */
  readonly lastError?: string;
}

export interface Overdue {
  readonly platform: PlatformName;
  readonly count: number;
  readonly since: number;
}

export interface StoredCard {
  readonly ref: MessageRef;
  /** The version of the Request that the card last showed. */
  readonly renderedVersion: number;
}
