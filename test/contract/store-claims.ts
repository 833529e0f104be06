import assert from 'node:assert/strict';
import type { Request } from '../../src/request/request.js';
import { ownerFor, type Store } from '../../src/store/store.js';
import { machine, person } from '../support.js';
import { announce, changed, due, event, incoming, nothing, request } from '../store/examples.js';
import type { Subject } from './store.js';

/** Several processes over one store: whatever they do at the same moment, one of them does it. */
export function claimContract(subject: Subject): void {
  describe('claims on requests', () => {
    it('gives each to one replica alone; a change under a lost claim changes nothing', async () => {
      const { store } = subject;
      const other = await subject.reopen();
      for (let i = 0; i < 20; i += 1) await store.create(request({ id: `R${i}`, dueAt: 1 }), nothing);
      const claims = [store, other, store, other].map((handle, i) =>
        handle.claimRequests(`replica ${i}`, ['awaiting approval'], 1, 6),
      );
      const got = (await Promise.all(claims)).flat();
      assert.equal(new Set(got.map(({ id }) => id)).size, 20);
      const [one, two, three] = got;
      assert.equal(await store.change(changed({ ...one!, claim: 'another' }), nothing), false);
      assert.equal(await store.change(changed(one!), nothing), true);
      assert.equal((await store.request(one!.id))?.claim, undefined);

      await store.postponeRequests([two!.id], 'another', 9);
      await store.postponeRequests([three!.id], three!.claim!, 9);
      assert.deepEqual(
        (await store.claimRequests('new', ['awaiting approval'], 9, 30)).map(({ id }) => id).sort(),
        [one!.id, three!.id].sort(),
      );
      assert.equal((await store.request(three!.id))?.version, three!.version, 'a postponement is no change');
    });

    it('frees what a replica had claimed when it leaves or is silent for too long, and nothing else', async () => {
      const { store } = subject;
      const other = await subject.reopen();
      for (const replica of ['leaves', 'dies', 'lives']) {
        await store.register(replica, replica === 'lives' ? 100 : 10);
        await store.create(request({ id: replica, dueAt: 1 }), nothing);
        await store.claimRequests(ownerFor(replica, 7), ['awaiting approval'], 1, 1);
      }
      assert.deepEqual(await due(other).requests(['awaiting approval'], 1, 9), []);
      await store.release('leaves');
      assert.deepEqual(await claimable(), ['leaves']);
      assert.equal(await other.reap(9, 1_000), 0);
      assert.equal(await other.reap(10, 1_000), 1);
      assert.deepEqual(await claimable(), ['dies', 'leaves']);
      assert.equal(await store.renew('dies', 50), false);
      assert.equal(await store.renew('lives', 200), true);
      assert.equal(await other.reap(199, 1_000), 0);
      assert.equal(await other.reap(150, 199), 1, 'its lease lies in a future that no clock reaches any more');

      async function claimable(): Promise<string[]> {
        return (await due(other).requests(['awaiting approval'], 1, 9)).map(({ id }) => id).sort();
      }
    });

    it('frees what was claimed for a replica that is forgotten already, as by a process that was stopped for long', async () => {
      const { store } = subject;
      const other = await subject.reopen();
      await store.register('gone', 10);
      await store.register('lives', 100);
      assert.equal(await other.reap(10, 1_000), 1);
      for (const replica of ['gone', 'lives']) {
        await store.accept(incoming(replica), 1);
        await store.create(request({ id: replica, dueAt: 1 }), { ...nothing, deliveries: [announce(replica)] });
        await store.claimIncoming(ownerFor(replica, 8), 1, 1);
        await store.claimDeliveries(ownerFor(replica, 8), 1, 1);
        await store.claimRequests(ownerFor(replica, 8), ['awaiting approval'], 1, 1);
      }
      await other.reap(11, 1_000);
      assert.deepEqual(
        (await store.claimIncoming('new', 1, 9)).map((pending) => pending.incoming.key),
        ['gone'],
      );
      assert.deepEqual(
        (await store.claimDeliveries('new', 1, 9)).map(({ requestId }) => requestId),
        ['gone'],
      );
      assert.deepEqual(
        (await store.claimRequests('new', ['awaiting approval'], 1, 9)).map(({ id }) => id),
        ['gone'],
      );
    });

    describe('sending', () => {
      const quota = { bucket: 'restrictCodeExecution', now: 100, limits: [{ limit: 1, ms: 50 }] } as const;
      const queued = (id: string, over: Partial<Request> = {}) =>
        request({ id, state: 'queued', queuedAt: 10, dueAt: 10, ...over });
      const claim = async (handle: Store, replica: string, limit = 10) =>
        (await handle.claimQueued(replica, 'restrict', 100, limit)).map(({ id }) => id);

      it('gives out the line in order, and of each device only the first, whatever the action', async () => {
        const { store } = subject;
        await store.create(queued('B', { queuedAt: 20, device: device('2') }), nothing);
        await store.create(queued('A', { queuedAt: 10, device: device('1') }), nothing);
        await store.create(queued('C', { queuedAt: 11, device: device('1') }), nothing);
        await store.create(queued('D', { queuedAt: 5, action: 'release', device: device('3') }), nothing);
        await store.create(queued('E', { queuedAt: 6, device: device('3') }), nothing);
        await store.create(queued('F', { state: 'submitted', device: device('4') }), nothing);
        await store.create(queued('G', { device: device('4') }), nothing);
        await store.create(queued('H', { device: device('5'), dueAt: 101 }), nothing);
        assert.deepEqual(await claim(store, 'r', 1), ['A']);
        assert.deepEqual(await claim(store, 'r'), ['B']);
      });

      it('keeps a device for what was approved earlier and has no place in the line yet', async () => {
        const { store } = subject;
        await store.create(request({ id: 'A', state: 'approved', createdAt: 5, dueAt: 5 }), nothing);
        await store.create(queued('B', { queuedAt: 20 }), nothing);
        assert.deepEqual(await claim(store, 'r'), []);
        await store.change(changed((await store.request('A'))!, { state: 'withdrawn' }), nothing);
        assert.deepEqual(await claim(store, 'r'), ['B']);
      });

      it('starts once, with one call of the quota, and keeps the claim', async () => {
        const { store } = subject;
        const other = await subject.reopen();
        await store.create(queued('A'), nothing);
        const [claimed] = await store.claimQueued('r', 'restrict', 100, 1);
        const sending = changed(claimed!, { state: 'sending' });
        const effects = { audit: [event('request.send')], deliveries: [] };
        const starts = await Promise.all([store, other].map((handle) => handle.startSending(sending, effects, quota)));
        assert.deepEqual(starts.map(({ outcome }) => outcome).sort(), ['lost', 'started']);
        assert.equal((await store.request('A'))?.state, 'sending');
        assert.deepEqual(await store.auditOf({ requestId: request().id }, 10), [event('request.send')]);
        assert.deepEqual(await due(store).requests(['sending'], 1_000, 10), [], 'its sender is still at it');
      });

      it('stores nothing where no call is left, and says when one will be', async () => {
        const { store } = subject;
        await store.create(queued('A'), nothing);
        await store.reserveCall('restrictCodeExecution', 80, quota.limits);
        const [claimed] = await store.claimQueued('r', 'restrict', 100, 1);
        const sending = changed(claimed!, { state: 'sending' });
        const start = await store.startSending(sending, nothing, quota);
        assert.equal(start.outcome, 'full');
        assert.equal((await store.request('A'))?.state, 'queued');
        assert.equal((await store.startSending(sending, nothing, { ...quota, now: 100_000 })).outcome, 'started');
      });

      it('costs no call where the claim is lost or the Request was withdrawn', async () => {
        const { store } = subject;
        await store.create(queued('A'), nothing);
        const [claimed] = await store.claimQueued('r', 'restrict', 100, 1);
        const sending = changed(claimed!, { state: 'sending' });
        const late = await store.startSending({ ...sending, claim: 'late' }, nothing, quota);
        await store.change(changed(request({ ...(await store.request('A'))! }), { state: 'withdrawn' }), nothing);
        const withdrawn = await store.startSending(sending, nothing, quota);
        assert.deepEqual([late.outcome, withdrawn.outcome], ['lost', 'lost']);
        assert.deepEqual((await store.callsSince('restrictCodeExecution', 0, 100)).calls, []);
      });

      it('bug 2: never starts two calls for one device, on whichever replica and in whichever order they were queued', async () => {
        const { store } = subject;
        const other = await subject.reopen();
        // The clocks of the two differ: what was queued later stands ahead.
        await store.create(queued('A', { queuedAt: 20 }), nothing);
        const [first] = await store.claimQueued('one', 'restrict', 100, 1);
        await other.create(queued('B', { queuedAt: 10, action: 'release' }), nothing);
        const [second] = await other.claimQueued('two', 'release', 100, 1);
        const starts = await Promise.all([
          store.startSending(changed(first!, { state: 'sending' }), nothing, quota),
          other.startSending(changed(second!, { state: 'sending' }), nothing, {
            ...quota,
            bucket: 'unrestrictCodeExecution',
          }),
        ]);
        assert.equal(starts.filter(({ outcome }) => outcome === 'started').length, 1);
      });

      function device(digit: string) {
        return machine({ id: digit.repeat(40) });
      }
    });

    it('takes no more open Requests than it is told, in all and of one person', async () => {
      const { store } = subject;
      const most = { open: 3, openOfRequester: 2 };
      const create = (id: string, user: string) =>
        store.create(request({ id, requester: person(user) }), nothing, { most });
      await create('A', 'UREQ');
      await create('B', 'UREQ');
      await assert.rejects(create('C', 'UREQ'), { code: 'too_many_of_yours' });
      await create('D', 'UELSE');
      await assert.rejects(create('E', 'UOTHER'), { code: 'too_many_open' });
      await store.change(changed((await store.request('A'))!, { state: 'succeeded' }), nothing);
      await create('F', 'UREQ');
    });
  });
}
