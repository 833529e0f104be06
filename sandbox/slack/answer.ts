import type { Request } from 'express';
import type { Fault } from '../faults.js';
import type { Arguments, SlackMethod } from './methods.js';
import { SlackError } from './model.js';

/**
 * `429` (with `retryAfter`), `500`, `503` and `error` (with `error`, Slack's own name) refuse without doing the work; `timeout` never
 * answers; `reset` cuts the connection before the work, `lost answer` after it. The operation `respond` is a `response_url`.
 */
export type SlackFaultKind = '429' | '500' | '503' | 'error' | 'timeout' | 'reset' | 'lost answer';
export type SlackOperation = SlackMethod | 'respond';
export type SlackFault = Fault<SlackOperation, SlackFaultKind>;

/** Slack's 429; `retryAfter` in seconds. */
export class RateLimited extends SlackError {
  constructor(readonly retryAfter: number) {
    super('ratelimited');
  }
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly error: string | undefined;
}

/** Does the work, or what the fault says instead of it. */
export function answerTo(fault: SlackFault | undefined, work: () => object): Answered {
  try {
    if (fault?.kind === '429') throw new RateLimited(fault.retryAfter ?? 1);
    if (fault?.kind === 'error') throw new SlackError(fault.error ?? 'internal_error');
    if (fault?.kind === '500' || fault?.kind === '503')
      return { status: Number(fault.kind), body: {}, headers: {}, error: `HTTP ${fault.kind}` };
    if (fault?.kind === 'timeout' || fault?.kind === 'reset')
      return { status: 0, body: {}, headers: {}, error: fault.kind };
    return { status: 200, body: { ok: true, ...work() }, headers: {}, error: undefined };
  } catch (thrown) {
    if (!(thrown instanceof SlackError)) throw thrown;
    const body = { ok: false, error: thrown.error, ...thrown.extra };
    if (thrown instanceof RateLimited) {
      return { status: 429, body, headers: { 'Retry-After': String(thrown.retryAfter) }, error: thrown.error };
    }
    const status = thrown.error === 'used_url' || thrown.error === 'expired_url' ? 404 : 200;
    return { status, body, headers: {}, error: thrown.error };
  }
}

/** The arguments of a call: query string, form or JSON. */
export function argumentsOf(request: Request): Arguments {
  const body: unknown = request.body;
  return { ...request.query, ...(typeof body === 'object' && body !== null ? body : {}) };
}
