import { ExponentialBackoff, handleWhen, noJitterGenerator, retry } from 'cockatiel';
import type { BaseLogger } from 'pino';
import { messageOf } from '../errors.js';
import type { TokenSource } from './credentials.js';
import type { Operation } from './defender.js';
import { DefenderError, type DefenderErrorCode } from './errors.js';
import { defenderError, errorFromAnswer, errorFromFailure, type Answer } from './map-error.js';
import { parseJson } from './parse.js';
import type { Priority } from './quota.js';
import type { Call, TakeOptions } from './throttle.js';

export interface TransportOptions {
  /** `DEFENDER_API_URL`, with or without a trailing slash. */
  readonly baseUrl: string;
  /** cross-fetch's, which has no time-out of its own. */
  readonly fetch: typeof fetch;
  readonly token: TokenSource;
  /** Takes one call of the quota, for everything but the first sending of a POST: that one the caller has taken. */
  readonly gate: (operation: Operation, options?: TakeOptions) => Promise<Call>;
  /** Told of each 429, with the wait in ms where Defender named one. */
  readonly onThrottled: (operation: Operation, retryAfterMs: number | undefined) => Promise<void>;
  /** Told of each call that left, as it ended. Must not throw. */
  readonly onAnswer?: (answered: Answered) => void;
  /** No POST leaves: each is refused with `dry_run`. */
  readonly dryRun?: boolean;
  /** For one call, the reading of its body included. */
  readonly timeoutMs: number;
  /** Unix ms. */
  readonly now: () => number;
  readonly logger: Pick<BaseLogger, 'debug' | 'warn'>;
  /** `MdePartner-Cordon-Cordon/<version>`, as Microsoft asks of partner apps. */
  readonly userAgent: string;
}

/** One call on the wire. `status` is missing where no answer came, `code` where it succeeded. */
export interface Answered {
  readonly operation: Operation;
  readonly ms: number;
  readonly status?: number;
  readonly code?: DefenderErrorCode;
}

/** Both give the JSON of a 2xx and throw a `DefenderError` for everything else. Paths start with `/api/`. */
export interface Transport {
  /** Retried at most twice after a 500, 502, 503, 504 or a network failure, never after a time-out or a 429. */
  get(operation: Operation, path: string, priority?: Priority): Promise<unknown>;
  /**
   * Sent once; once more only after a 401, which says that Defender did not take the first. Ends `call`, whatever happens;
   * throws `too_late` and sends nothing once its time to leave is over.
   */
  post(operation: Operation, path: string, body: object, call: Call): Promise<unknown>;
}

interface Question {
  readonly operation: Operation;
  readonly path: string;
  readonly body?: object;
}

/**
 * Calls on one Defender host. Guarantees: every call ends within `timeoutMs`; the token goes to that host only
 * (no redirect is followed, no URL of an answer is used); one 401 refreshes the token once; a POST is never repeated
 * where Defender may have taken it; in a dry run none leaves.
 */
