import type { ActionKind, Origin } from '../command/model.js';
import type { Machine } from '../defender/machine.js';
import type { MachineAction } from '../defender/machine-action.js';
import type { Account, Person, PlatformName } from '../people/person.js';
import type { Need } from '../policy/policy.js';
import type { Stop } from '../store/control.js';
import { isFinal, type RequestEvent, type RequestState, next } from './life.js';

/**
 * One asked-for action on one device, with its votes and its life. All times are Unix ms. A later batch of devices is a
 * group of Requests that share a card and votes; a later duration makes a new Request of the opposite action.
 */
export interface Request {
  /** Eight characters of Crockford's base 32, shown as `7K3M-9Q2X`. */
  readonly id: string;
  /** Counts changes; every change is a compare-and-swap on it. */
  readonly version: number;
  readonly state: RequestState;
  readonly action: ActionKind;
  /** The device as Defender described it when the Request was made. */
  readonly device: Machine;
  readonly comment: string;
  readonly requester: Person;
  readonly origin: Origin;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** What the policy asked for when this revision was made. Votes are bound to it. */
  readonly revision: number;
  readonly rule: string;
  readonly policyRevision: string;
  /** How many approvals. A stored Request without it can never be approved. */
  readonly quorum: number | undefined;
  /** What it takes in all, and how far the approvals had come when a vote was last stored: `1 of 2: needs one more from soc-leads`. */
  readonly need?: Need;
  readonly progress?: string;
  /** Names of the groups that may approve, for the reader. */
  readonly approvers: readonly string[];
  /** What is approved, as one hash: see `commitmentOf`. Nothing is ever sent for a stored Request without it. */
  readonly commitment?: string;
  /** Why it needs more than its rule asks for, in sentences. */
  readonly extra?: readonly string[];
  /** It was made in a dry run: no call is ever made for it, in whichever process. */
  readonly dryRun?: true;
  /** Those on this revision that stand: what was taken back or dropped is in the table of votes alone. */
  readonly votes: readonly Vote[];
  /** How votes were lost, oldest first, for the reader of the card. */
  readonly past?: readonly Past[];
  readonly places: readonly AnnouncedPlace[];
  /** When a loop has to look at it next; undefined where nothing is due by itself. */
  readonly dueAt: number | undefined;
  readonly queuedAt?: number;
  /** When it was queued: how many calls were ahead of it, and when its own was expected to leave. */
  readonly estimate?: { readonly ahead: number; readonly at: number };
  /** It stepped out of the line; nothing is due with it unless that is over. */
  readonly held?: Held;
  /** The Request on the same device that has to end first. */
  readonly waitsFor?: string;
  /** The unfinished action in Defender, not Cordon's, that has to end first. */
  readonly waitsForAction?: string;
  /** When the call was (last) sent, and how often it was tried. */
  readonly sentAt?: number;
  readonly attempts: number;
  readonly submittedAt?: number;
  readonly machineAction?: MachineAction;
  /** The MachineAction was already running when Cordon asked; it is followed, but it is not Cordon's. */
  readonly adopted?: boolean;
  /** Somebody wants it stopped after it was approved. */
  readonly cancelling?: Cancelling;
  /** Why nobody can tell what became of its call; set in `unknown` alone. */
  readonly doubt?: Doubt;
  /** The last decision of a person about a call of which nobody could tell. */
  readonly resolved?: Resolution;
  /** A person took the call for sent: it is never made again, and its action is looked for in Defender. */
  readonly assumedSent?: boolean;
  /** People were told that Defender gives no result. */
  readonly silenceSaid?: boolean;
  readonly settledAt?: number;
  /**
   * Set on what a background loop has claimed: the replica that holds it. A change that is made under a claim is refused once the
   * claim is lost. It belongs to the copy, not to the Request, and is not stored with it.
   */
  readonly claim?: string;
  /** Why it ended without success: a stable code and a text for people. */
  readonly failure?: { readonly code: string; readonly text: string };
}

/**
 * Why a queued Request is not sent, since when it was held first (Unix ms), and whether that is over. `stop` is missing where the
 * records of a stop cannot be read.
 */
export interface Held {
  readonly at: number;
  readonly why: 'stopped' | 'dry run';
  readonly stop?: Stop;
  readonly over?: true;
}

