import { refusal } from './answer.js';

/** At most `limit` calls in any window of `ms`. */
export interface Limit {
  readonly limit: number;
  readonly ms: number;
}

/** What each operation's documentation page says: 100 calls a minute and 1,500 an hour. */
export const documentedLimits: readonly Limit[] = [
  { limit: 100, ms: 60_000 },
  { limit: 1_500, ms: 3_600_000 },
];

/**
 * Counts the calls of each operation in sliding windows. A refused call is not counted: Microsoft does not say whether it
 * is, and this way the stand-in's `Retry-After` is exact.
 */
export class Quota {
  readonly #accepted = new Map<string, number[]>();

  constructor(private readonly limits: readonly Limit[]) {}

  /** Counts the call, or throws the 429 of the fullest window. */
  take(operation: string, now: number): void {
    const longest = Math.max(0, ...this.limits.map(({ ms }) => ms));
    const calls = (this.#accepted.get(operation) ?? []).filter((at) => at > now - longest);
    for (const { limit, ms } of this.limits) {
      const inWindow = calls.filter((at) => at > this.start(now, ms));
      const first = inWindow[inWindow.length - limit];
      if (first !== undefined) throw refusal.quota(limit, ms, waitSeconds(this.leaves(first, ms) - now));
    }
    this.#accepted.set(operation, [...calls, now]);
  }

  /** How many calls each window still takes. */
  left(operation: string, now: number): (Limit & { readonly left: number })[] {
    const calls = this.#accepted.get(operation) ?? [];
    return this.limits.map(({ limit, ms }) => ({
      limit,
      ms,
      left: Math.max(0, limit - calls.filter((at) => at > this.start(now, ms)).length),
    }));
  }

  /** Calls after this moment are in the present window. */
  protected start(now: number, ms: number): number {
    return now - ms;
  }

  /** When a call of the present window no longer counts. */
  protected leaves(call: number, ms: number): number {
    return call + ms;
  }
}

/**
 * The same in fixed windows, which begin anew every `ms`, counted from `phase` (Unix ms): which kind Microsoft uses is not
 * documented.
 */
export class FixedQuota extends Quota {
  constructor(
    limits: readonly Limit[],
    private readonly phase: number,
  ) {
    super(limits);
  }

  protected override start(now: number, ms: number): number {
    return this.border(now, ms) - 1;
  }

  protected override leaves(call: number, ms: number): number {
    return this.border(call, ms) + ms;
  }

  private border(at: number, ms: number): number {
    return this.phase + Math.floor((at - this.phase) / ms) * ms;
  }
}

function waitSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
