import { CordonError } from './errors.js';
import type { Incoming } from './command/model.js';
import type { Account, PlatformName, Profile } from './people/person.js';
import type { GroupSource } from './policy/groups.js';
import type { Card, View } from './view/model.js';

/**
 * One sent message. Slack: channel id and `ts`. Teams: the conversation id to which it was sent, `;messageid=<root>` included,
 * and the activity id.
 */
export interface MessageRef {
  readonly platform: PlatformName;
  readonly conversation: string;
  readonly message: string;
}

/** Where a message goes. `whisper` is seen by that person alone, there and then. */
export type Target =
  | { readonly to: 'conversation'; readonly conversation: string; readonly thread?: string }
  | { readonly to: 'person'; readonly account: Account }
  | {
      readonly to: 'whisper';
      readonly account: Account;
      readonly conversation: string;
      readonly thread?: string;
      readonly replyUrl?: string;
    };

/**
 * All that the core needs of a chat platform. Implemented once per adapter; every method may throw a `PlatformError`,
 * and nothing is retried inside: the core owns retries, because it owns the record of what is owed.
 */
export interface Platform {
  readonly name: PlatformName;
  send(target: Target, view: View): Promise<MessageRef>;
  update(ref: MessageRef, view: View): Promise<void>;
  /** Asks the platform, at the time of the call, who this account is. Throws when it cannot tell: nobody acts unresolved. */
  lookUp(account: Account): Promise<Profile>;
}

/** A platform's adapter as the composition root sees it. */
export interface Adapter {
  readonly platform: Platform;
  /** Where the platform keeps groups of people that a policy may name. */
  readonly groups?: GroupSource;
  /** Checks the credentials. Throws a `PlatformError` where the platform refuses them; an outage is only logged. */
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): Health;
}

/** `reasons` say why not, one sentence each; empty when all is well. */
export interface Health {
  readonly ok: boolean;
  readonly reasons: readonly string[];
  /** It can be used, but not all of it works: nothing that another replica would do better. */
  readonly degraded?: boolean;
}

/** What an adapter may ask of the core. */
export interface Core {
  /** Stores what came, before the platform gets its acknowledgement. False for a redelivery, to be acknowledged like the first. */
  accept(incoming: Incoming): Promise<boolean>;
  /**
   * The Card to which a pressed button belongs, as it stands once the press was carried out, or after `withinMs` at the latest; for
   * platforms whose answer to a click carries the new card. Undefined where the button belongs to no Card.
   */
  cardAfter(press: Incoming, withinMs: number): Promise<Card | undefined>;
  /** The door turned something away, which is recorded. Returns at once and never throws. */
  refused(platform: PlatformName, reason: DoorReason): void;
}

/**
 * Why something was not let in. `unsigned`: no signature or token at all; `wrong signature`: one that does not fit, has expired or is
 * for somebody else; `wrong time`: a time stamp too far off; `foreign issuer`, `foreign tenant`, `foreign channel`: from where nobody
 * may speak to Cordon; `keys unavailable`: nobody could tell; `malformed`, `too large`: nothing that Cordon can read.
 */
export type DoorReason =
  | 'unsigned'
  | 'wrong signature'
  | 'wrong time'
  | 'foreign issuer'
  | 'foreign tenant'
  | 'foreign channel'
  | 'keys unavailable'
  | 'malformed'
  | 'too large';

/** What an adapter has to remember about how to reach a conversation or a person; opaque to the core, kept over restarts. */
export interface Addresses {
  find(key: string): Promise<string | undefined>;
  save(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
}

/**
 * Why a message could not be sent, as far as the core must tell them apart.
 * `later`: outage, 429 (`retryAfterMs` set when the platform said so). `gone`: the message, thread or account does
 * not exist (any more), or the message can no longer be edited. `not invited`: the bot is not in that conversation. `credentials`: the
 * platform does not take Cordon's own, so nothing works until an operator has mended them. `refused`: it will never work.
 */
export type PlatformErrorKind = 'later' | 'gone' | 'not invited' | 'credentials' | 'refused';

export class PlatformError extends CordonError {
  constructor(
    readonly kind: PlatformErrorKind,
    code: string,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number; userText?: string; unsure?: boolean } = {},
  ) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
    this.unsure = options.unsure ?? false;
  }
  readonly retryAfterMs: number | undefined;
  /** The platform may have done it all the same: the call left, and no answer or none of use came back. */
  readonly unsure: boolean;
}

export const platformTitle: Readonly<Record<PlatformName, string>> = { slack: 'Slack', teams: 'Teams' };

/** Code `platform_off`: Cordon runs without this platform's settings. */
export function platformOff(name: PlatformName): PlatformError {
  return new PlatformError('refused', 'platform_off', `${name} is not set up`, {
    userText: `${platformTitle[name]} is not set up in this Cordon: an operator has to add its settings.`,
  });
}
