import assert from 'node:assert/strict';
import type { Request } from '../../src/request/request.js';
import type { Stop } from '../../src/store/control.js';
import { machine, person } from '../support.js';
import { changed, event, nothing, reply, request } from '../store/examples.js';
import type { Subject } from './store.js';

const stop: Stop = { by: person('UBOB'), at: 50, reason: 'a loop' };

/** The kill switch, what it holds, and what ceilings count by. */
export function controlContract(subject: Subject): void {
  describe('the switch', () => {
    const quota = { bucket: 'restrictCodeExecution', now: 100, limits: [{ limit: 9, ms: 50 }] } as const;
    const queued = (id: string, over: Partial<Request> = {}) =>
      request({ id, state: 'queued', queuedAt: 10, dueAt: 10, device: device(id), ...over });

    it('goes on from the start, stops and resumes by compare-and-swap, with its effects or not at all', async () => {
      const { store } = subject;
      const other = await subject.reopen();
      assert.deepEqual(await store.switch(), { version: 1, stopped: false });
      const effects = () => ({ audit: [event('cordon.stop')], deliveries: [] });
      const swaps = await Promise.all([store, other].map((handle) => handle.setSwitch(1, stop, effects)));
      assert.deepEqual(swaps.sort(), [false, true]);
      assert.deepEqual(await other.switch(), { version: 2, stopped: true, stop });
      assert.equal((await store.auditOf({ requestId: request().id }, 9)).length, 1);
      await assert.rejects(
        store.setSwitch(2, undefined, () => {
          throw new Error('dies');
        }),
      );
      assert.equal((await store.switch()).stopped, true);
      assert.equal(await store.setSwitch(2, undefined, effects), true);
      assert.deepEqual(await store.switch(), { version: 3, stopped: false });
    });

    it('shows what is under way of restrictions at that moment, and no more than it can', async () => {
      const { store } = subject;
      for (let i = 0; i < 22; i += 1) await store.create(queued(`Q${10 + i}`, { queuedAt: 40 - i }), nothing);
      await store.create(queued('S1', { state: 'submitted' }), nothing);
      await store.create(queued('U1', { state: 'unknown' }), nothing);
      await store.create(queued('R1', { state: 'submitted', action: 'release' }), nothing);
      await store.create(queued('A1', { state: 'approved', createdAt: 1, queuedAt: 1 }), nothing);
      await store.setSwitch(1, stop, ({ running, runningTotal, held, heldTotal }) => {
        assert.deepEqual([running.map(({ id }) => id), runningTotal], [['S1', 'U1'], 2]);
        assert.deepEqual([held.length, held[0]?.id, held[1]?.id, heldTotal], [20, 'A1', 'Q31', 23]);
        return nothing;
      });
    });

    it('lets no restriction start and takes no call for it, and lets releases start', async () => {
      const { store } = subject;
      await store.create(queued('A'), nothing);
      await store.create(queued('B', { action: 'release' }), nothing);
      const [restriction] = await store.claimQueued('r', 'restrict', 100, 1);
      const [release] = await store.claimQueued('r', 'release', 100, 1);
      await store.setSwitch(1, stop, () => nothing);
      const start = await store.startSending(changed(restriction!, { state: 'sending' }), nothing, quota);
      assert.deepEqual(start, { outcome: 'stopped' });
      assert.equal((await store.request('A'))?.state, 'queued');
      assert.deepEqual((await store.callsSince('restrictCodeExecution', 0, 100)).calls, []);
      const goes = await store.startSending(changed(release!, { state: 'sending' }), nothing, quota);
      assert.equal(goes.outcome, 'started');
      await store.setSwitch(2, undefined, () => nothing);
      assert.equal(
        (await store.startSending(changed(restriction!, { state: 'sending' }), nothing, quota)).outcome,
        'started',
      );
    });

    it('has whoever stops it see every restriction that started before, on whichever replica', async () => {
      const { store } = subject;
      const other = await subject.reopen();
      for (let round = 0; round < 10; round += 1) {
        const id = `A${round}`;
        await store.create(queued(id), nothing);
        const [claimed] = await store.claimQueued('r', 'restrict', 100, 1);
        const { version } = await other.switch();
        let seen: string[] = [];
        const [start] = await Promise.all([
          store.startSending(changed(claimed!, { state: 'sending' }), nothing, {
            ...quota,
            now: 100 + round * 100_000,
          }),
          other.setSwitch(version, stop, ({ running }) => {
            seen = running.map((each) => each.id);
            return nothing;
          }),
        ]);
        assert.equal(
          start.outcome === 'started',
          seen.includes(id),
          `round ${round}: ${start.outcome}, seen ${seen.join()}`,
        );
        await other.setSwitch(version + 1, undefined, () => nothing);
        const left = await store.request(id);
        await store.change(changed(left!, { state: 'withdrawn', dueAt: undefined }), nothing);
      }
    });

    it('keeps what is held out of the line, in nobody’s way, until it is claimed as such', async () => {
      const { store } = subject;
      await store.create(queued('A', { dueAt: undefined }), nothing);
      await store.create(queued('B', { action: 'release', queuedAt: 20, device: device('A') }), nothing);
      assert.deepEqual(await store.claimQueued('r', 'restrict', 1_000, 9), []);
      assert.equal(await store.nextDue(['queued']), 10);
      assert.deepEqual(
        (await store.claimQueued('r', 'release', 1_000, 9)).map(({ id }) => id),
        ['B'],
      );
      assert.deepEqual(await store.claimHeld('r', 'release', 9), []);
      const [held] = await store.claimHeld('r', 'restrict', 9);
      assert.equal(held?.id, 'A');
      assert.deepEqual(await store.claimHeld('other', 'restrict', 9), []);
      assert.equal(await store.change(changed(held, { dueAt: 10 }), nothing), true);
      assert.deepEqual(await store.claimHeld('r', 'restrict', 9), []);
    });
  });

  describe('recent requests', () => {
    const asked = (id: string, user: string, digit: string, createdAt: number, over: Partial<Request> = {}) =>
      subject.store.create(
        request({ id, requester: person(user), device: device(digit), createdAt, ...over }),
        nothing,
      );

    it('are those of the action within the time and before the one that asks, by time, then by id', async () => {
      const { store } = subject;
      await asked('A', 'U1', '1', 10);
      await asked('B', 'U1', '2', 11);
      await asked('C', 'U2', '3', 20, { state: 'expired' });
      await asked('D', 'U2', '4', 20);
      await asked('E', 'U2', '5', 21);
      await asked('F', 'U2', '6', 15, { action: 'release' });
      const ids = async (since: number, until: { at: number; id?: string }) =>
        (await store.recentRequests('restrict', since, until)).map(({ deviceId }) => deviceId[0]);
      assert.deepEqual(await ids(10, { at: 20, id: 'D' }), ['2', '3']);
      assert.deepEqual(await ids(9, { at: 20, id: 'C' }), ['1', '2']);
      assert.deepEqual((await ids(11, { at: 21 })).sort(), ['3', '4', '5']);
    });

    it('are one for each requester and device, with all ids of the requester', async () => {
      const { store } = subject;
      for (const at of [10, 30, 20]) await asked(`R${at}`, 'U1', '1', at);
      const linked = person('U1', { id: 'entra:t:o', aliases: ['slack:T0HOME:U1'] });
      await asked('L', 'U1', '1', 40, { requester: linked });
      assert.deepEqual(await store.recentRequests('restrict', 0, { at: 99 }), [
        { requesterIds: ['slack:T0HOME:U1'], deviceId: '1'.repeat(40), createdAt: 30 },
        { requesterIds: ['entra:t:o', 'slack:T0HOME:U1'], deviceId: '1'.repeat(40), createdAt: 40 },
      ]);
    });
  });

  describe('messages owed once', () => {
    it('are owed by one of several processes, and again when their time is over', async () => {
      const { store } = subject;
      const other = await subject.reopen();
      const tell = (handle: typeof store, at: number, name = 'ceiling') =>
        handle.settleIncoming(`${name} ${at} ${Math.random()}`, {
          audit: [],
          deliveries: [],
          once: [{ name, at, withinMs: 100, deliveries: [reply(`lane ${name} ${at}`, 'x')] }],
        });
      await Promise.all([tell(store, 1_000), tell(other, 1_001), tell(store, 1_002, 'another')]);
      await tell(other, 1_099);
      await tell(store, 1_200);
      const lanes = (await store.claimDeliveries('r', Number.MAX_SAFE_INTEGER, 99)).map(({ lane }) => lane);
      assert.equal(lanes.length, 3, lanes.join());
      assert.ok(lanes.includes('lane another 1002') && lanes.includes('lane ceiling 1200'));
    });
  });
}

function device(name: string) {
  return machine({ id: name.repeat(40).slice(0, 40) });
}
