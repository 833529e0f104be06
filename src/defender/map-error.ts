import { neverLeft, systemCode } from '../network.js';
import { messageOf } from '../errors.js';
import type { Operation } from './defender.js';
import { DefenderError, wireCodes, type DefenderErrorCode, type Taken } from './errors.js';
import { userTextFor } from './error-text.js';
import { operationFacts } from './operation.js';
import { isFields, parseJson } from './parse.js';
import { redact } from './redact.js';
import { retryAfterMs } from './retry-after.js';

/** An answer as it came: `body` is text, because an error may be JSON, a gateway's HTML page or nothing. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
}

/** Makes a DefenderError for what Cordon itself found. `taken` counts for writes only. */
export function defenderError(
  code: DefenderErrorCode,
  operation: Operation,
  message: string,
  facts: { taken: Taken; status?: number; cause?: unknown },
): DefenderError {
  const taken = operationFacts[operation].writes ? facts.taken : 'no';
  return new DefenderError(code, `${operation}: ${message}`, {
    ...facts,
    taken,
    userText: userTextFor(code, { operation, taken }),
  });
}

/** Maps any answer that is not a 2xx. A 4xx means that Defender refused the call before doing anything. */
export function errorFromAnswer(answer: Answer, operation: Operation, now: number): DefenderError {
  const { status } = answer;
  const wire = readErrorBody(answer.body);
  const code = codeOf(status, wire);
  const taken: Taken = (status >= 400 && status < 500) || !operationFacts[operation].writes ? 'no' : 'unknown';
  const waitMs = status === 429 ? retryAfterMs(answer.retryAfter, wire.message, now) : undefined;
  const detail = redact(wire.message);
  const target = correlationId(wire);
  return new DefenderError(code, `${operation}: ${status} ${redact(wire.code ?? '')} ${detail}`.trimEnd(), {
    status,
    taken,
    target,
    retryAfterMs: waitMs,
    userText: userTextFor(code, { operation, taken, detail, target, retryAfterMs: waitMs }),
  });
}

/**
 * Maps what `fetch` threw. Only a refused connection, a name that does not resolve and an untrusted certificate are known
 * to come before the first byte of the call.
 */
export function errorFromFailure(thrown: unknown, operation: Operation): DefenderError {
  const code = systemCode(thrown);
  const taken: Taken = code !== undefined && neverLeft(code) ? 'no' : 'unknown';
  return defenderError('network_failure', operation, redact(code ?? messageOf(thrown)), { taken, cause: thrown });
}

interface WireError {
  /** Undefined where the body is not Defender's error object; an empty string is what its OData parser sends. */
  readonly code: string | undefined;
  readonly message: string;
  readonly target: string | undefined;
  /** The body is something, but no JSON: a page of a gateway or proxy. */
  readonly foreign: boolean;
}

function readErrorBody(body: string): WireError {
  const json = parseJson(body);
  const error = isFields(json) ? json['error'] : undefined;
  if (!isFields(error)) {
    return { code: undefined, message: '', target: undefined, foreign: json === undefined && body.trim() !== '' };
  }
  const { code, message, target } = error;
  return {
    code: typeof code === 'string' ? code : undefined,
    message: typeof message === 'string' ? message : '',
    target: typeof target === 'string' ? target : undefined,
    foreign: false,
  };
}

function codeOf(status: number, { code, message, foreign }: WireError): DefenderErrorCode {
  if (status === 429) return 'TooManyRequests';
  if (status === 400 && /already in progress/i.test(message)) return 'ActiveRequestAlreadyExists';
  if (status === 400 && code === '') return 'ODataError';
  const known = wireCodes.find((name) => name === code);
  if (known !== undefined) return known;
  if (status === 401) return 'Unauthorized';
  if (status >= 500) return 'InternalServerError';
  if (foreign) return 'unexpected_answer';
  return ({ 400: 'BadRequest', 403: 'Forbidden', 404: 'NotFound' } as const)[status] ?? 'unexpected_answer';
}

/** Some throttling answers put the tenant's id into `target` and say so in the text. */
function correlationId({ target, message }: WireError): string | undefined {
  if (target === undefined || /TenantID/i.test(message)) return undefined;
  return /^\|?[\w.-]{1,64}$/.test(target) ? target : undefined;
}
