import assert from 'node:assert/strict';
import type { Store } from '../../src/store/store.js';
import { changed, event, nothing, request, vote } from '../store/examples.js';
import type { Subject } from './store.js';

const always = { events: 1, ms: 1 };

/** The chain of the record. What tampering does to it is in `test/audit/tamper.ts`. */
export function auditContract(subject: Subject): void {
  describe('the chain of the record', () => {
    /** The number of the last event; reading it verifies the whole chain since the last checkpoint. */
    const signedUpTo = async (store: Store, now: number) => (await store.checkpoint(now, always))?.seq;

    it('has no gap and no fork when several replicas append at the same moment', async () => {
      const stores = [subject.store, await subject.reopen(), await subject.reopen()];
      await Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          stores[n % 3]!.record([event(`a${n}`), event(`b${n}`, { requestId: 'OTHER' })]),
        ),
      );
      assert.equal(await signedUpTo(subject.store, 1), 61);
      await subject.store.checkRecord();
    });

    it('has nothing of a change that failed or lost', async () => {
      const { store } = subject;
      await store.create(request(), nothing);
      const effects = { audit: [event('vote.counted')], deliveries: [], vote: vote('UANN') };
      assert.equal(await store.change(changed(request()), effects), true);
      assert.equal(await store.change(changed(request()), effects), false);
      await assert.rejects(store.change(changed(changed(request())), effects), { code: 'vote_exists' });
      assert.equal(await signedUpTo(store, 1), 2);
    });

    it('takes what people write as it is, but for what Unicode does not allow', async () => {
      const detail = { 'k\ud800': '\u2028"\\\u0000😀', name: '\udc00x', n: 1e21, list: [undefined, null, -0] };
      await subject.store.record([event('odd', { detail })]);
      const [odd] = await subject.store.auditOf({ requestId: request().id }, 1);
      assert.deepEqual(odd?.detail, {
        'k\uFFFD': '\u2028"\\\u0000😀',
        name: '\uFFFDx',
        n: 1e21,
        list: [null, null, 0],
      });
      assert.equal(await signedUpTo(subject.store, 1), 2);
    });

    it('is signed after so many events, or after so long with a new one, once among replicas', async () => {
      const { store } = subject;
      const pace = { events: 3, ms: 1_000 };
      // The first checkpoint was made with the record, at the store's time.
      const [begun, now] = [1, 1_700_000_000_000];
      await store.record([event('one')]);
      assert.equal(await store.checkpoint(now + 999, pace), undefined);
      assert.equal((await store.checkpoint(now + 1_000, pace))?.seq, begun + 1);
      assert.equal(await store.checkpoint(now + 9_000, pace), undefined, 'nothing new');
      await store.record([event('two'), event('three')]);
      assert.equal(await store.checkpoint(now + 1_001, pace), undefined);
      await store.record([event('four')]);
      const other = await subject.reopen();
      const both = await Promise.all([store.checkpoint(now + 1_001, pace), other.checkpoint(now + 1_001, pace)]);
      assert.deepEqual(
        both.filter((made) => made !== undefined).map(({ seq }) => seq),
        [begun + 4],
      );
    });
  });
}
