import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { z } from 'zod';
import { redact } from '../../src/defender/redact.js';
import { messageOf } from '../../src/errors.js';
import { mayHaveWorked, neverLeft, systemCode } from '../../src/network.js';
import { PlatformError, type PlatformErrorKind } from '../../src/platform.js';

type Options = ConstructorParameters<typeof PlatformError>[3];

/** Slack's error codes that mean more than "it will never work". Source: the pages of the methods on docs.slack.dev. */
const kinds: Readonly<Record<string, PlatformErrorKind>> = {
  not_in_channel: 'not invited',
  channel_not_found: 'not invited',
  message_not_found: 'gone',
  user_not_found: 'gone',
  thread_not_found: 'gone',
  cannot_reply_to_message: 'gone',
  restricted_action_thread_locked: 'gone',
  cant_update_message: 'gone',
  edit_window_closed: 'gone',
  invalid_auth: 'credentials',
  not_authed: 'credentials',
  token_revoked: 'credentials',
  token_expired: 'credentials',
  account_inactive: 'credentials',
  ratelimited: 'later',
  rate_limited: 'later',
  accesslimited: 'later',
  fatal_error: 'later',
  internal_error: 'later',
  request_timeout: 'later',
  service_unavailable: 'later',
  team_added_to_org: 'later',
  external_channel_migrating: 'later',
};

/** By Slack's own words, part of the work may be done all the same. */
const brokeMidway: ReadonlySet<string> = new Set(['fatal_error', 'internal_error', 'request_timeout']);

const advice: Readonly<Record<string, string>> = {
  is_archived: 'That channel is archived: choose another one.',
  restricted_action: 'The settings of this workspace do not let Cordon post in that channel: ask a workspace admin.',
  user_not_found: 'Slack does not know that account.',
  user_not_visible: 'Slack does not show that account to Cordon.',
  account_inactive: 'Cordon has been removed from this workspace: it has to be installed again.',
  invalid_auth: 'Slack does not accept the token of Cordon: set SLACK_BOT_TOKEN to the current one.',
  token_revoked: 'The token of Cordon was revoked: it has to be installed again.',
};

const invite = 'Cordon is not in that channel: invite it there with “/invite @cordon”.';

/** `needed` comes with `missing_scope` and names the scopes that would have been enough. */
const refusal = z.object({ needed: z.string().optional() });

/**
 * Turns whatever a call to Slack threw into the one error that the core knows. Codes are `slack_` and Slack's own code, else
 * `slack_rate_limited`, `slack_http_<status>`, `slack_unreachable`.
 */
export function toPlatformError(thrown: unknown, what: string): PlatformError {
  if (thrown instanceof PlatformError) return thrown;
  if (thrown instanceof WebAPIRateLimitedError) {
    return problem('later', 'slack_rate_limited', thrown, what, { retryAfterMs: thrown.retryAfter * 1_000 });
  }
  if (thrown instanceof WebAPIHTTPError) return httpError(thrown.statusCode, thrown, what);
  if (thrown instanceof WebAPIPlatformError) return fromCode(thrown.data.error, thrown.data, thrown, what);
  const broken = thrown instanceof WebAPIRequestError ? thrown.original : thrown;
  return problem('later', 'slack_unreachable', thrown, what, { unsure: !neverLeft(systemCode(broken)) });
}

/** For answers that do not come through the Web API client: a `response_url`. */
export function httpError(status: number, cause: unknown, what: string): PlatformError {
  const kind = status === 429 || status >= 500 ? 'later' : 'refused';
  return problem(kind, `slack_http_${status}`, cause, what, { unsure: mayHaveWorked(status) });
}

function fromCode(code: string, data: unknown, cause: unknown, what: string): PlatformError {
  // A page of a proxy in place of JSON ends up in `error` as it is: no answer of Slack, so no verdict either.
  if (!/^[a-z0-9_]+$/.test(code)) return problem('later', 'slack_unreadable', cause, what, { unsure: true });
  const kind = kinds[code] ?? 'refused';
  const unsure = brokeMidway.has(code);
  return problem(kind, `slack_${code}`, cause, what, { userText: userTextFor(code, kind, data), unsure });
}

function userTextFor(code: string, kind: PlatformErrorKind, data: unknown): string {
  if (kind === 'not invited') return invite;
  const needed = refusal.safeParse(data).data?.needed;
  if (code === 'missing_scope') {
    return `Cordon lacks the Slack permission ${needed ?? 'that this needs'}: an admin has to install it again from its manifest.`;
  }
  return advice[code] ?? `Slack answers “${code}”.`;
}

function problem(
  kind: PlatformErrorKind,
  code: string,
  cause: unknown,
  what: string,
  options: Options = {},
): PlatformError {
  return new PlatformError(kind, code, `${what}: ${redact(messageOf(cause))}`, { cause, ...options });
}
