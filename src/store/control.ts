import type { ActionKind } from '../command/model.js';
import type { Person } from '../people/person.js';
import type { RecentRequest } from '../policy/policy.js';
import type { Request } from '../request/request.js';
import type { Effects } from './store.js';

/** Who stopped Cordon, when (Unix ms) and why. */
export interface Stop {
  readonly by: Person;
  readonly at: number;
  readonly reason: string;
}

/**
 * Whether Cordon sends what restricts a device. `stop` is missing where it is stopped because what the store says about it cannot
 * be read: that never counts as “go on”.
 */
export interface Switch {
  /** Counts changes; every change is a compare-and-swap on it. */
  readonly version: number;
  readonly stopped: boolean;
  readonly stop?: Stop;
}

/** What there is of an action at one moment: the oldest few, and how many in all. */
export interface UnderWay {
  /** Defender has the call, or may have it. */
  readonly running: readonly Request[];
  readonly runningTotal: number;
  /** Approved, and no call was made. */
  readonly held: readonly Request[];
  readonly heldTotal: number;
}

/** What the operators of a team have set while Cordon runs, and what is counted over many Requests. Every method is one transaction. */
export interface ControlStore {
  switch(): Promise<Switch>;
  /**
   * Stops, or resumes where `stop` is undefined, if the stored version is still `version`; false, and nothing stored, otherwise. No
   * restriction is committed as `sending` from then on. `effects` is made inside the transaction from what is under way at that moment;
   * it may be called more than once.
   */
  setSwitch(version: number, stop: Stop | undefined, effects: (underWay: UnderWay) => Effects): Promise<boolean>;
  /** Claims Requests for this action in `queued` with which nothing is due because they are held, claimed by nobody. */
  claimHeld(owner: string, action: ActionKind, limit: number): Promise<Request[]>;
  /**
   * Requests for this action, whatever became of them, made after `since` (Unix ms) and before the one at `until`: by time, then by
   * id. Without an id, up to and at that time. The newest of each requester for each device, oldest first.
   */
  recentRequests(action: ActionKind, since: number, until: { at: number; id?: string }): Promise<RecentRequest[]>;
}