/** The wish to stop a Request, and how far Defender has heard of it. */
export interface Cancelling {
  readonly by: Person;
  readonly at: number;
  readonly reason?: string;
  /** When Defender was last asked, and how often. */
  readonly sentAt?: number;
  readonly attempts: number;
  /** Defender is asked no more: it has the wish, it refuses it to Cordon, or it gave no answer as often as was tried. */
  readonly answer?: 'taken' | 'refused' | 'none';
}

/** One occurrence of `unknown`: what is known of the last attempt. The buttons that end it belong to the places. */
export interface Doubt {
  /** What came back from the call, in words. */
  readonly answer: string;
  readonly seen: Seen;
}

/**
 * What the search for the call's action came to when it was last asked: no answer of Defender (`because`, in words), no action of this
 * kind and device with the Request's mark, or an action without any comment, which may be the one.
 */
export type Seen =
  | { readonly what: 'no answer'; readonly because: string }
  | { readonly what: 'nothing' }
  | { readonly what: 'unmarked'; readonly action: MachineAction };

/** What a person decided about a call of which nobody could tell whether Defender had taken it. */
export interface Resolution {
  readonly by: Person;
  readonly at: number;
  readonly decision: 'sent' | 'again';
}

/** Approve or deny, by one Person, on one exact revision of a Request. */
export interface Vote {
  readonly person: Person;
  readonly decision: 'approve' | 'deny';
  readonly reason?: string;
  readonly revision: number;
  /** The Request's, as it was voted on. A stored vote without it counts for nothing. */
  readonly commitment?: string;
  /** Where it was cast. */
  readonly where?: Whereabouts;
  readonly at: number;
}

export type Whereabouts = Pick<Origin, 'platform' | 'tenant' | 'conversation' | 'direct'>;

/** A new revision, which dropped the votes of `dropped`; or a vote that its voter took back. */
export type Past =
  | { readonly kind: 'revised'; readonly at: number; readonly because: string; readonly dropped: readonly Person[] }
  | { readonly kind: 'taken back'; readonly at: number; readonly by: Person };

/** A conversation in which the Request has a card and a thread, or a person who has the card alone. */
export interface Place {
  readonly platform: PlatformName;
  /** The workspace or Entra tenant, where it is known: a channel that the policy names has none. */
  readonly tenant?: string;
  /** For a person: the key of their account. */
  readonly conversation: string;
  /** The card went to this person in a direct message. There is no thread below it. */
  readonly person?: Account;
  /** Set when it was asked inside an existing thread: the card goes into it. */
  readonly thread?: string;
}

/** A Place with what the buttons of its card carry; what they mean, and that they are of use in this place alone, is in the store. */
export interface AnnouncedPlace extends Place {
  readonly tokens: { readonly approve: string; readonly deny: string };
  /** In `unknown` alone. */
  readonly doubtTokens?: { readonly sent: string; readonly again: string };
}

/** Whether they are one place. */
export function samePlace(a: Place, b: Place): boolean {
  return a.platform === b.platform && a.conversation === b.conversation && a.thread === b.thread;
}

/**
 * The Request after an event, one version on; undefined where the event means nothing in its state. `over` replaces other
 * fields; a final state settles it and leaves nothing due.
 */
export function advance(
  request: Request,
  event: RequestEvent,
  now: number,
  over: Partial<Request> = {},
): Request | undefined {
  const state = next(request.state, event);
  if (state === undefined) return undefined;
  const settled = isFinal(state) ? { settledAt: now, dueAt: undefined } : {};
  return { ...request, ...over, ...settled, state, version: request.version + 1 };
}

/** The Request with other fields but the same state, one version on. */
export function amend(request: Request, over: Partial<Request>): Request {
  return { ...request, ...over, version: request.version + 1 };
}

/** `7k3m9q2x` → `7K3M-9Q2X`. */
export function displayId(id: string): string {
  return `${id.slice(0, 4)}-${id.slice(4)}`;
}

/** Reads an id as people write it: any case, with or without dash or `#`, O for 0, I and L for 1. Undefined if it is none. */
export function readId(text: string): string | undefined {
  const id = text
    .trim()
    .replace(/^#/, '')
    .replaceAll('-', '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{8}$/.test(id) ? id : undefined;
}
