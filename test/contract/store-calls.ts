import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Reservation, Window } from '../../src/store/store.js';
import type { Subject } from './store.js';

const day = 86_400_000;

export function callContract(subject: Subject): void {
  describe('calls', () => {
    /** Takes a call that is answered in the same moment. */
    async function callAt(now: number, limits: readonly Window[]): Promise<Reservation> {
      const { store } = subject;
      const answer = await store.reserveCall('getMachine', now, limits);
      if (answer.granted) await store.callDone(answer.call, now);
      return answer;
    }

    it('grants what every window has room for and says how long until the next call fits', async () => {
      const limits = [
        { limit: 2, ms: 10 },
        { limit: 3, ms: 100 },
      ];
      const waits = [];
      for (const now of [0, 1, 2, 10, 11, 99, 100]) waits.push(waitOf(await callAt(now, limits)));
      assert.deepEqual(waits, [0, 0, 8, 0, 89, 1, 0]);
      assert.deepEqual(await subject.store.callsSince('getMachine', 1, 100), {
        calls: [1, 10, 100],
        blockedUntil: undefined,
      });
    });

    it('counts a call from its answer, and until then as one that is made now', async () => {
      const { store } = subject;
      const limits = [{ limit: 1, ms: 100 }];
      const first = await store.reserveCall('getMachine', 0, limits);
      assert.ok(first.granted);
      assert.equal(waitOf(await store.reserveCall('getMachine', 150, limits)), 100);
      assert.deepEqual((await store.callsSince('getMachine', 0, 150)).calls, [150]);
      await store.callDone(first.call, 200);
      assert.equal(waitOf(await store.reserveCall('getMachine', 250, limits)), 50);
      assert.deepEqual((await store.callsSince('getMachine', 0, 250)).calls, [200]);
      assert.ok((await store.reserveCall('getMachine', 300, limits)).granted);
    });

    it('counts a call without an answer from the last moment at which it can arrive', async () => {
      const { store } = subject;
      const limits = [{ limit: 1, ms: 100 }];
      await store.reserveCall('getMachine', 0, limits);
      assert.equal(waitOf(await store.reserveCall('getMachine', 20_099, limits)), 1);
      assert.ok((await store.reserveCall('getMachine', 20_100, limits)).granted);
    });

    it('counts each bucket by itself', async () => {
      const limits = [{ limit: 1, ms: 10 }];
      for (const bucket of ['getMachine', 'listMachines', 'app'] as const) {
        assert.ok((await subject.store.reserveCall(bucket, 0, limits)).granted);
      }
    });

    it('grants what a smaller limit leaves free to whom a larger one holds', async () => {
      const [all, part] = [[{ limit: 3, ms: 10 }], [{ limit: 2, ms: 10 }]];
      const waits = [];
      for (const limits of [part, part, part, all, all]) waits.push(waitOf(await callAt(0, limits)));
      assert.deepEqual(waits, [0, 0, 10, 0, 10]);
    });

    it('lets no call through a block, and never shortens one', async () => {
      const { store } = subject;
      await store.blockCalls('getMachine', 500, 0);
      await store.blockCalls('getMachine', 300, 100);
      const limits = [{ limit: 9, ms: 10 }];
      assert.deepEqual(await store.reserveCall('getMachine', 499, limits), { granted: false, waitMs: 1 });
      assert.deepEqual(await store.callsSince('getMachine', 0, 499), { calls: [], blockedUntil: 500 });
      assert.ok((await store.reserveCall('getMachine', 500, limits)).granted);
    });

    it('blocks for one hour at most', async () => {
      await subject.store.blockCalls('getMachine', day, 0);
      assert.equal((await subject.store.callsSince('getMachine', 0, 0)).blockedUntil, 3_600_000);
    });

    it('shares the quota between two replicas that ask at the same moment', async () => {
      const other = await subject.reopen();
      const limits = [{ limit: 3, ms: 100 }];
      const answers = await Promise.all(
        [0, 1, 2, 3, 4, 5].map((i) => (i % 2 === 0 ? subject.store : other).reserveCall('getMachine', 7, limits)),
      );
      const calls = answers.flatMap((answer) => (answer.granted ? [answer.call] : []));
      assert.equal(new Set(calls).size, 3);
      assert.equal(calls.length, 3);
    });

    it('is not stopped for a day by a clock that was a day ahead', async () => {
      const { store } = subject;
      const limits = [{ limit: 1, ms: 100 }];
      await callAt(5 + day, limits);
      await store.blockCalls('getMachine', 1_000, 5 + day);
      assert.deepEqual(await store.callsSince('getMachine', 0, 5), { calls: [], blockedUntil: undefined });
      assert.ok((await callAt(5, limits)).granted);
      await store.blockCalls('getMachine', 1_000, 200);
      assert.deepEqual(await store.reserveCall('getMachine', 200, limits), { granted: false, waitMs: 1_000 });
    });

    it('overlooks no call under way when the clock is set back by some seconds', async () => {
      const { store } = subject;
      const limits = [{ limit: 1, ms: 100 }];
      await store.reserveCall('getMachine', 10_000, limits);
      assert.equal((await store.reserveCall('getMachine', 5_001, limits)).granted, false);
    });

    it('never exceeds a window, wherever a call arrives before its answer, and wastes none: as a brute-force model says', async () => {
      let origin = 0;
      const window = fc.record({ limit: fc.integer({ min: 1, max: 4 }), ms: fc.integer({ min: 1, max: 60 }) });
      const step = fc.record({ gap: fc.nat(25), answered: fc.nat(2), way: fc.double({ min: 0, max: 1, noNaN: true }) });
      const steps = fc.array(step, { minLength: 1, maxLength: 25 });
      await fc.assert(
        fc.asyncProperty(fc.array(window, { minLength: 1, maxLength: 3 }), steps, async (limits, todo) => {
          // Far from the calls of the run before.
          origin += 100_000;
          let now = origin;
          const open: { id: string; from: number; way: number }[] = [];
          const done: number[] = [];
          const arrived: number[] = [];
          const answer = async (count: number): Promise<void> => {
            for (const { id, from, way } of open.splice(0, count)) {
              await subject.store.callDone(id, now);
              done.push(now);
              arrived.push(from + Math.round(way * (now - from)));
            }
          };
          for (const { gap, answered, way } of todo) {
            now += gap;
            await answer(answered);
            const counted = [...done, ...open.map(() => now)];
            const taken = await subject.store.reserveCall('getMachine', now, limits);
            assert.equal(waitOf(taken), firstFit(counted, now, limits) - now);
            if (taken.granted) open.push({ id: taken.call, from: now, way });
          }
          await answer(open.length);
          for (const { limit, ms } of limits) {
            for (const start of arrived) {
              assert.ok(arrived.filter((at) => at >= start && at < start + ms).length <= limit);
            }
          }
        }),
        { numRuns: 40 },
      );
    });
  });
}

function waitOf(answer: Reservation): number {
  return answer.granted ? 0 : answer.waitMs;
}

/** Tries every millisecond. */
function firstFit(calls: readonly number[], now: number, limits: readonly Window[]): number {
  const fits = (t: number) =>
    limits.every(({ limit, ms }) => calls.filter((at) => at > t - ms && at <= t).length < limit);
  for (let t = now; ; t++) if (fits(t)) return t;
}
