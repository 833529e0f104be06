import type { Window } from '../store/store.js';
import type { Operation } from './defender.js';

/** What shares one quota: an operation, or in scope `app` everything that Cordon asks of Defender. */
export type Bucket = Operation | 'app';
export type QuotaScope = 'operation' | 'app';
/** `background`: polling, which can wait. `urgent`: what gives people their device back. */
export type Priority = 'background' | 'normal' | 'urgent';

export const priorities: readonly Priority[] = ['urgent', 'normal', 'background'];

export interface QuotaSettings {
  readonly scope: QuotaScope;
  readonly callsPerMinute: number;
  readonly callsPerHour: number;
}

/** 100 calls a minute and 1,500 an hour for each operation. Source: each operation's page in defender-docs. */
export const documentedQuota: QuotaSettings = { scope: 'operation', callsPerMinute: 100, callsPerHour: 1_500 };

/** A call leaves at most this long (ms) after it was taken, or not at all. */
export const leaveWithinMs = 5_000;
/** A call on the wire is given up after this long (ms). */
export const answerWithinMs = 15_000;
/** After this long (ms) a call can no longer arrive at Defender, whatever happened to its sender. */
export const flightMs = leaveWithinMs + answerWithinMs;

/** For clocks that count in whole milliseconds, and not all equally fast. */
const slackMs = 20;

/** How much of each window, in percent. The rest is kept free for what is more urgent. */
const shares: Readonly<Record<QuotaScope, Readonly<Record<Priority, number>>>> = {
  operation: { background: 70, normal: 100, urgent: 100 },
  app: { background: 60, normal: 85, urgent: 100 },
};

/** What one transaction needs to know in order to take a call. */
export interface Quota {
  readonly bucket: Bucket;
  readonly limits: readonly Window[];
}

export function quotaOf(settings: QuotaSettings, operation: Operation, priority = usualPriority(operation)): Quota {
  const share = shares[settings.scope][priority];
  const window = (limit: number, ms: number): Window => ({
    limit: Math.max(1, Math.floor((limit * share) / 100)),
    ms: ms + slackMs,
  });
  return {
    bucket: settings.scope === 'app' ? 'app' : operation,
    limits: [window(settings.callsPerMinute, 60_000), window(settings.callsPerHour, 3_600_000)],
  };
}

export function usualPriority(operation: Operation): Priority {
  return operation === 'unrestrictCodeExecution' || operation === 'cancelMachineAction' ? 'urgent' : 'normal';
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