export function createTransport(options: TransportOptions): Transport {
  const { token, gate, now, logger } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const retryReads = retry(handleWhen(isPassing), {
    maxAttempts: 2,
    backoff: new ExponentialBackoff({ initialDelay: 500, exponent: 3, generator: noJitterGenerator }),
  });

  async function exchange({ operation, path, body }: Question, bearer: string): Promise<Answer> {
    // Spans the body as well: node-fetch 2 waits for ever for the rest of one that was cut short of its announced length.
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort();
    }, options.timeoutMs);
    try {
      const response = await options.fetch(`${baseUrl}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          Authorization: `Bearer ${bearer}`,
          Accept: 'application/json',
          'User-Agent': options.userAgent,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        redirect: 'manual',
        signal: controller.signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        body: await bodyOf(response),
      };
    } catch (thrown) {
      throw controller.signal.aborted
        ? defenderError('timed_out', operation, `no answer in ${options.timeoutMs} ms`, {
            taken: 'unknown',
            cause: thrown,
          })
        : errorFromFailure(thrown, operation);
    } finally {
      clearTimeout(timer);
    }
  }

  async function once(question: Question, bearer: string): Promise<unknown> {
    const { operation } = question;
    const startedAt = now();
    const ended = (facts: Pick<Answered, 'status' | 'code'>): void => {
      options.onAnswer?.({ operation, ms: now() - startedAt, ...facts });
    };
    try {
      const { status, json } = await answerTo(question, bearer, startedAt);
      ended({ status });
      return json;
    } catch (thrown) {
      if (thrown instanceof DefenderError) {
        const { code, status } = thrown;
        ended({ code, ...(status === undefined ? {} : { status }) });
      }
      throw thrown;
    }
  }

  async function answerTo(
    question: Question,
    bearer: string,
    startedAt: number,
  ): Promise<{ readonly status: number; readonly json: unknown }> {
    const { operation } = question;
    const answer = await exchange(question, bearer);
    logger.debug({ operation, status: answer.status, ms: now() - startedAt }, 'Defender answered');
    if (answer.status < 200 || answer.status > 299) throw await refusal(answer, operation);
    const json = parseJson(answer.body);
    if (json === undefined) {
      throw defenderError('unreadable_answer', operation, `a ${answer.status} without JSON`, {
        taken: 'unknown',
        status: answer.status,
      });
    }
    return { status: answer.status, json };
  }

  async function refusal(answer: Answer, operation: Operation): Promise<DefenderError> {
    const error = errorFromAnswer(answer, operation, now());
    logger.warn({ operation, status: error.status, code: error.code, target: error.target }, error.message);
    if (error.status === 429) {
      await options.onThrottled(operation, error.retryAfterMs).catch((thrown: unknown) => {
        // What Defender said must reach the caller even when the note of it cannot be kept.
        logger.warn({ operation }, `A 429 could not be noted: ${messageOf(thrown)}`);
      });
    }
    return error;
  }

  async function counted(question: Question, bearer: string, call: Call): Promise<unknown> {
    try {
      if (now() > call.leaveBy) {
        throw defenderError('too_late', question.operation, 'the time to leave was over', { taken: 'no' });
      }
      return await once(question, bearer);
    } finally {
      await call.done();
    }
  }

  /** Every call on the wire is one of the quota: the first is `take`n, a second one after a 401 is taken `again`. */
  function withToken(question: Question, take: () => Promise<Call>, again = take): () => Promise<unknown> {
    let refreshed = false;
    return async () => {
      const bearer = await token();
      const call = await take();
      try {
        return await counted(question, bearer, call);
      } catch (thrown) {
        if (refreshed || !(thrown instanceof DefenderError) || thrown.status !== 401) throw thrown;
        refreshed = true;
        const fresh = await token(true);
        return await counted(question, fresh, await again());
      }
    };
  }

  return {
    get(operation, path, priority) {
      const take = (): Promise<Call> => gate(operation, priority === undefined ? {} : { priority });
      return retryReads.execute(withToken({ operation, path }, take));
    },

    async post(operation, path, body, call) {
      if (options.dryRun === true) {
        await call.done();
        throw defenderError('dry_run', operation, 'a dry run sends nothing that changes anything', { taken: 'no' });
      }
      // Whoever recovers a lost answer relies on when the first could leave at the latest; the second may not leave later.
      const again = async (): Promise<Call> => {
        const second = await gate(operation, { withinMs: Math.max(0, call.leaveBy - now()) });
        return { ...second, leaveBy: Math.min(second.leaveBy, call.leaveBy) };
      };
      try {
        return await withToken({ operation, path, body }, () => Promise.resolve(call), again)();
      } finally {
        await call.done();
      }
    },
  };
}

/** A refusal stays a refusal when the connection breaks before its text is complete; a success does not. */
async function bodyOf(response: Response): Promise<string> {
  const refused = response.status >= 400 && response.status < 500;
  return refused ? response.text().catch(() => '') : response.text();
}

function isPassing(error: Error): boolean {
  if (!(error instanceof DefenderError)) return false;
  return (
    error.code === 'network_failure' || error.code === 'too_late' || [500, 502, 503, 504].includes(error.status ?? 0)
  );
}
