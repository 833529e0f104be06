import assert from 'node:assert/strict';
import { plain } from '../../src/view/model.js';
import type { Delivery, NewDelivery } from '../../src/store/store.js';
import { announce, event, nothing, place, reply, request, due } from '../store/examples.js';
import { storeTime, type Subject } from './store.js';

export function deliveryContract(subject: Subject): void {
  describe('deliveries', () => {
    it('finds the Requests whose card a message is, with or without the mark of a thread', async () => {
      const { store } = subject;
      await store.create(request(), { ...nothing, deliveries: [announce(request().id)] });
      const [delivery] = await due(store).deliveries(1_000, 1);
      const ref = { platform: 'slack', conversation: 'C0SOC;messageid=1', message: '1.2' } as const;
      await store.delivered(delivery!, { ref, renderedVersion: 1, at: 20 });
      assert.deepEqual(await store.requestsOfCard(ref), [request().id]);
      assert.deepEqual(await store.requestsOfCard({ ...ref, conversation: 'C0SOC' }), [request().id]);
      assert.deepEqual(await store.requestsOfCard({ ...ref, conversation: 'C0ELSE' }), []);
      assert.deepEqual(await store.requestsOfCard({ ...ref, message: '1.3' }), []);
      assert.deepEqual(await store.requestsOfCard({ ...ref, platform: 'teams' }), []);
    });

    const owe = (...deliveries: NewDelivery[]) => subject.store.settleIncoming('unheard', { audit: [], deliveries });
    const look = (now: number, limit = 10) => due(subject.store).deliveries(now, limit);
    const texts = async (now: number, limit = 10) => (await look(now, limit)).map(text);
    const failed = { error: 'HTTP 503', unsure: false };
    const sent = (delivery: Delivery) => subject.store.delivered(delivery, { at: 1 });

    it('tells how many were tried, are still owed and too old, and since when', async () => {
      await owe(reply('a', 'tried'), reply('b', 'never tried'), reply('c', 'sent'));
      const found = await look(storeTime);
      const [tried, , done] = found;
      await subject.store.postponeDelivery(tried!, storeTime + 1, failed);
      await sent(done!);
      assert.deepEqual(await subject.store.overdueDeliveries(storeTime), []);
      assert.deepEqual(await subject.store.overdueDeliveries(storeTime + 1), [
        { platform: 'slack', count: 1, since: storeTime },
      ]);
    });

    it('gives back what is owed, as it was', async () => {
      const owed = reply('l', 'hello', { requestId: '7K3M9Q2X' });
      await owe({ ...owed, notBefore: 5 });
      assert.deepEqual(await look(4), []);
      const [found] = await look(5);
      assert.deepEqual(found, {
        ...owed,
        id: found?.id,
        owner: found?.owner,
        attempts: 0,
        unsure: 0,
        createdAt: storeTime,
      });
    });

    it('hands out one per lane, the oldest, and the next only after it was sent', async () => {
      await owe(reply('a', 'a1'), reply('a', 'a2'), reply('b', 'b1'));
      assert.deepEqual(await texts(1), ['a1', 'b1']);
      const [a1] = await look(1, 1);
      await sent(a1!);
      assert.deepEqual((await texts(1)).sort(), ['a2', 'b1']);
    });

    it('lets later ones of a lane wait for a postponed first one', async () => {
      await owe(reply('a', 'a1'), reply('a', 'a2'), reply('b', 'b1'));
      const [a1] = await look(1);
      await subject.store.postponeDelivery(a1!, 50, failed);
      assert.deepEqual(await texts(49), ['b1']);
      assert.deepEqual(await texts(50), ['b1', 'a1']);
      const again = (await look(50))[1];
      assert.deepEqual([again?.attempts, again?.lastError], [1, 'HTTP 503']);
    });

    it('lets later ones of a lane wait for a first one that is not due yet', async () => {
      await owe(reply('a', 'a1', { notBefore: 50 }), reply('a', 'a2'));
      assert.deepEqual(await texts(49), []);
      assert.equal(await subject.store.nextDeliveryDue(), 50);
    });

    it('says when the next one can be sent; nothing owed, nothing due', async () => {
      const { store } = subject;
      assert.equal(await store.nextDeliveryDue(), undefined);
      await owe(reply('a', 'a1', { notBefore: 70 }), reply('b', 'b1', { notBefore: 60 }));
      assert.equal(await store.nextDeliveryDue(), 60);
      const [b1] = await look(60);
      await store.dropDelivery(b1!, 'channel_not_found', nothing);
      assert.equal(await store.nextDeliveryDue(), 70);
    });

    it('bug 18: giving up a delivery frees its lane and warns in the same transaction', async () => {
      const { store } = subject;
      await owe(reply('a', 'a1'), reply('a', 'a2'));
      const [a1] = await look(1);
      const effects = { audit: [event('card.lost')], deliveries: [reply('w', 'warning')] };
      await store.dropDelivery(a1!, 'channel_not_found', effects);
      await store.dropDelivery(a1!, 'channel_not_found', effects);
      assert.deepEqual(await texts(1), ['a2', 'warning']);
      assert.deepEqual(await store.auditOf({ requestId: '7K3M9Q2X' }, 10), [event('card.lost')]);
    });

    it('a postponement happens together with its effects, and only while the delivery is owed', async () => {
      const { store } = subject;
      await owe(reply('a', 'a1'));
      const [a1] = await look(1);
      const effects = { audit: [], deliveries: [reply('w', 'warning')] };
      await store.postponeDelivery(a1!, 50, failed, effects);
      const again = (await look(50)).find((delivery) => text(delivery) === 'a1');
      await sent(again!);
      await store.postponeDelivery(a1!, 60, failed, effects);
      assert.deepEqual(await texts(100), ['warning']);
    });

    it('counts the attempts that may have posted it: those that never ended, and those that nobody knows the end of', async () => {
      const { store } = subject;
      await owe(reply('a', 'a1'));
      const [sure] = await look(1);
      await store.postponeDelivery(sure!, 2, failed);
      const [lost] = await look(2);
      assert.equal(lost?.unsure, 0);
      await store.postponeDelivery(lost, 3, { error: 'time-out', unsure: true });
      // The one who takes it now dies with it.
      assert.equal((await look(3))[0]?.unsure, 1);
      assert.equal((await look(3))[0]?.unsure, 2);
    });

    it('gives each to one replica alone, and hears only from the one that has it', async () => {
      const { store } = subject;
      const other = await subject.reopen();
      await owe(reply('a', 'a1'), reply('a', 'a2'), reply('b', 'b1'));
      const [mine, theirs] = await Promise.all([
        store.claimDeliveries('one/1', 1, 10),
        other.claimDeliveries('two/1', 1, 10),
      ]);
      assert.deepEqual([...mine, ...theirs].map(text).sort(), ['a1', 'b1']);
      assert.equal(await store.nextDeliveryDue(), undefined, 'a2 waits for a1');
      const [first] = [...mine, ...theirs].filter((delivery) => text(delivery) === 'a1');
      const late = { ...first!, owner: 'late' };
      await store.delivered(late, { at: 2 });
      await store.dropDelivery(late, 'late', nothing);
      await store.postponeDelivery(late, 99, failed);
      await store.free(first!.owner);
      assert.deepEqual(await texts(1), ['a1', 'b1']);
    });

    it('remembers an announced message as the card of its place, and the version that it last showed', async () => {
      const { store } = subject;
      const thread = { ...place, thread: '9.9' };
      const ref = { platform: 'slack', conversation: 'C0SOC', message: '1.2' } as const;
      await owe(announce('R1'));
      const [card] = await look(1);
      await store.delivered(card!, { ref, renderedVersion: 3, at: 1 });
      assert.deepEqual(await store.card('R1', place), { ref, renderedVersion: 3 });
      assert.equal(await store.card('R1', thread), undefined);
      assert.equal(await store.card('R2', place), undefined);

      for (const version of [5, 4]) {
        await owe({ ...announce('R1'), message: { kind: 'update', place } });
        const [update] = await look(1);
        await store.delivered(update!, { renderedVersion: version, at: 2 });
      }
      assert.deepEqual(await store.card('R1', place), { ref, renderedVersion: 5 });
    });

    it('bug 17: a card that was lost is replaced by the one announced anew', async () => {
      const { store } = subject;
      for (const message of ['1.1', '2.2']) {
        await owe(announce('R1'));
        const [card] = await look(1);
        const ref = { platform: 'slack', conversation: 'C0SOC', message } as const;
        await store.delivered(card!, { ref, renderedVersion: 1, at: 1 });
      }
      assert.equal((await store.card('R1', place))?.ref.message, '2.2');
    });
  });

  describe('audit', () => {
    it('keeps events whole, oldest first, by Request and by device; of many, the last ones', async () => {
      const { store } = subject;
      const events = [
        event('one', { at: 30, from: 'queued', to: 'sending', detail: { code: 429, nested: ['x'] } }),
        event('two', { at: 10, deviceId: 'D', actor: { kind: 'defender' } }),
        { at: 20, what: 'three', actor: { kind: 'cordon' }, deviceId: 'D' } as const,
      ];
      await store.record(events);
      await store.record([]);
      assert.deepEqual(await store.auditOf({ requestId: '7K3M9Q2X' }, 10), events.slice(0, 2));
      assert.deepEqual(await store.auditOf({ deviceId: 'D' }, 10), events.slice(1));
      assert.deepEqual(await store.auditOf({ deviceId: 'D' }, 1), events.slice(2));
      for (const { what } of events) assert.equal((await store.lastEvent([what, 'no.such']))?.what, what);
      assert.equal(await store.lastEvent(['no.such']), undefined);
    });
  });
}

function text({ message }: Delivery): string {
  assert.ok(message.kind === 'reply');
  return plain(message.note.lines[0]!);
}
