import pThrottle from 'p-throttle';
import type { BaseLogger } from 'pino';
import { messageOf } from '../errors.js';
import type { Store, Window } from '../store/store.js';
import type { Operation } from './defender.js';
import { DefenderError } from './errors.js';
import { Line } from './line.js';
import {
  type Bucket,
  documentedQuota,
  leaveWithinMs,
  nextSlot,
  priorities,
  type Priority,
  type Quota,
  quotaOf,
  type QuotaSettings,
  usualPriority,
} from './quota.js';

/**
 * Keeps Cordon inside Defender's quota: 100 calls a minute and 1,500 an hour, per operation (defender-api.md §7).
 *
 * Two gates, one inside the other. Outside, p-throttle in strict mode spaces the calls of this process. Inside, a
 * reservation in the store counts the calls of the last hour, so that all replicas share them and a restart forgets
 * nothing, and keeps the block that a 429 asked for. What it does not know: calls that other programs make with the same
 * app registration.
 */
export interface Throttle {
  /**
   * Resolves when one call of the operation may be made now. Where that would take longer than `withinMs`, throws a
   * `DefenderError` code `TooManyRequests`. Rejects with the signal's reason at shutdown.
   */
  take(operation: Operation, options?: TakeOptions): Promise<Call>;
  /**
   * The same for a call that is taken inside a transaction of the caller's: repeats `attempt` until its outcome is not `full`.
   * An outcome without a `call` took none. One attempt at a time is made in this process, so it should do nothing else.
   */
  through<T extends Attempt>(
    operation: Operation,
    attempt: (quota: Quota) => Promise<T | Full>,
    options?: TakeOptions,
  ): Promise<T>;
  /** The handle of a call that a transaction took; `askedAt` (Unix ms) is from before that transaction. */
  call(id: string, askedAt: number): Call;
  /** Defender said 429. Without `retryAfterMs` the pause doubles with every 429 within ten minutes, up to five minutes. */
  throttled(operation: Operation, retryAfterMs: number | undefined): Promise<void>;
  /** When the call after `ahead` others is expected to leave (Unix ms). */
  estimate(operation: Operation, ahead: number): Promise<number>;
}

export interface TakeOptions {
  readonly withinMs?: number;
  /** That of the operation when missing. */
  readonly priority?: Priority;
}

/** One call of the quota, taken. Whoever holds it ends it, sent or not. */
export interface Call {
  /** Unix ms; later the call must not leave any more, because its place in the windows is counted from here. */
  readonly leaveBy: number;
  /** It was answered, or is certain not to have left. Never throws; only the first time counts. */
  done(): Promise<void>;
}

/** What came of trying to take a call; `call` is its id. */
export interface Attempt {
  readonly outcome: string;
  readonly call?: string;
}

/** There is no call left. `waitMs` may be too short, never too long. */
export interface Full extends Attempt {
  readonly outcome: 'full';
  readonly waitMs: number;
}

const firstPauseMs = 2_000;
const longestPauseMs = 300_000;
/** A waiter looks again at least this often: a clock may be set, or a block end, while it waits. */
const longestSleepMs = 15_000;

export interface ThrottleOptions {
  readonly store: Pick<Store, 'reserveCall' | 'callDone' | 'blockCalls' | 'callsSince'>;
  /** Unix ms. */
  readonly now: () => number;
  readonly signal?: AbortSignal;
  readonly quota?: QuotaSettings;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  readonly logger: Pick<BaseLogger, 'warn'>;
}

