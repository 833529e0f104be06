import type { Account, PlatformName } from '../people/person.js';
import type { MessageRef } from '../platform.js';

/** What Defender is asked to do to a device. */
export type ActionKind = 'restrict' | 'release';

/**
 * How a person named a device. `name` is a host name, short or fully qualified, in lower case;
 * `deviceId` is Defender's own 40-hex id; `entraId` is the Entra device id (`aadDeviceId`).
 */
export type DeviceRef =
  | { readonly by: 'deviceId'; readonly value: string }
  | { readonly by: 'name'; readonly value: string }
  | { readonly by: 'entraId'; readonly value: string }
  | { readonly by: 'ip'; readonly value: string };

/** What a person wants, the same whatever the platform. */
export type Command =
  | { readonly kind: ActionKind; readonly device: DeviceRef; readonly comment: string }
  | { readonly kind: 'status'; readonly about?: { request: string } | { device: DeviceRef } }
  | { readonly kind: 'approve'; readonly request: string }
  | { readonly kind: 'deny'; readonly request: string; readonly reason: string }
  /** `unvote`: an approver takes their vote back. */
  | { readonly kind: 'unvote' | 'withdraw'; readonly request: string }
  | { readonly kind: 'edit'; readonly request: string; readonly comment: string }
  | { readonly kind: 'cancel'; readonly request: string; readonly reason?: string }
  /** What an approver says of a call of which nobody can tell whether it arrived: it did, or it is to be made again. */
  | { readonly kind: 'sent' | 'resend'; readonly request: string }
  /** The kill switch. */
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'resume'; readonly reason?: string }
  | { readonly kind: 'list' }
  /** Why a Request may or may not go on, by the policy of now. */
  | { readonly kind: 'explain'; readonly request: string }
  | { readonly kind: 'history'; readonly device: DeviceRef }
  /** `code` is what was shown in Slack, without dashes. */
  | { readonly kind: 'link'; readonly code?: string }
  | { readonly kind: 'unlink' }
  | { readonly kind: 'help' };

/**
 * Where a Command came from. `conversation` is the platform's channel id; `direct` says that it is a
 * one-to-one conversation with the bot; `thread` is set when it was said inside an existing thread.
 * `replyUrl` is Slack's `response_url` (30 minutes, 5 posts), the only door into a channel that the bot is not in.
 */
export interface Origin {
  readonly platform: PlatformName;
  readonly tenant: string;
  readonly conversation: string;
  readonly direct: boolean;
  readonly thread?: string;
  readonly replyUrl?: string;
}

/** What an adapter hands to the core: who (authenticated), where, and what was said or pressed. */
export interface Incoming {
  /** Unique per thing that happened, the same for every redelivery of it. */
  readonly key: string;
  readonly account: Account;
  readonly origin: Origin;
  readonly said: Said;
}

/**
 * `text` is what a person typed after the mention or slash command; `press` is a button with its opaque token. `on` is the message
 * that the button is on, where the platform itself vouches for it.
 */
export type Said =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'press'; readonly token: string; readonly reason?: string; readonly on?: MessageRef };
