import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Window } from '../../src/store/store.js';
import type { Subject } from './store.js';

export function callContract(subject: Subject): void {
  describe('calls', () => {
    it('grants what every window has room for and says when the next call fits', async () => {
      const { store } = subject;
      const limits = [
        { limit: 2, ms: 10 },
        { limit: 3, ms: 100 },
      ];
      const answers = [];
      for (const now of [0, 1, 2, 10, 11, 99, 100]) answers.push(await store.reserveCall('getMachine', now, limits));
      assert.deepEqual(answers, [
        { granted: true },
        { granted: true },
        { granted: false, at: 10 },
        { granted: true },
        { granted: false, at: 100 },
        { granted: false, at: 100 },
        { granted: true },
      ]);
      assert.deepEqual(await store.callsSince('getMachine', 1), { calls: [1, 10, 100], blockedUntil: undefined });
    });

    it('counts each operation by itself', async () => {
      const limits = [{ limit: 1, ms: 10 }];
      assert.deepEqual(await subject.store.reserveCall('getMachine', 0, limits), { granted: true });
      assert.deepEqual(await subject.store.reserveCall('listMachines', 0, limits), { granted: true });
    });

    it('lets no call through a block, and never shortens one', async () => {
      const { store } = subject;
      await store.blockCalls('getMachine', 500);
      await store.blockCalls('getMachine', 400);
      const limits = [{ limit: 9, ms: 10 }];
      assert.deepEqual(await store.reserveCall('getMachine', 499, limits), { granted: false, at: 500 });
      assert.deepEqual(await store.callsSince('getMachine', 0), { calls: [], blockedUntil: 500 });
      assert.deepEqual(await store.reserveCall('getMachine', 500, limits), { granted: true });
    });

    it('shares the quota between two replicas that ask at the same moment', async () => {
      const other = await subject.reopen();
      const limits = [{ limit: 3, ms: 100 }];
      const answers = await Promise.all(
        [0, 1, 2, 3, 4, 5].map((i) => (i % 2 === 0 ? subject.store : other).reserveCall('getMachine', 7, limits)),
      );
      assert.equal(answers.filter(({ granted }) => granted).length, 3);
    });

    it('is not stopped for a day by a clock that was a day ahead', async () => {
      const day = 86_400_000;
      const limits = [{ limit: 1, ms: 100 }];
      await subject.store.reserveCall('getMachine', 5 + day, limits);
      assert.deepEqual(await subject.store.reserveCall('getMachine', 5, limits), { granted: true });
    });

    it('never exceeds a window, wherever it starts, and wastes no call: as a brute-force model says', async () => {
      let origin = 0;
      const window = fc.record({ limit: fc.integer({ min: 1, max: 4 }), ms: fc.integer({ min: 1, max: 60 }) });
      const gaps = fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 25 });
      await fc.assert(
        fc.asyncProperty(fc.array(window, { minLength: 1, maxLength: 3 }), gaps, async (limits, steps) => {
          // Far from the calls of the run before.
          origin += 10_000;
          let now = origin;
          const granted: number[] = [];
          for (const step of steps) {
            now += step;
            const first = firstFit(granted, now, limits);
            const answer = await subject.store.reserveCall('getMachine', now, limits);
            if (answer.granted) granted.push(now);
            assert.deepEqual(answer, first === now ? { granted: true } : { granted: false, at: first });
          }
          for (const { limit, ms } of limits) {
            for (const start of granted) {
              assert.ok(granted.filter((at) => at >= start && at < start + ms).length <= limit);
            }
          }
        }),
        { numRuns: 40 },
      );
    });
  });
}

/** Tries every millisecond. */
function firstFit(calls: readonly number[], now: number, limits: readonly Window[]): number {
  const fits = (t: number) =>
    limits.every(({ limit, ms }) => calls.filter((at) => at > t - ms && at <= t).length < limit);
  for (let t = now; ; t++) if (fits(t)) return t;
}
