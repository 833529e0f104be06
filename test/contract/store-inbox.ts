import assert from 'node:assert/strict';
import { event, incoming, nothing, reply, request, due } from '../store/examples.js';
import type { Subject } from './store.js';

export function inboxContract(subject: Subject): void {
  describe('inbox', () => {
    const keys = async (now: number, limit = 10) =>
      (await due(subject.store).incoming(now, limit)).map((pending) => pending.incoming.key);

    it('gives back what was accepted, as it was', async () => {
      assert.equal(await subject.store.accept(incoming('k1'), 10), true);
      assert.deepEqual(await due(subject.store).incoming(10, 10), [
        { incoming: incoming('k1'), receivedAt: 10, attempts: 0, owner: 'looker/1' },
      ]);
    });

    it('bug 16: a redelivered event is stored once, also after it was settled', async () => {
      const { store } = subject;
      assert.equal(await store.accept(incoming('k1'), 10), true);
      assert.equal(await store.accept(incoming('k1'), 11), false);
      await store.settleIncoming('k1', nothing);
      assert.equal(await store.accept(incoming('k1'), 12), false);
      assert.deepEqual(await keys(100), []);
    });

    it('tells one true and the others false when the same key comes several times at once', async () => {
      const answers = await Promise.all([1, 2, 3].map((at) => subject.store.accept(incoming('k1'), at)));
      assert.deepEqual(answers, [true, false, false]);
    });

    it('hands out more than one batch accepted at once, all of them, in the order of arrival', async () => {
      const many = Array.from({ length: 250 }, (_, i) => `k${i}`);
      const answers = await Promise.all(many.map((key) => subject.store.accept(incoming(key), 10)));
      assert.ok(answers.every(Boolean));
      assert.deepEqual(await keys(10, 300), many);
      assert.deepEqual(await keys(10, 2), ['k0', 'k1']);
    });

    it('keeps the order of arrival for what was postponed, and hides it until it is due', async () => {
      const { store } = subject;
      for (const key of ['k1', 'k2', 'k3']) await store.accept(incoming(key), 10);
      const [first] = await due(store).incoming(10, 1);
      await store.postponeIncoming(first!, 50);
      assert.deepEqual(await keys(49), ['k2', 'k3']);
      assert.deepEqual(await keys(50), ['k1', 'k2', 'k3']);
      assert.equal((await due(store).incoming(50, 1))[0]?.attempts, 1);
    });

    it('says when the next one is due', async () => {
      const { store } = subject;
      assert.equal(await store.nextIncomingDue(), undefined);
      await store.accept(incoming('k1'), 10);
      assert.equal(await store.nextIncomingDue(), 10);
      const [first] = await due(store).incoming(10, 1);
      assert.equal(await store.nextIncomingDue(), undefined, 'somebody works on it');
      await store.postponeIncoming(first!, 50);
      assert.equal(await store.nextIncomingDue(), 50);
      await store.settleIncoming('k1', nothing);
      assert.equal(await store.nextIncomingDue(), undefined);
    });

    it('settles together with what it answers, once: a second settling adds nothing', async () => {
      const { store } = subject;
      await store.accept(incoming('k1'), 10);
      const effects = { audit: [event('vote.refused')], deliveries: [reply('l', 'no')] };
      await store.settleIncoming('k1', effects);
      await store.settleIncoming('k1', effects);
      assert.equal((await store.auditOf({ requestId: request().id }, 10)).length, 1);
      assert.equal((await due(store).deliveries(10, 10)).length, 1);
    });

    it('a settled one is not brought back by a late postponement', async () => {
      await subject.store.accept(incoming('k1'), 10);
      const [first] = await due(subject.store).incoming(10, 1);
      await subject.store.settleIncoming('k1', nothing);
      await subject.store.postponeIncoming(first!, 20);
      assert.deepEqual(await keys(100), []);
    });

    it('gives each to one replica alone; only that one can put it off', async () => {
      const { store } = subject;
      const other = await subject.reopen();
      const many = Array.from({ length: 20 }, (_, i) => `k${i}`);
      await Promise.all(many.map((key) => store.accept(incoming(key), 10)));
      const claims = [store, other, store, other].map((handle, i) => handle.claimIncoming(`replica ${i}`, 10, 6));
      const got = (await Promise.all(claims)).flat();
      assert.deepEqual(new Set(got.map((pending) => pending.incoming.key)), new Set(many));
      assert.equal(got.length, many.length);
      await store.postponeIncoming({ ...got[0]!, owner: 'late' }, 0);
      assert.deepEqual(await store.claimIncoming('new', 10, 10), []);
    });

    it('bug 16: two workers that answer the same event make one Request', async () => {
      const { store } = subject;
      const other = await subject.reopen();
      await store.accept(incoming('k1'), 10);
      const outcomes = await Promise.allSettled([
        store.create(request({ id: 'AAAAAAAA' }), { ...nothing, settles: 'k1' }),
        other.create(request({ id: 'BBBBBBBB' }), { ...nothing, settles: 'k1' }),
      ]);
      assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      const [lost] = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.equal((lost?.reason as { code: string }).code, 'incoming_settled');
      assert.equal(await store.countIn(['awaiting approval']), 1);
    });
  });
}
