import { z } from 'zod';
import { isLoopback } from '../../src/config/settings.js';
import { PlatformError } from '../../src/platform.js';
import { connectorError, type Answer, unreachable } from './errors.js';
import type { TeamsContent } from './render/content.js';

/**
 * The Bot Framework connector, as far as Cordon needs it. The SDK's own client is not used: its pipeline repeats what was answered with
 * 429 or 5xx up to three times by itself, and a message whose answer was lost would be posted again; it has no time-out and knows
 * no targeted messages. Source of the paths: the Bot Connector REST API reference, Teams' "targeted messages".
 */
export interface Connector {
  /** The id of the new activity. `targetedTo` is Teams' id (`29:…`) of the one person who shall see it. */
  send(where: Where, content: TeamsContent, targetedTo?: string): Promise<string>;
  update(where: Where, activity: string, content: TeamsContent): Promise<void>;
  /** The id of the bot's one-to-one conversation with this person, made where there is none. */
  openPersonal(serviceUrl: string, tenant: string, user: string): Promise<string>;
  /** One entry of the conversation's roster, as it came. */
  member(where: Where, user: string): Promise<unknown>;
}

/** `conversation` with `;messageid=<root>` for a thread of a channel. */
export interface Where {
  readonly serviceUrl: string;
  readonly conversation: string;
}

export interface ConnectorOptions {
  /** cross-fetch's, which has no time-out of its own. */
  readonly fetch: typeof globalThis.fetch;
  /** A bearer token for the connector; true asks for a fresh one. Undefined where nobody is authenticated. */
  readonly token: ((fresh: boolean) => Promise<string>) | undefined;
  /** `MicrosoftAppId`; undefined where nobody is authenticated. */
  readonly appId: string | undefined;
  /** For one call, the reading of its body included. */
  readonly timeoutMs: number;
  /** Unix ms. */
  readonly now: () => number;
}

const created = z.object({ id: z.string().min(1) });

/** Code of a 2xx that does not say what was made. */
export const unreadable = 'teams_unreadable';

interface Call {
  readonly method: string;
  readonly url: string;
  readonly body: object | undefined;
}

/**
 * Guarantees: every call is made once and ends within `timeoutMs`, except that a 401 is tried once more with a fresh token; the token
 * goes only to an https service URL (or loopback), and no redirect is followed. Throws a `PlatformError`.
 */
export function createConnector(options: ConnectorOptions): Connector {
  const bot = { id: `28:${options.appId ?? 'cordon'}`, name: 'Cordon' };

  async function exchange({ method, url, body }: Call, bearer: string | undefined): Promise<Answer> {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort();
    }, options.timeoutMs);
    try {
      const response = await options.fetch(url, {
        method,
        headers: {
          accept: 'application/json',
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        },
        redirect: 'manual',
        signal: controller.signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.text() };
    } finally {
      clearTimeout(timer);
    }
  }

  async function call(what: string, method: string, serviceUrl: string, path: string, body?: object): Promise<unknown> {
    const exact = { method, url: `${trusted(serviceUrl)}${path}`, body };
    // Whether it can have arrived: without a token nothing leaves, and what drew a 401 was not carried out.
    let left = false;
    const once = async (fresh: boolean): Promise<Answer> => {
      left = false;
      const bearer = await options.token?.(fresh);
      left = true;
      return exchange(exact, bearer);
    };
    let answer: Answer;
    try {
      answer = await once(false);
      if (answer.status === 401 && options.token !== undefined) answer = await once(true);
    } catch (error) {
      throw unreachable(error, what, left);
    }
    if (answer.status < 200 || answer.status > 299) throw connectorError(answer, what, options.now());
    return answer.body === '' ? undefined : readJson(answer.body, what);
  }

  const activities = (conversation: string): string =>
    `v3/conversations/${encodeURIComponent(conversation)}/activities`;

  return {
    async send({ serviceUrl, conversation }, content, targetedTo) {
      const what = targetedTo === undefined ? 'sendToConversation' : 'sendTargeted';
      const activity = {
        type: 'message',
        from: bot,
        ...content,
        ...(targetedTo === undefined ? {} : { recipient: { id: targetedTo } }),
      };
      const query = targetedTo === undefined ? '' : '?isTargetedActivity=true';
      const answer = await call(what, 'POST', serviceUrl, `${activities(conversation)}${query}`, activity);
      return readId(answer, what);
    },

    async update({ serviceUrl, conversation }, id, content) {
      const path = `${activities(conversation)}/${encodeURIComponent(id)}`;
      await call('updateActivity', 'PUT', serviceUrl, path, { type: 'message', id, from: bot, ...content });
    },

    async openPersonal(serviceUrl, tenant, user) {
      const body = {
        isGroup: false,
        bot,
        members: [{ id: user }],
        tenantId: tenant,
        channelData: { tenant: { id: tenant } },
      };
      return readId(
        await call('createConversation', 'POST', serviceUrl, 'v3/conversations', body),
        'createConversation',
      );
    },

    member: ({ serviceUrl, conversation }, user) =>
      call(
        'getMember',
        'GET',
        serviceUrl,
        `v3/conversations/${encodeURIComponent(conversation)}/members/${encodeURIComponent(user)}`,
      ),
  };
}

/** With a trailing slash. Throws code `teams_untrusted_service_url`, because whoever gets the token can speak as Cordon. */
function trusted(serviceUrl: string): string {
  const url = URL.canParse(serviceUrl) ? new URL(serviceUrl) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname)))
    return serviceUrl.replace(/\/*$/, '/');
  throw new PlatformError('refused', 'teams_untrusted_service_url', `no https service URL: ${serviceUrl}`);
}

/** A message that was sent must never be sent twice because of an odd answer, so that is final. */
function readId(answer: unknown, what: string): string {
  const read = created.safeParse(answer);
  if (read.success) return read.data.id;
  throw new PlatformError('refused', unreadable, `${what}: ${read.error.message}`);
}

function readJson(body: string, what: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (cause) {
    throw new PlatformError('refused', unreadable, `${what}: the answer is no JSON`, { cause });
  }
}
