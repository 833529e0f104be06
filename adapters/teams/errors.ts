import { z } from 'zod';
import { redact } from '../../src/defender/redact.js';
import { retryAfterMs } from '../../src/defender/retry-after.js';
import { messageOf } from '../../src/errors.js';
import { mayHaveWorked, neverLeft, systemCode } from '../../src/network.js';
import { PlatformError, type PlatformErrorKind } from '../../src/platform.js';
import { credentialsRefused } from './credentials.js';

/** What the connector answered. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string;
}

/** Error codes of the connector that mean more than their status. Source: Teams' "Status codes from bot conversational APIs". */
const kinds: Readonly<Record<string, PlatformErrorKind>> = {
  BotNotInConversationRoster: 'not invited',
  ConversationBlockedByUser: 'refused',
  BotDisabledByAdmin: 'refused',
  ConversationNotFound: 'gone',
  ActivityNotFoundInConversation: 'gone',
  MemberNotFoundInConversation: 'gone',
  UserNotFound: 'gone',
  MessageSizeTooBig: 'refused',
  BadArgument: 'refused',
};

const advice: Readonly<Record<string, string>> = {
  BotNotInConversationRoster:
    'Cordon is not installed there: add the Cordon app to the team or chat; for direct messages the person adds it for themselves.',
  ConversationBlockedByUser: 'They have blocked Cordon in Teams.',
  BotDisabledByAdmin: 'An admin has disabled Cordon in Teams.',
  MemberNotFoundInConversation: 'Teams does not list that person any more.',
  MessageSizeTooBig: 'The message was too large for Teams.',
};

const refusal = z.object({ error: z.object({ code: z.string().optional(), message: z.string().optional() }) });

/**
 * A refusal of the connector as the one error that the core knows. Codes are `teams_` and the connector's own code in lower snake case,
 * else `teams_rate_limited`, `teams_http_<status>`.
 */
export function connectorError({ status, retryAfter, body }: Answer, what: string, now: number): PlatformError {
  const { code, message } = read(body);
  // It goes into the log, the delivery and the record.
  const text = `${what}: ${status} ${code ?? ''} ${redact(message ?? '')}`.trim();
  if (status === 429) {
    const wait = retryAfterMs(retryAfter, message ?? '', now);
    return new PlatformError('later', 'teams_rate_limited', text, wait === undefined ? {} : { retryAfterMs: wait });
  }
  const userText = code === undefined ? undefined : advice[code];
  return new PlatformError(
    kindOf(status, code),
    code === undefined ? `teams_http_${status}` : `teams_${snake(code)}`,
    text,
    { userText: userText ?? usualText(status, code), unsure: mayHaveWorked(status) },
  );
}

/** No answer came: a time-out, a broken connection, or Entra gave no token; `left` where the call itself was begun. */
export function unreachable(error: unknown, what: string, left: boolean): PlatformError {
  if (error instanceof PlatformError) return error;
  const refused = credentialsRefused(error);
  if (refused !== undefined) return refused;
  const unsure = left && !neverLeft(systemCode(error));
  return new PlatformError('later', 'teams_unreachable', `${what}: ${messageOf(error)}`, { cause: error, unsure });
}

function kindOf(status: number, code: string | undefined): PlatformErrorKind {
  const known = code === undefined ? undefined : kinds[code];
  if (known !== undefined) return known;
  // A 404 without a code is a proxy's, which knows nothing of conversations and people.
  if (status === 404) return code === undefined ? 'later' : 'gone';
  if (status === 401) return 'credentials';
  // 412 and 502 are passing by Teams' own page.
  return status >= 500 || status === 408 || status === 412 ? 'later' : 'refused';
}

function usualText(status: number, code: string | undefined): string {
  if (status === 401)
    return 'Teams does not accept the token of Cordon: check MicrosoftAppId and MicrosoftAppPassword.';
  return `Teams answers ${status}${code === undefined ? '' : ` “${code}”`}.`;
}

function read(body: string): { code?: string | undefined; message?: string | undefined } {
  try {
    const { error } = refusal.parse(JSON.parse(body));
    return { ...error, ...(error.code !== undefined && /^\w+$/.test(error.code) ? {} : { code: undefined }) };
  } catch {
    // A page of a proxy in place of JSON: the status has to do.
    return {};
  }
}

function snake(code: string): string {
  return code.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}
