import pThrottle from 'p-throttle';
import type { Start, Store, Window } from '../store/store.js';
import type { Operation } from './defender.js';
import { DefenderError } from './errors.js';

/**
 * Keeps Cordon inside Defender's quota: 100 calls a minute and 1,500 an hour, per operation (defender-api.md §7).
 *
 * Two gates, one inside the other. Outside, p-throttle in strict mode spaces the calls of this process. Inside, a
 * reservation in the store counts the calls of the last hour, so that a restart forgets nothing, and keeps the block that a
 * 429 asked for. What it does not know: calls that other programs make with the same app registration.
 */
export interface Throttle {
  /**
   * Resolves when one call of the operation may be made now. Where that would take longer than `withinMs`, throws a
   * `DefenderError` code `TooManyRequests` at once. Rejects with the signal's reason at shutdown.
   */
  take(operation: Operation, withinMs?: number): Promise<void>;
  /**
   * For a call whose reservation is part of something else: repeats `attempt`, which takes the call, until its outcome is not
   * `full`. Rejects with the signal's reason at shutdown.
   */
  through<T extends { readonly outcome: string }>(operation: Operation, attempt: () => Promise<T | Full>): Promise<T>;
  /** Defender said 429. Without `retryAfterMs` the pause doubles with every 429 within ten minutes, up to five minutes. */
  throttled(operation: Operation, retryAfterMs: number | undefined): Promise<void>;
  /** When the call after `ahead` others is expected to leave (Unix ms). */
  estimate(operation: Operation, ahead: number): Promise<number>;
}

type Gate = (work: () => Promise<void>) => Promise<void>;
type Full = Extract<Start, { readonly outcome: 'full' }>;

/** Below the real limits by the one call that strict p-throttle may overshoot, and by one for a call counted late by Defender. */
export const defenderWindows: readonly Window[] = [
  { limit: 98, ms: 60_000 },
  { limit: 1_498, ms: 3_600_000 },
];

const firstPauseMs = 2_000;
const longestPauseMs = 300_000;

export interface ThrottleOptions {
  readonly store: Pick<Store, 'reserveCall' | 'blockCalls' | 'callsSince'>;
  /** Unix ms. */
  readonly now: () => number;
  readonly signal?: AbortSignal;
  readonly windows?: readonly Window[];
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}

export function createThrottle({ store, now, signal, windows = defenderWindows, random }: ThrottleOptions): Throttle {
  const gates = new Map<Operation, Gate>();
  const inARow = new Map<Operation, { count: number; at: number }>();

  async function reserve(operation: Operation): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const reservation = await store.reserveCall(operation, now(), windows);
      if (reservation.granted) return;
      await pause(reservation.at - now(), signal);
    }
  }

  /** One p-throttle per window, the shorter one outside; created on first use. */
  function gate(operation: Operation): Gate {
    const known = gates.get(operation);
    if (known) return known;
    const made = windows.reduceRight<Gate>(
      (inner, { limit, ms }) => pThrottle({ limit, interval: ms, strict: true, ...(signal ? { signal } : {}) })(inner),
      (work) => work(),
    );
    gates.set(operation, made);
    return made;
  }

  async function estimate(operation: Operation, ahead: number): Promise<number> {
    const longest = Math.max(...windows.map((window) => window.ms));
    const { calls, blockedUntil } = await store.callsSince(operation, now() - longest);
    return nextSlot(calls, windows, Math.max(now(), blockedUntil ?? 0), ahead);
  }

  return {
    async take(operation, withinMs) {
      if (withinMs !== undefined) {
        const wait = (await estimate(operation, 0)) - now();
        if (wait > withinMs) throw usedUp(operation, wait);
      }
      await gate(operation)(() => reserve(operation));
    },

    async through<T extends { readonly outcome: string }>(operation: Operation, attempt: () => Promise<T | Full>) {
      const outcomes: T[] = [];
      await gate(operation)(async () => {
        for (;;) {
          signal?.throwIfAborted();
          const tried = await attempt();
          if (!isFull(tried)) return void outcomes.push(tried);
          await pause(tried.at - now(), signal);
        }
      });
      const [outcome] = outcomes;
      if (outcome === undefined) throw new Error('the attempt has no outcome');
      return outcome;
    },

    async throttled(operation, retryAfterMs) {
      const last = inARow.get(operation);
      const count = last && now() - last.at < 2 * longestPauseMs ? last.count + 1 : 1;
      inARow.set(operation, { count, at: now() });
      const backOff = Math.min(longestPauseMs, firstPauseMs * 2 ** (count - 1)) * (1 + random() / 4);
      await store.blockCalls(operation, now() + Math.ceil(retryAfterMs ?? backOff));
    },

    estimate,
  };
}

function isFull(tried: { readonly outcome: string }): tried is Full {
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

/**
 * When the call after `ahead` others may leave, if all leave as early as the windows allow. `calls` are Unix ms in
 * ascending order; a call at `t` leaves a window of `ms` at `t + ms`.
 */
export function nextSlot(calls: readonly number[], windows: readonly Window[], from: number, ahead: number): number {
  const log = [...calls];
  let at = from;
  for (let place = 0; place <= ahead; place += 1) {
    for (const { limit, ms } of windows) {
      const oldest = log[log.length - limit];
      if (oldest !== undefined) at = Math.max(at, oldest + ms);
    }
    log.push(at);
  }
  return at;
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
