import assert from 'node:assert/strict';
import sinon from 'sinon';
import { audit } from '../audit-key.js';
import { documentedQuota, nextSlot, quotaOf, type QuotaSettings } from '../../src/defender/quota.js';
import { type Call, createThrottle, type Throttle } from '../../src/defender/throttle.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';

const minute = 60_000;
const window = minute + 20;
const start = Date.parse('2026-11-23T09:00:00Z');

describe('the throttle', () => {
  let clock: sinon.SinonFakeTimers;
  let store: Store;
  const logger = { warn: sinon.spy() };
  const now = (): number => Date.now();
  const create = (quota: Partial<QuotaSettings> = {}, signal?: AbortSignal): Throttle =>
    createThrottle({
      store,
      now,
      random: () => 0,
      logger,
      quota: { ...documentedQuota, ...quota },
      ...(signal ? { signal } : {}),
    });

  beforeEach(async () => {
    // The store's own timers stay real: only the time that the throttle waits for is faked.
    store = await openStore('sqlite::memory:', { audit, now });
    clock = sinon.useFakeTimers({ now: start, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    logger.warn.resetHistory();
  });

  afterEach(async () => {
    clock.restore();
    await store.close();
  });

  /** Lets the store's answers through, which come by real turns of the event loop. */
  async function turns(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async function pass(ms: number): Promise<void> {
    await turns();
    await clock.tickAsync(ms);
    await turns();
  }

  /** Takes and ends this many calls, all at once. */
  async function use(throttle: Throttle, count: number, operation: Parameters<Throttle['take']>[0]): Promise<void> {
    const calls = await Promise.all(Array.from({ length: count }, () => throttle.take(operation)));
    await Promise.all(calls.map((call) => call.done()));
  }

  /** What a call was given, once it was. */
  function watch(taking: Promise<Call>): { call?: Call; at?: number } {
    const seen: { call?: Call; at?: number } = {};
    void taking.then((call) => Object.assign(seen, { call, at: Date.now() }));
    return seen;
  }

  it('uses the whole minute, and not one call more', async () => {
    const throttle = create();
    await use(throttle, 100, 'restrictCodeExecution');
    const next = watch(throttle.take('restrictCodeExecution'));
    await pass(window - 1);
    assert.equal(next.at, undefined);
    await pass(1);
    assert.equal(next.at, start + window);
  });

  it('remembers the last minute over a restart', async () => {
    await use(create(), 100, 'restrictCodeExecution');
    const next = watch(create().take('restrictCodeExecution'));
    await pass(window);
    assert.equal(next.at, start + window);
  });

  it('counts a call from its answer, and one whose sender died from when it can no longer arrive', async () => {
    const throttle = create({ callsPerMinute: 1 });
    const answered = await throttle.take('getMachine');
    await throttle.take('listMachines');
    await pass(800);
    await answered.done();
    const again = [watch(throttle.take('getMachine')), watch(throttle.take('listMachines'))];
    await pass(2 * minute);
    assert.deepEqual(
      again.map(({ at }) => at),
      [start + 800 + window, start + 20_000 + window],
    );
  });

  it('ends a call once, and only warns where that cannot be noted', async () => {
    const callDone = sinon.spy(store, 'callDone');
    const call = await create().take('getMachine');
    assert.equal(call.leaveBy, start + 5_000);
    await Promise.all([call.done(), call.done()]);
    assert.equal(callDone.callCount, 1);
    callDone.restore();
    const failing = sinon.stub(store, 'callDone').rejects(new Error('disk full'));
    await (await create().take('getMachine')).done();
    failing.restore();
    assert.match(String(logger.warn.args[0]?.[1]), /counts for longer: disk full/);
  });

  it('waits out the pause that a 429 asked for', async () => {
    const throttle = create();
    await throttle.throttled('restrictCodeExecution', 8_000);
    const next = watch(throttle.take('restrictCodeExecution'));
    await pass(minute);
    assert.equal(next.at, start + 8_000);
  });

  it('doubles its pause when a 429 names none', async () => {
    const throttle = create();
    const until = async () => (await store.callsSince('restrictCodeExecution', 0, now())).blockedUntil;
    await throttle.throttled('restrictCodeExecution', undefined);
    assert.equal(await until(), start + 2_000);
    await throttle.throttled('restrictCodeExecution', undefined);
    assert.equal(await until(), start + 4_000);
  });

  it('answers at once where a question would have to wait too long, and says when to ask again', async () => {
    const throttle = create();
    await throttle.throttled('listMachines', 30_000);
    await assert.rejects(throttle.take('listMachines', { withinMs: 10_000 }), {
      code: 'TooManyRequests',
      retryAfterMs: 30_000,
      userText: /Try again in 30 seconds/,
    });
  });

  it('gives a waiting question up as soon as it is known to take too long', async () => {
    const throttle = create({ callsPerMinute: 1 });
    await throttle.take('listMachines');
    await pass(window - 5_000);
    const waiting = assert.rejects(throttle.take('listMachines', { withinMs: minute }), { code: 'TooManyRequests' });
    await throttle.throttled('listMachines', 120_000);
    await pass(minute);
    await waiting;
    assert.ok(Date.now() < start + 2 * minute);
  });

  it('keeps the operations apart', async () => {
    const throttle = create();
    await throttle.throttled('restrictCodeExecution', minute);
    await throttle.take('unrestrictCodeExecution');
  });

  it('shares one bucket between all operations where it is told so', async () => {
    const throttle = create({ scope: 'app' });
    await throttle.throttled('restrictCodeExecution', minute);
    const other = watch(throttle.take('unrestrictCodeExecution'));
    await pass(minute - 1);
    assert.equal(other.at, undefined);
    await pass(1);
    assert.equal(other.at, start + minute);
  });

  for (const [scope, background, normal] of [
    ['operation', 70, 100],
    ['app', 60, 85],
  ] as const) {
    it(`keeps room for what is more urgent than polling, with one quota for each ${scope}`, async () => {
      const throttle = create({ scope });
      const polls = Array.from({ length: 120 }, () =>
        watch(throttle.take('listMachineActions', { priority: 'background' })),
      );
      await turns();
      assert.equal(polls.filter(({ at }) => at !== undefined).length, background);
      const looks = Array.from({ length: 120 }, () => watch(throttle.take('listMachineActions')));
      await turns();
      assert.equal(looks.filter(({ at }) => at !== undefined).length, normal - background);
      const releases = Array.from({ length: 120 }, () => watch(throttle.take('unrestrictCodeExecution')));
      await turns();
      assert.equal(releases.filter(({ at }) => at !== undefined).length, scope === 'app' ? 100 - normal : 100);
    });
  }

  it('lets what is urgent pass those who wait already, and each of them in order', async () => {
    const throttle = create({ scope: 'app', callsPerMinute: 10 });
    await use(throttle, 10, 'cancelMachineAction');
    const order: string[] = [];
    const ask = (name: string, operation: Parameters<Throttle['take']>[0], priority?: 'background'): void => {
      void throttle.take(operation, priority ? { priority } : {}).then(async (call) => {
        order.push(name);
        await call.done();
      });
    };
    ask('poll', 'listMachineActions', 'background');
    ask('look 1', 'getMachine');
    ask('look 2', 'listMachines');
    await pass(1_000);
    ask('release 1', 'unrestrictCodeExecution');
    ask('release 2', 'unrestrictCodeExecution');
    await pass(2 * minute);
    assert.deepEqual(order, ['release 1', 'release 2', 'look 1', 'look 2', 'poll']);
  });

  it('has one waiter ask the store, however many wait', async () => {
    const throttle = create();
    await use(throttle, 100, 'getMachine');
    const reserve = sinon.spy(store, 'reserveCall');
    const other = create();
    const waiting = Array.from({ length: 50 }, () => watch(other.take('getMachine')));
    await pass(window - 1);
    assert.ok(reserve.callCount <= 5, `${reserve.callCount} times`);
    await pass(1);
    assert.ok(waiting.every(({ at }) => at === start + window));
    assert.ok(reserve.callCount <= 55, `${reserve.callCount} times`);
  });

  it('takes a call inside a transaction of the caller, and loses none where it turns out not to be needed', async () => {
    const throttle = create();
    for (let tries = 0; tries < 150; tries += 1) {
      const lost = await throttle.through('restrictCodeExecution', () => Promise.resolve({ outcome: 'lost' }));
      assert.equal(lost.outcome, 'lost');
    }
    await use(throttle, 100, 'restrictCodeExecution');
    const started: number[] = [];
    void throttle.through('restrictCodeExecution', async ({ bucket, limits }) => {
      const answer = await store.reserveCall(bucket, now(), limits);
      if (!answer.granted) return { outcome: 'full', waitMs: answer.waitMs };
      started.push(now());
      return { outcome: 'started', call: answer.call };
    });
    await pass(window - 1);
    assert.deepEqual(started, []);
    await pass(1);
    assert.deepEqual(started, [start + window]);
  });

  it('lets the next one through where a taking fails', async () => {
    const throttle = create({ callsPerMinute: 1 });
    const failing = throttle.through('getMachine', () => Promise.reject(new Error('disk full')));
    const next = throttle.take('getMachine');
    await assert.rejects(failing, /disk full/);
    await next;
  });

  it('gives up waiting when Cordon stops', async () => {
    const stopping = new AbortController();
    const throttle = create({}, stopping.signal);
    await throttle.throttled('restrictCodeExecution', minute);
    const waiting = [1, 2, 3].map(() => assert.rejects(throttle.take('restrictCodeExecution'), /stopping/));
    await turns();
    stopping.abort(new Error('stopping'));
    await Promise.all(waiting);
  });
});

describe('the estimate of a place in the queue', () => {
  const { limits } = quotaOf(documentedQuota, 'restrictCodeExecution');

  it('is now while the windows have room', () => {
    assert.equal(nextSlot([], limits, 1_000, 0), 1_000);
  });

  it('is when the oldest call of a full window leaves it', () => {
    const calls = Array.from({ length: 100 }, (_, index) => index);
    assert.equal(nextSlot(calls, limits, 1_000, 0), window);
    assert.equal(nextSlot(calls, limits, 1_000, 1), window + 1);
  });

  it('counts those ahead against the hour as well', () => {
    assert.ok(nextSlot([], limits, 0, 1_500) >= 3_600_000);
    assert.ok(nextSlot([], limits, 0, 1_499) < 3_600_000);
  });
});