export function createThrottle(options: ThrottleOptions): Throttle {
  const { store, now, signal, quota: settings = documentedQuota, random, logger } = options;
  const lanes = new Map<string, Lane>();
  const inARow = new Map<Bucket, { count: number; at: number }>();

  function laneOf({ bucket, limits }: Quota, priority: Priority): Lane {
    const name = `${bucket} ${priority}`;
    const known = lanes.get(name);
    if (known) return known;
    const lane = { line: new Line(), spacing: createSpacing(limits, signal) };
    lanes.set(name, lane);
    return lane;
  }

  /** What is less urgent has no more room than what is more urgent, so it need not even ask while that waits. */
  async function letUrgentPass(bucket: Bucket, priority: Priority): Promise<void> {
    for (const higher of priorities.slice(0, priorities.indexOf(priority))) {
      await lanes.get(`${bucket} ${higher}`)?.line.empty();
    }
  }

  async function expected({ bucket, limits }: Quota, ahead: number): Promise<number> {
    const at = now();
    const longest = Math.max(...limits.map(({ ms }) => ms));
    const { calls, blockedUntil } = await store.callsSince(bucket, at - longest, at);
    return nextSlot(calls, limits, Math.max(at, blockedUntil ?? 0), ahead);
  }

  async function through<T extends Attempt>(
    operation: Operation,
    attempt: (quota: Quota) => Promise<T | Full>,
    { withinMs = Infinity, priority = usualPriority(operation) }: TakeOptions = {},
  ): Promise<T> {
    const quota = quotaOf(settings, operation, priority);
    const { line, spacing } = laneOf(quota, priority);
    const deadline = now() + withinMs;
    const checkWait = (waitMs: number): void => {
      if (now() + waitMs > deadline) throw usedUp(operation, waitMs);
    };
    if (withinMs !== Infinity) checkWait((await expected(quota, line.length)) - now());

    // One waiter asks the store; the others of this process would only be refused with it.
    return line.run(() =>
      spacing(async () => {
        for (;;) {
          signal?.throwIfAborted();
          await letUrgentPass(quota.bucket, priority);
          const tried = await attempt(quota);
          if (!isFull(tried)) return tried;
          checkWait(tried.waitMs);
          await pause(Math.min(tried.waitMs, longestSleepMs), signal);
        }
      }),
    );
  }

  function call(id: string, askedAt: number): Call {
    let ended: Promise<void> | undefined;
    const end = (): Promise<void> =>
      store.callDone(id, now()).catch((error: unknown) => {
        logger.warn({ call: id }, `The end of a call could not be noted, so it counts for longer: ${messageOf(error)}`);
      });
    return { leaveBy: askedAt + leaveWithinMs, done: () => (ended ??= end()) };
  }

  return {
    through,
    call,

    async take(operation, takeOptions) {
      let askedAt = now();
      const reserve = async ({ bucket, limits }: Quota) => {
        askedAt = now();
        const answer = await store.reserveCall(bucket, askedAt, limits);
        return answer.granted
          ? { outcome: 'taken', call: answer.call }
          : { outcome: 'full' as const, waitMs: answer.waitMs };
      };
      const taken = await through<Attempt & { readonly call: string }>(operation, reserve, takeOptions);
      return call(taken.call, askedAt);
    },

    async throttled(operation, retryAfterMs) {
      const { bucket } = quotaOf(settings, operation);
      const last = inARow.get(bucket);
      const at = now();
      const count = last && at - last.at < 2 * longestPauseMs ? last.count + 1 : 1;
      inARow.set(bucket, { count, at });
      const backOff = Math.min(longestPauseMs, firstPauseMs * 2 ** (count - 1)) * (1 + random() / 4);
      await store.blockCalls(bucket, Math.ceil(retryAfterMs ?? backOff), at);
    },

    estimate: (operation, ahead) => expected(quotaOf(settings, operation), ahead),
  };
}

/** Waiters of one bucket and priority. */
interface Lane {
  readonly line: Line;
  readonly spacing: Spacing;
}

type Spacing = <T extends Attempt>(work: () => Promise<T>) => Promise<T>;

/**
 * One p-throttle per window, the shorter one outside. The weight is always 1; giving one makes strict mode keep an exact
 * sliding window. Without it p-throttle spreads whatever comes after a full burst evenly over the window (600 ms from call
 * to call), and 3,000 calls would take two hours instead of 74 minutes.
 */
function createSpacing(windows: readonly Window[], signal: AbortSignal | undefined): Spacing {
  const pass = windows.reduceRight<() => Promise<void>>(
    (inner, { limit, ms }) =>
      pThrottle({ limit, interval: ms, strict: true, weight: () => 1, ...(signal ? { signal } : {}) })(inner),
    () => Promise.resolve(),
  );
  let spare = 0;
  return async (work) => {
    if (spare > 0) spare -= 1;
    else await pass();
    let used = false;
    try {
      const tried = await work();
      used = tried.call !== undefined;
      return tried;
    } finally {
      // Who came through and took nothing leaves the place to the next.
      if (!used) spare += 1;
    }
  };
}

function isFull(tried: Attempt): tried is Full {
  return tried.outcome === 'full';
}

function usedUp(operation: Operation, waitMs: number): DefenderError {
  const seconds = Math.ceil(waitMs / 1_000);
  return new DefenderError('TooManyRequests', `${operation}: no call left for ${seconds} s`, {
    taken: 'no',
    retryAfterMs: waitMs,
    userText: `Cordon has used up its calls to Defender for this kind of question (${operation}). Nothing was done. Try again in ${seconds} seconds.`,
  });
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason instanceof Error ? signal.reason : new Error('stopped'));
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      },
      Math.max(1, ms),
    );
    signal?.addEventListener('abort', stop, { once: true });
  });
}
