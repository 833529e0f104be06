import assert from 'node:assert/strict';
import sinon from 'sinon';
import { createThrottle, defenderWindows, nextSlot, type Throttle } from '../../src/defender/throttle.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';

const minute = 60_000;

describe('the throttle', () => {
  let clock: sinon.SinonFakeTimers;
  let store: Store;
  const now = (): number => Date.now();
  const create = (signal?: AbortSignal): Throttle =>
    createThrottle({ store, now, random: () => 0, ...(signal ? { signal } : {}) });

  beforeEach(async () => {
    // The store's own timers stay real: only the time that the throttle waits for is faked.
    store = await openStore('sqlite::memory:', { now });
    clock = sinon.useFakeTimers({
      now: Date.parse('2026-11-23T09:00:00Z'),
      toFake: ['Date', 'setTimeout', 'clearTimeout'],
    });
  });

  afterEach(async () => {
    clock.restore();
    await store.close();
  });

  /** Takes `count` calls as fast as it may and gives the moments at which they left. */
  async function take(throttle: Throttle, count: number, forMs: number): Promise<number[]> {
    const left: number[] = [];
    const calls = Array.from({ length: count }, () =>
      throttle.take('restrictCodeExecution').then(() => left.push(Date.now())),
    );
    for (let passed = 0; passed < forMs && left.length < count; passed += 1_000) {
      await clock.tickAsync(1_000);
      // Lets the store's answers through, which come by real turns of the event loop.
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.race([Promise.all(calls), Promise.resolve()]);
    return left;
  }

  function mostIn(moments: readonly number[], ms: number): number {
    return Math.max(...moments.map((from) => moments.filter((at) => at >= from && at < from + ms).length));
  }

  it('lets no more than the limit through in any minute, and loses no call', async () => {
    const left = await take(create(), 250, 4 * minute);
    assert.equal(left.length, 250);
    assert.ok(mostIn(left, minute) <= 100, `${mostIn(left, minute)} in a minute`);
  });

  it('remembers the last minute over a restart', async () => {
    await take(create(), 98, 2_000);
    const left = await take(create(), 1, 2 * minute);
    assert.ok(left[0]! - Date.parse('2026-11-23T09:00:00Z') >= minute, 'the first call after the restart had to wait');
  });

  it('waits out the pause that a 429 asked for', async () => {
    const throttle = create();
    await throttle.throttled('restrictCodeExecution', 8_000);
    const started = Date.now();
    const left = await take(throttle, 1, minute);
    assert.ok(left[0]! - started >= 8_000);
  });

  it('doubles its pause when a 429 names none', async () => {
    const throttle = create();
    await throttle.throttled('restrictCodeExecution', undefined);
    assert.equal((await store.callsSince('restrictCodeExecution', 0)).blockedUntil, Date.now() + 2_000);
    await throttle.throttled('restrictCodeExecution', undefined);
    assert.equal((await store.callsSince('restrictCodeExecution', 0)).blockedUntil, Date.now() + 4_000);
  });

  it('answers at once where a question would have to wait too long, and says when to ask again', async () => {
    const throttle = create();
    await throttle.throttled('listMachines', 30_000);
    await assert.rejects(throttle.take('listMachines', 10_000), {
      code: 'TooManyRequests',
      retryAfterMs: 30_000,
      userText: /Try again in 30 seconds/,
    });
  });

  it('keeps the operations apart', async () => {
    const throttle = create();
    await throttle.throttled('restrictCodeExecution', minute);
    const waiting = throttle.take('unrestrictCodeExecution');
    await waiting;
  });

  it('gives up waiting when Cordon stops', async () => {
    const stopping = new AbortController();
    const throttle = create(stopping.signal);
    await throttle.throttled('restrictCodeExecution', minute);
    const waiting = throttle.take('restrictCodeExecution');
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    stopping.abort(new Error('stopping'));
    await assert.rejects(waiting, /stopping/);
  });
});

describe('the estimate of a place in the queue', () => {
  const [perMinute] = defenderWindows;

  it('is now while the windows have room', () => {
    assert.equal(nextSlot([], defenderWindows, 1_000, 0), 1_000);
  });

  it('is when the oldest call of a full window leaves it', () => {
    const calls = Array.from({ length: perMinute!.limit }, (_, index) => index);
    assert.equal(nextSlot(calls, defenderWindows, 1_000, 0), minute);
    assert.equal(nextSlot(calls, defenderWindows, 1_000, 1), minute + 1);
  });

  it('counts those ahead against the hour as well', () => {
    assert.ok(nextSlot([], defenderWindows, 0, 1_498) >= 3_600_000);
    assert.ok(nextSlot([], defenderWindows, 0, 1_497) < 3_600_000);
  });
});
