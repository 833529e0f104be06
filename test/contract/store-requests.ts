import assert from 'node:assert/strict';
import type { Effects } from '../../src/store/store.js';
import { machine, person } from '../support.js';
import { changed, event, incoming, meaning, nothing, reply, request, vote, due } from '../store/examples.js';
import type { Subject } from './store.js';

export function requestContract(subject: Subject): void {
  describe('requests', () => {
    it('gives back a Request as it was, votes in the order of casting', async () => {
      const { store } = subject;
      const first = request({ quorum: undefined, dueAt: undefined });
      await store.create(first, nothing);
      assert.deepEqual(await store.request(first.id), first);
      const ann = vote('UANN', { reason: 'yes, “now”', at: 3_000 });
      const bob = vote('UBOB', { decision: 'deny', at: 2_000 });
      const second = changed(first, { votes: [ann] });
      const third = changed(second, { votes: [ann, bob], state: 'denied', settledAt: 2_000 });
      assert.equal(await store.change(second, { ...nothing, vote: ann }), true);
      assert.equal(await store.change(third, { ...nothing, vote: bob }), true);
      assert.deepEqual(await store.request(first.id), third);
      assert.equal(await store.request('NONESUCH'), undefined);
    });

    it('keeps the votes that a new Request brings', async () => {
      const first = request({ votes: [vote('UANN')] });
      await subject.store.create(first, { ...nothing, vote: first.votes[0]! });
      assert.deepEqual(await subject.store.request(first.id), first);
    });

    it('refuses an id that is taken and keeps the first Request', async () => {
      const { store } = subject;
      await store.create(request(), nothing);
      const twin = request({ comment: 'another' });
      await assert.rejects(store.create(twin, { audit: [event('request.created')], deliveries: [] }), {
        code: 'request_exists',
      });
      assert.deepEqual(await store.request(twin.id), request());
      assert.deepEqual(await store.auditOf({ requestId: twin.id }, 10), []);
    });

    it('creates alone only while no other open Request asks for the same on that device', async () => {
      const { store } = subject;
      const create = (over: Parameters<typeof request>[0]) => store.create(request(over), nothing, { alone: true });
      await create({ id: 'FIRST' });
      await assert.rejects(create({ id: 'TWIN' }), { code: 'request_open' });
      assert.equal(await store.request('TWIN'), undefined);
      await create({ id: 'OPPOSITE', action: 'release' });
      await store.change(changed(request({ id: 'FIRST' }), { state: 'denied' }), nothing);
      await create({ id: 'NEXT' });
      const race = await Promise.allSettled(
        ['A', 'B', 'C'].map((id) => create({ id, device: { ...request().device, id: 'e'.repeat(40) } })),
      );
      assert.equal(race.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    it('a change that lost the race is false and leaves nothing behind', async () => {
      const { store } = subject;
      const first = request();
      await store.accept(incoming('k1'), 1);
      await store.create(first, nothing);
      await store.change(changed(first, { comment: 'winner' }), nothing);
      const lost = await store.change(changed(first, { comment: 'loser' }), fullEffects());
      assert.equal(lost, false);
      assert.equal((await store.request(first.id))?.comment, 'winner');
      await assertNoEffects();
    });

    it('a change of a Request that does not exist is false', async () => {
      assert.equal(await subject.store.change(changed(request()), nothing), false);
    });

    it('bug 3: one human counts once per revision, and a second vote undoes the whole change', async () => {
      const { store } = subject;
      const first = request();
      await store.accept(incoming('k1'), 1);
      await store.create(first, nothing);
      const ann = vote('UANN');
      const second = changed(first, { votes: [ann] });
      await store.change(second, { ...nothing, vote: ann });
      const inTeams = vote('UANN', {
        person: person('UANN', { account: { platform: 'teams', tenant: 'entra', user: 'oid' } }),
      });
      const again = changed(second, { votes: [ann, inTeams], state: 'approved' });
      await assert.rejects(store.change(again, { ...fullEffects(), vote: inTeams }), { code: 'vote_exists' });
      assert.deepEqual(await store.request(first.id), second);
      await assertNoEffects();

      const revised = changed(second, { revision: 2 });
      assert.equal(await store.change(revised, { ...nothing, vote: vote('UANN', { revision: 2 }) }), true);
    });

    it('a vote that is taken back stands no longer, its person may vote again, and its row stays', async () => {
      const { store } = subject;
      const first = request();
      await store.create(first, nothing);
      const ann = vote('UANN', { commitment: 'c', where: { ...first.origin } });
      const voted = changed(first, { votes: [ann] });
      await store.change(voted, { ...nothing, vote: ann });
      assert.deepEqual(await store.request(first.id), voted);
      const without = changed(voted, { votes: [] });
      assert.equal(await store.change(without, { ...nothing, takesBack: [ann] }), true);
      assert.deepEqual((await store.request(first.id))?.votes, []);
      await assert.rejects(store.change(changed(without), { ...nothing, takesBack: [ann] }), { code: 'store_failed' });

      const no = vote('UANN', { decision: 'deny', at: 3_000 });
      await store.change(changed(without, { votes: [ann] }), { ...nothing, vote: ann });
      const denied = changed(changed(without), { votes: [no] });
      await store.change(denied, { ...nothing, takesBack: [ann], vote: no });
      assert.deepEqual((await store.request(first.id))?.votes, [no]);
    });

    it('gives the votes on the revision of now alone', async () => {
      const { store } = subject;
      const first = request();
      await store.create(first, nothing);
      const ann = vote('UANN');
      await store.change(changed(first, { votes: [ann] }), { ...nothing, vote: ann });
      const revised = changed(changed(first), { revision: 2 });
      await store.change(revised, nothing);
      assert.deepEqual((await store.request(first.id))?.votes, []);
    });

    it('a failing effect undoes everything, whichever it is', async () => {
      const { store } = subject;
      const first = request();
      await store.accept(incoming('k1'), 1);
      await store.create(first, { ...nothing, buttons: fullEffects().buttons! });
      await assert.rejects(store.change(changed(first), fullEffects()), { name: 'StoreError' });
      assert.deepEqual(await store.request(first.id), first);
      assert.deepEqual(await store.auditOf({ requestId: first.id }, 10), []);
      assert.deepEqual(await due(store).deliveries(1_000, 10), []);
      assert.equal((await due(store).incoming(10, 10)).length, 1);
    });

    it('two transitions in one change are two lines of the record, in their order, or none', async () => {
      const { store } = subject;
      const first = request();
      await store.create(first, nothing);
      const ballot = vote('UANN');
      const after = changed(first, { state: 'queued', queuedAt: ballot.at, votes: [ballot] });
      const approved = event('request.approve', { from: 'awaiting approval', to: 'approved' });
      const both = { ...nothing, audit: [approved, event('request.queue', { from: 'approved', to: 'queued' })] };
      // A vote that was never cast cannot be taken back.
      await assert.rejects(store.change(after, { ...both, vote: ballot, takesBack: [vote('UCAT')] }));
      assert.deepEqual(await store.auditOf({ requestId: first.id }, 10), []);
      assert.equal(await store.change(after, { ...both, vote: ballot }), true);
      assert.equal(await store.change(after, { ...both, vote: vote('UBEN') }), false);
      assert.deepEqual(await store.request(first.id), after);
      assert.deepEqual(await store.auditOf({ requestId: first.id }, 10), both.audit);
    });

    it('bug 2: two approvers at the same moment on two replicas: exactly one change happens', async () => {
      const { store } = subject;
      const other = await subject.reopen();
      const first = request();
      await store.create(first, nothing);
      const attempts = [store, other, store, other].map((handle, i) => {
        const ballot = vote(`U${i}`);
        const effects = { audit: [event(`by ${i}`)], deliveries: [reply('l', `${i}`)], vote: ballot };
        return handle.change(changed(first, { state: 'approved', votes: [ballot] }), effects);
      });
      const won = await Promise.all(attempts);
      assert.equal(won.filter(Boolean).length, 1);
      const winner = won.indexOf(true);
      for (const handle of [store, other]) {
        assert.deepEqual((await handle.request(first.id))?.votes, [vote(`U${winner}`)]);
        assert.deepEqual(await handle.auditOf({ requestId: first.id }, 10), [event(`by ${winner}`)]);
      }
      assert.equal((await due(other).deliveries(1_000, 10)).length, 1);
    });

    it('finds what is due in some states, by due time and then by id', async () => {
      const { store } = subject;
      const made = [
        request({ id: 'C', dueAt: 20, state: 'queued' }),
        request({ id: 'B', dueAt: 20, state: 'submitted' }),
        request({ id: 'A', dueAt: 30 }),
        request({ id: 'D', dueAt: 10, state: 'submitted' }),
        request({ id: 'E', dueAt: undefined, state: 'queued' }),
        request({ id: 'F', dueAt: 1, state: 'succeeded' }),
      ];
      for (const one of made) await store.create(one, nothing);
      const ids = async (now: number, limit = 10) =>
        (await due(store).requests(['queued', 'submitted', 'awaiting approval', 'queued'], now, limit)).map(
          ({ id }) => id,
        );
      assert.deepEqual(await ids(30), ['D', 'B', 'C', 'A']);
      assert.deepEqual(await ids(29), ['D', 'B', 'C']);
      assert.deepEqual(await ids(30, 2), ['D', 'B']);
      assert.deepEqual(await ids(9), []);
      assert.deepEqual(await due(store).requests([], 99, 10), []);
      assert.equal(await store.nextDue(['queued', 'awaiting approval']), 20);
      assert.equal(await store.nextDue(['sending']), undefined);
      assert.equal(await store.nextDue([]), undefined);
    });

    it('lists the line, due or not: the longest queued first, by creation where never queued; and counts it', async () => {
      const { store } = subject;
      await store.create(request({ id: 'A', state: 'queued', createdAt: 10, queuedAt: 40 }), nothing);
      await store.create(request({ id: 'B', state: 'queued', createdAt: 20, queuedAt: 30 }), nothing);
      await store.create(request({ id: 'C', createdAt: 35, dueAt: undefined }), nothing);
      const found = await store.requestsIn(['queued', 'awaiting approval'], 10);
      assert.deepEqual(
        found.map(({ id }) => id),
        ['B', 'C', 'A'],
      );
      assert.equal((await store.requestsIn(['queued', 'awaiting approval'], 1)).length, 1);
      assert.deepEqual(await store.requestsIn([], 10), []);
      assert.equal(await store.countIn(['queued', 'awaiting approval']), 3);
      assert.equal(await store.countIn(['queued']), 2);
      assert.equal(await store.countIn([]), 0);
      assert.equal(await store.countIn(['queued'], 'restrict'), 2);
      assert.equal(await store.countIn(['queued'], 'release'), 0);
    });

    it('finds the Requests of a device, newest first, with their votes', async () => {
      const { store } = subject;
      await store.create(request({ id: 'A', createdAt: 1, votes: [vote('UANN')] }), nothing);
      await store.create(request({ id: 'B', createdAt: 3 }), nothing);
      await store.create(request({ id: 'C', createdAt: 2, device: machine({ id: 'other' }) }), nothing);
      const found = await store.requestsForDevice(machine().id, 10);
      assert.deepEqual(
        found.map(({ id, votes }) => [id, votes.length]),
        [
          ['B', 0],
          ['A', 1],
        ],
      );
      assert.equal((await store.requestsForDevice(machine().id, 1)).length, 1);
    });

    it('finds the Requests that follow a MachineAction', async () => {
      const { store } = subject;
      const first = request();
      await store.create(first, nothing);
      await store.change(changed(first, { state: 'submitted', machineAction: action('a-1') }), nothing);
      assert.deepEqual(
        (await store.requestsForMachineAction('a-1')).map(({ id }) => id),
        [first.id],
      );
      assert.deepEqual(await store.requestsForMachineAction('a-2'), []);
    });

    it('bug 5: what a button means comes from the store, and an unknown token means nothing', async () => {
      const { store } = subject;
      const buttons = fullEffects().buttons!;
      await store.create(request(), { ...nothing, buttons });
      assert.deepEqual(await store.button('token'), buttons[0]);
      assert.equal(await store.button('forged'), undefined);
    });
  });

  function fullEffects(): Effects {
    return {
      audit: [event('request.approve')],
      deliveries: [reply('l', 'approved')],
      buttons: [
        {
          token: 'token',
          meaning: meaning(),
          expiresAt: 9_000,
        },
      ],
      vote: vote('UCAT'),
      settles: 'k1',
    };
  }

  async function assertNoEffects(): Promise<void> {
    const { store } = subject;
    assert.deepEqual(await store.auditOf({ requestId: request().id }, 10), []);
    assert.deepEqual(await due(store).deliveries(1_000, 10), []);
    assert.equal(await store.button('token'), undefined);
    assert.equal((await due(store).incoming(10, 10)).length, 1);
  }
}

function action(id: string) {
  return {
    id,
    type: 'RestrictCodeExecution',
    status: 'Pending',
    machineId: machine().id,
    computerDnsName: null,
    requestor: null,
    requestorComment: null,
    creationDateTimeUtc: null,
    lastUpdateDateTimeUtc: null,
    cancellationRequestor: null,
    cancellationComment: null,
    errorHResult: null,
  };
}
