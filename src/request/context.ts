import type { Logger } from 'pino';
import type { Defender } from '../defender/defender.js';
import type { Throttle } from '../defender/throttle.js';
import type { Unfinished } from '../defender/unfinished.js';
import type { PlatformName } from '../people/person.js';
import type { Platform } from '../platform.js';
import type { Policy } from '../policy/policy.js';
import type { Inherited } from './inherited.js';
import type { Tracer } from '../trace.js';
import type { CreateLimits, Store } from '../store/store.js';

/** The background loops, by the name under which they are woken. */
export type LoopName = 'intake' | 'dispatch' | 'search' | 'track' | 'deliver' | 'schedule';

/** One of the processes that share a store. What it works on it has claimed, under its id. */
export interface Replica {
  /** Changes when the process was taken for dead and had to begin anew: what it claimed before may belong to others. */
  id(): string;
  /**
   * Claims with `take`, under an owner that is this replica's and of this one claim. Where the answer is lost, nobody knows whether it
   * was carried out, and what it took would be nobody's work: then it is given back.
   */
  claim<T>(take: (owner: string) => Promise<T>): Promise<T>;
  /** False while its lease has run out, after a pause or while the store cannot be reached: then nothing may leave this process. */
  alive(): boolean;
}

/** What the use cases need of the world. Each takes only the part that it uses. */
export interface Context {
  readonly store: Store;
  readonly defender: Defender;
  /** What else is under way for a device in Defender. */
  readonly unfinished: Unfinished;
  /** What was there before this process, and may have been sent by another. */
  readonly inherited: Inherited;
  readonly throttle: Throttle;
  readonly platforms: ReadonlyMap<PlatformName, Platform>;
  readonly policy: () => Policy;
  /** The policy with the members that its groups have now, for a decision. What could not be found out has no members. */
  readonly policyNow: () => Promise<Policy>;
  /** This process among those that share the store. */
  readonly replica: Replica;
  /** Unix ms. */
  readonly now: () => number;
  /** A new Request id: eight characters of Crockford's base 32. */
  readonly newId: () => string;
  /** At least 128 random bits, base64url. */
  readonly newToken: () => string;
  /** A new code for linking accounts: twelve characters of Crockford's base 32. */
  readonly newCode: () => string;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly limits: Limits;
  /** This process sends nothing to Defender that changes anything. */
  readonly dryRun: boolean;
  /** The Defender portal, without a trailing slash. */
  readonly portalUrl: string;
  /** Says that a loop has something to do now. */
  readonly wake: (loop: LoopName) => void;
}

/** Numbers that an operator may set; see docs/configuration.md. */
export interface Limits {
  /** The longest Comment sent to Defender, in characters. */
  readonly commentLength: number;
  /** How long after a lost answer Defender is searched before the call may be sent again. */
  readonly settleMs: number;
  /** How often one Request's call may be sent in all, lost answers included. */
  readonly attempts: number;
  readonly mostOpen: CreateLimits;
}
