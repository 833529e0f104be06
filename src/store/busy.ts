import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreError } from './errors.js';

export interface Patience {
  /** Gives way for `ms`. */
  readonly wait: (ms: number) => Promise<void>;
  readonly pauseMs: number;
  readonly tries: number;
}

/** Two seconds in all: within the three that Slack gives for an acknowledgement. */
export const defaultPatience: Patience = { wait: (ms) => sleep(ms), pauseMs: 10, tries: 200 };

/**
 * Repeats a whole transaction while it fails for a `passing` reason, another process's lock as a rule; at last throws that. The waiting is here and
 * not in SQLite's `busy_timeout`, because that one blocks the event loop, and with it whoever holds the lock when it is
 * another connection of this very process.
 */
export async function whileBusy<T>(
  attempt: () => Promise<T>,
  toStoreError: (thrown: unknown) => StoreError,
  patience: Patience,
  passing: readonly string[] = ['store_busy'],
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = toStoreError(thrown);
      if (!passing.includes(error.code) || tries >= patience.tries) throw error;
    }
    await patience.wait(patience.pauseMs);
  }
}
