import { CordonError } from './errors.js';
import type { Account, Person, PlatformName } from './people/person.js';
import type { View } from './view/model.js';

/** One sent message. Slack: channel id and `ts`. */
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
  lookUp(account: Account): Promise<Person>;
}

/**
 * Why a message could not be sent, as far as the core must tell them apart.
 * `later`: outage, 429 (`retryAfterMs` set when the platform said so). `gone`: the message, thread or account does
 * not exist (any more), or the message can no longer be edited. `not invited`: the bot is not in that conversation. `refused`: it will never work.
 */
export type PlatformErrorKind = 'later' | 'gone' | 'not invited' | 'refused';

export class PlatformError extends CordonError {
  constructor(
    readonly kind: PlatformErrorKind,
    code: string,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number; userText?: string } = {},
  ) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
  readonly retryAfterMs: number | undefined;
}
