import { createHmac } from 'node:crypto';
import type { EnvelopeType, SocketMode } from './socket-mode.js';

export type Payload = Readonly<Record<string, unknown>>;

/** Slack's redelivery of an event: which try it is, and why. */
export interface Retry {
  readonly attempt: number;
  readonly reason: 'http_timeout' | 'http_error' | 'connection_failed' | 'too_many_redirects';
}

/** What the app said. `body` is the parsed JSON, undefined where it was empty or no JSON. */
export interface AppAnswer {
  readonly status: number;
  readonly text: string;
  readonly body: unknown;
}

/** Delivers what happened in Slack to the app. */
export type Send = (type: EnvelopeType, payload: Payload, retry?: Retry) => Promise<AppAnswer>;

export interface HttpSenderOptions {
  /** Cordon's `POST /slack/events`. */
  readonly url: string;
  readonly signingSecret: string;
  /** Unix ms. */
  readonly now: () => number;
  readonly fetch: typeof fetch;
}

/** `v0=HMAC-SHA256` over `v0:{timestamp}:{body}`; the timestamp in Unix seconds. */
export function slackSignature(signingSecret: string, timestamp: number, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

/** Posts a body signed as Slack signs it; `over` replaces headers, the signature included. */
export async function postSigned(
  { url, signingSecret, now, fetch }: HttpSenderOptions,
  body: string,
  over: Readonly<Record<string, string>> = {},
): Promise<AppAnswer> {
  const timestamp = Math.floor(now() / 1_000);
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': slackSignature(signingSecret, timestamp, body),
    ...over,
  };
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, text, body: parse(text) };
}

export function httpSender(options: HttpSenderOptions): Send {
  return (type, payload, retry) => {
    const retryHeaders: Record<string, string> =
      retry === undefined ? {} : { 'x-slack-retry-num': String(retry.attempt), 'x-slack-retry-reason': retry.reason };
    if (type === 'events_api') {
      return postSigned(options, JSON.stringify(payload), { 'content-type': 'application/json', ...retryHeaders });
    }
    const form = type === 'interactive' ? { payload: JSON.stringify(payload) } : formFields(payload);
    return postSigned(options, new URLSearchParams(form).toString(), retryHeaders);
  };
}

export function socketSender(socket: SocketMode): Send {
  return async (type, payload, retry) => {
    const body = await socket.send(type, payload, retry);
    return { status: 200, text: body === undefined ? '' : JSON.stringify(body), body };
  };
}

function formFields(payload: Payload): Record<string, string> {
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
