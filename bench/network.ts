import assert from 'node:assert/strict';
import type sinon from 'sinon';
import { documentedLimits, FixedQuota, Quota } from '../sandbox/defender/limits.js';
import type { Operation } from '../src/defender/defender.js';
import { nextSlot } from '../src/defender/quota.js';
import type { Call, TakeOptions, Throttle } from '../src/defender/throttle.js';

export const start = Date.parse('2026-11-23T09:00:00Z');
export const hour = 3_600_000;

/** One call on its way, all in Unix ms. */
interface Trip {
  readonly name: string;
  readonly asked: number;
  readonly left: number;
  readonly arrived: number;
  answered: number;
}

/**
 * A network that takes 20 to 800 ms each way, and behind it every kind of server at once: one with sliding windows and some
 * with fixed ones, whose phase nobody knows. Each counts every call and notes what it would have refused.
 */
export class Network {
  readonly trips: Trip[] = [];
  readonly waysIn: number[] = [];
  refused = 0;
  lost = 0;
  readonly #servers: readonly Quota[];
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seeded(seed);
    const phases = Array.from({ length: 5 }, () => Math.floor(this.#random() * hour));
    this.#servers = [
      new Quota(documentedLimits),
      ...phases.map((phase) => new FixedQuota(documentedLimits, start - phase)),
    ];
  }

  /** Leaves when the throttle lets it, arrives, and is answered. */
  async call(throttle: Throttle, operation: Operation, options: TakeOptions & { name?: string; bucket?: string } = {}) {
    const asked = Date.now();
    const { name = operation, bucket = operation, ...takeOptions } = options;
    const call = await throttle.take(operation, takeOptions);
    await this.send(call, bucket, { name, asked });
  }

  /** A call whose place in the quota is taken. */
  async send(call: Call, bucket: string, { name = bucket, asked = Date.now() } = {}): Promise<void> {
    const left = Date.now();
    assert.ok(left <= call.leaveBy);
    await this.#way((ms) => this.waysIn.push(ms));
    for (const server of this.#servers) this.#arrive(server, bucket);
    const trip = { name, asked, left, arrived: Date.now(), answered: Infinity };
    this.trips.push(trip);
    await this.#way();
    trip.answered = Date.now();
    await call.done();
  }

  /** Leaves, and arrives as late as it can; whoever sent it has died by then. */
  async lose(throttle: Throttle, operation: Operation): Promise<void> {
    await throttle.take(operation);
    await sleep(19_999);
    for (const server of this.#servers) this.#arrive(server, operation);
    this.lost += 1;
  }

  /** When the last call arrived, compared with a caller who knows the server's log and wastes nothing. */
  get drainRatio(): number {
    const slots = this.waysIn.map((ms, place) => ({ ms, at: 0, place }));
    const log: number[] = [];
    for (const slot of slots) log.push((slot.at = nextSlot(log, documentedLimits, 0, 0)));
    const optimum = Math.max(...slots.map(({ at, ms }) => at + ms));
    return (Math.max(...this.trips.map(({ arrived }) => arrived)) - start) / optimum;
  }

  #arrive(server: Quota, bucket: string): void {
    try {
      server.take(bucket, Date.now());
    } catch {
      this.refused += 1;
    }
  }

  #way(note: (ms: number) => void = () => undefined): Promise<void> {
    const ms = 20 + Math.floor(this.#random() * 781);
    note(ms);
    return sleep(ms);
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Lets time pass from timer to timer, each as soon as the store has nothing left to answer. */
export async function passUntil(clock: sinon.SinonFakeTimers, work: Promise<unknown>): Promise<void> {
  const state = { over: false };
  const end = (): void => {
    state.over = true;
  };
  work.then(end, end);
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (state.over) break;
    clock.next();
  }
  await work;
}

/** Shows how close to the optimum it was. */
export function report(test: Mocha.Runnable | undefined, network: Network): void {
  if (test) test.title += `: ${network.drainRatio.toFixed(4)} times the optimum`;
}

/** Mulberry32: the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
