import assert from 'node:assert/strict';
import fc from 'fast-check';
import sinon from 'sinon';
import { audit } from '../audit-key.js';
import type { Operation } from '../../src/defender/defender.js';
import { documentedQuota, type QuotaScope } from '../../src/defender/quota.js';
import { createThrottle, type TakeOptions, type Throttle } from '../../src/defender/throttle.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { hour, Network, passUntil, report, sleep, start } from '../../bench/network.js';

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
    store = await openStore('sqlite::memory:', { audit, now: () => Date.now() });
    clock = sinon.useFakeTimers({ now: start, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  });

  afterEach(async () => {
    clock.restore();
    await store.close();
  });

  const until = (work: Promise<unknown>): Promise<void> => passUntil(clock, work);

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
