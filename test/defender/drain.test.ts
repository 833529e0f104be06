import assert from 'node:assert/strict';
import fc from 'fast-check';
import sinon from 'sinon';
import { documentedLimits, FixedQuota, Quota } from '../../sandbox/defender/limits.js';
import type { Operation } from '../../src/defender/defender.js';
import { documentedQuota, nextSlot, type QuotaScope } from '../../src/defender/quota.js';
import { createThrottle, type TakeOptions, type Throttle } from '../../src/defender/throttle.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';

const start = Date.parse('2026-11-23T09:00:00Z');
const hour = 3_600_000;

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
class Network {
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

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe('a long queue', () => {
  let clock: sinon.SinonFakeTimers;
  let store: Store;
  const create = (scope: QuotaScope = 'operation'): Throttle =>
    createThrottle({
      store,
      now: () => Date.now(),
      random: () => 0,
      logger: { warn: sinon.stub() },
      quota: { ...documentedQuota, scope },
    });

  beforeEach(async () => {
    store = await openStore('sqlite::memory:', { now: () => Date.now() });
    clock = sinon.useFakeTimers({ now: start, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  });

  afterEach(async () => {
    clock.restore();
    await store.close();
  });

  /** Lets time pass from timer to timer, each as soon as the store has nothing left to answer. */
  async function until(work: Promise<unknown>): Promise<void> {
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

  /** Makes the calls with this many at a time under way or waiting. */
  async function drain(count: number, atOnce: number, one: (place: number) => Promise<void>): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < count) await one(next++);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  for (const [count, seeds] of [
    [100, [1, 2, 3, 4, 5]],
    [1_500, [6, 7]],
    [3_000, [8]],
  ] as const) {
    for (const seed of seeds) {
      it(`of ${count} calls drains without a refusal and without a pause too long (seed ${seed})`, async function () {
        this.timeout(30_000);
        const network = new Network(seed);
        const throttle = create();
        await until(drain(count, 100, () => network.call(throttle, 'restrictCodeExecution')));
        assert.equal(network.trips.length, count);
        assert.equal(network.refused, 0);
        assert.ok(network.drainRatio <= 1.02, `${network.drainRatio} times the optimum`);
        report(this.test, network);
      });
    }
  }

  it('drains as fast over two replicas, and they share exactly', async function () {
    this.timeout(30_000);
    const network = new Network(9);
    const replicas = [create(), create()];
    const one = (place: number): Promise<void> =>
      network.call(replicas[place % 2] ?? create(), 'restrictCodeExecution', { name: `replica ${place % 2}` });
    await until(drain(600, 100, one));
    assert.equal(network.refused, 0);
    assert.ok(network.drainRatio <= 1.02, `${network.drainRatio} times the optimum`);
    report(this.test, network);
  });

  it('is not forgotten over a restart in the middle of it, with calls under way', async () => {
    const network = new Network(10);
    const dying = create();
    for (let place = 0; place < 60; place += 1) void network.lose(dying, 'restrictCodeExecution');
    await until(sleep(700));
    const throttle = create();
    const began = Date.now();
    await until(drain(140, 100, () => network.call(throttle, 'restrictCodeExecution')));
    assert.equal(network.refused, 0);
    const left = network.trips.map((trip) => trip.left - began).sort((one, other) => one - other);
    assert.deepEqual(left.slice(0, 40), Array<number>(40).fill(0));
    assert.equal(network.lost, 60);
    // The places of the lost ones are free a window after the last moment at which they could arrive.
    assert.equal(left[80], 20_000 - 700 + 60_020);
  });

  it('of polls and look-ups never makes a release wait, though all share one quota', async () => {
    const network = new Network(11);
    const throttle = create('app');
    const began = Date.now();
    let over = false;
    const keepUp = async (operation: Operation, name: string, options: TakeOptions): Promise<void> => {
      while (!over) await network.call(throttle, operation, { ...options, name, bucket: 'app' });
    };
    const releases = async (): Promise<void> => {
      for (let place = 0; place < 30; place += 1) {
        await sleep(10_000);
        await network.call(throttle, 'unrestrictCodeExecution', { name: 'release', bucket: 'app' });
      }
      over = true;
    };
    await until(
      Promise.all([
        releases(),
        ...Array.from({ length: 40 }, () => keepUp('listMachineActions', 'poll', { priority: 'background' })),
        ...Array.from({ length: 40 }, () => keepUp('getMachine', 'look', {})),
      ]),
    );
    const of = (name: string) => network.trips.filter((trip) => trip.name === name);
    assert.equal(network.refused, 0);
    assert.equal(of('release').length, 30);
    assert.ok(of('release').every(({ asked, left }) => asked === left));
    assert.ok(of('poll').length > 0 && of('look').length > 0);
    // What they may use they do use: 85 in each of five whole windows, the calls of releases among them.
    const used = network.trips.filter(({ left }) => left < began + 5 * 60_020);
    assert.ok(used.length >= 5 * 85, `${used.length} calls`);
  });

  it('wastes nothing of what was left unused, whatever came before: as a run of any length shows', async function () {
    this.timeout(20_000);
    const burst = fc.record({ calls: fc.integer({ min: 1, max: 130 }), restMs: fc.nat(90_000) });
    let seed = 100;
    await fc.assert(
      fc.asyncProperty(fc.array(burst, { minLength: 1, maxLength: 4 }), async (bursts) => {
        const network = new Network((seed += 1));
        clock.setSystemTime(Date.now() + 2 * hour);
        const throttle = create();
        for (const { calls, restMs } of bursts) {
          await until(drain(calls, 130, () => network.call(throttle, 'restrictCodeExecution')));
          await until(sleep(restMs));
        }
        assert.equal(network.refused, 0);
        for (const { asked, left } of network.trips.filter((trip) => trip.left > trip.asked)) {
          const before = network.trips.filter((trip) => trip.left < left && trip.answered > left - 1 - 60_020);
          assert.ok(before.length >= 100, `waited from ${asked} to ${left} with only ${before.length} before it`);
        }
      }),
      { numRuns: 8 },
    );
  });
});

/** Shows how close to the optimum it was. */
function report(test: Mocha.Runnable | undefined, network: Network): void {
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
