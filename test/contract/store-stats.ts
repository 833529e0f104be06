import assert from 'node:assert/strict';
import { announce, event, incoming, nothing, request } from '../store/examples.js';
import { type Subject, storeTime as now } from './store.js';

/** What is counted for those who watch. */
export function statsContract(subject: Subject): void {
  describe('the numbers of what is open', () => {
    it('are all 0 in a new store, with every open state and nothing else', async () => {
      const stats = await subject.store.stats(now);
      assert.deepEqual(
        [...stats.requests],
        ['awaiting approval', 'approved', 'queued', 'sending', 'unknown', 'submitted'].map((state) => [state, 0]),
      );
      assert.deepEqual(stats.queue, []);
      assert.deepEqual(stats.deliveries, []);
      assert.deepEqual(stats.calls, []);
      assert.deepEqual(stats.inbox, { pending: 0, since: undefined });
      assert.deepEqual([stats.held, stats.replicas, stats.stopped], [0, 0, false]);
    });

    it('count open requests by state, the line by action, and what is held apart', async () => {
      const { store } = subject;
      const add = (id: string, over: Parameters<typeof request>[0]) => store.create(request({ id, ...over }), nothing);
      await add('AAAA0001', { state: 'queued', queuedAt: 300, dueAt: 300 });
      await add('AAAA0002', { state: 'queued', queuedAt: 200, dueAt: 200 });
      await add('AAAA0003', { state: 'queued', queuedAt: 100, dueAt: undefined });
      await add('AAAA0004', { state: 'queued', action: 'release', queuedAt: 400, dueAt: 400 });
      await add('AAAA0005', { state: 'unknown' });
      await add('AAAA0006', { state: 'succeeded' });
      const { requests, queue, held } = await store.stats(now);
      assert.equal(requests.get('queued'), 4);
      assert.equal(requests.get('unknown'), 1);
      assert.equal(requests.has('succeeded'), false);
      assert.equal(held, 1);
      assert.deepEqual(
        [...queue].sort((a, b) => a.since - b.since),
        [
          { action: 'restrict', waiting: 2, since: 200 },
          { action: 'release', waiting: 1, since: 400 },
        ],
      );
    });

    it('count what is owed and what waits for an answer, and no longer what is settled', async () => {
      const { store } = subject;
      await store.accept(incoming('one'), 50);
      await store.accept(incoming('two'), 60);
      await store.create(request(), { ...nothing, deliveries: [announce('7K3M9Q2X')], settles: 'one' });
      const before = await store.stats(now);
      assert.deepEqual(before.inbox, { pending: 1, since: 60 });
      assert.equal(before.deliveries[0]?.platform, 'slack');
      assert.equal(before.deliveries[0].pending, 1);
      await store.register('r', now * 2);
      const [delivery] = await store.claimDeliveries('r/1', now * 2, 1);
      await store.delivered(delivery!, { at: now });
      await store.settleIncoming('two', nothing);
      const after = await store.stats(now);
      assert.deepEqual(after.deliveries, []);
      assert.deepEqual(after.inbox, { pending: 0, since: undefined });
    });

    it('count the calls of the last minute and hour, those under way included, and say how long a pause lasts', async () => {
      const { store } = subject;
      const limits = [{ limit: 100, ms: 3_600_020 }];
      const taken = await Promise.all([1, 2].map(() => store.reserveCall('listMachines', now, limits)));
      await store.blockCalls('getMachine', 5_000, now);
      const bucket = async (name: string, at: number) =>
        (await store.stats(at)).calls.find((each) => each.bucket === name);
      const before = await bucket('listMachines', now);
      assert.deepEqual([before?.lastMinute, before?.lastHour], [2, 2]);
      for (const one of taken) if (one.granted) await store.callDone(one.call, now);
      const after = await bucket('listMachines', now + 120_000);
      assert.deepEqual([after?.lastMinute, after?.lastHour], [0, 2]);
      assert.equal(await bucket('listMachines', now + 2 * 3_600_000), undefined);
      assert.equal((await bucket('getMachine', now))?.blockedUntil, now + 5_000);
      assert.equal(await bucket('getMachine', now + 5_000), undefined);
    });

    it('count living replicas, and events that no checkpoint covers', async () => {
      const { store } = subject;
      await store.register('alive', now + 1);
      await store.register('dead', now);
      const before = await store.stats(now);
      assert.equal(before.replicas, 1);
      await store.record([event('a'), event('b')]);
      const { audit } = await store.stats(now);
      assert.equal(audit.events, before.audit.events + 2);
      assert.equal(audit.unsigned, before.audit.unsigned + 2);
      await store.checkpoint(now, { events: 1, ms: 1 });
      const signed = (await store.stats(now)).audit;
      assert.deepEqual([signed.unsigned, signed.signedAt], [0, now]);
    });
  });
}
