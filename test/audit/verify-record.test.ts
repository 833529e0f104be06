import assert from 'node:assert/strict';
import { chain, type ChainedEvent, type Head, origin, settled } from '../../src/audit/chain.js';
import { type Checkpoint, signCheckpoint } from '../../src/audit/checkpoint.js';
import { newAuditKeyPem, readAuditKey } from '../../src/audit/key.js';
import { EarlierDigest, type StoredLine, verifyRecord } from '../../src/audit/verify-record.js';
import { audit, testKey } from '../audit-key.js';
import { event } from '../store/examples.js';

const other = readAuditKey(newAuditKeyPem(), 'another key');
const old = { seq: 1, prev: null, hash: null, mac: null, key: null, event: event('old') };
const before = new EarlierDigest();
before.add(1, old.event);
const begun = event('audit.begun', { detail: { earlier: before.end() } });
const record = chain({ seq: 1, hash: origin }, [begun, event('a'), event('b'), event('c')].map(settled), testKey);
const [first, a, b, c] = record as [ChainedEvent, ChainedEvent, ChainedEvent, ChainedEvent];
const whole: readonly StoredLine[] = [old, ...record];

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield await Promise.resolve(value);
}

const verdictOf = (lines: readonly StoredLine[], head: Head = c, ...checkpoints: readonly Checkpoint[]) =>
  verifyRecord({ lines: each(lines), checkpoints: each(checkpoints), head }, audit);

describe('the verdict on a record', () => {
  it('counts its events and the checkpoints over them', async () => {
    const points = [first, b, c].map((head) => signCheckpoint(head, 1, testKey));
    assert.deepEqual(await verdictOf(whole, c, ...points), { flaw: undefined, events: 4, checkpoints: 3 });
    assert.deepEqual(await verdictOf([], { seq: 0, hash: origin }), { flaw: undefined, events: 0, checkpoints: 0 });
  });

  const flaws: Readonly<Record<string, readonly [number, RegExp, number, readonly StoredLine[], Head?, Checkpoint?]>> =
    {
      'a missing beginning': [3, /events before it are missing/, 0, whole.slice(2)],
      'another event before the chain': [
        2,
        /the 1 events from before the chain are not those .*now 1/,
        0,
        [{ ...old, event: event('new') }, ...record],
      ],
      'a missing event before the chain': [2, /the 1 events .*now 0/, 0, record],
      'a beginning that continues something': [
        2,
        /events before it are missing/,
        0,
        [old, ...chain({ seq: 1, hash: a.hash }, [begun], testKey)],
      ],
      'a missing event': [3, /^it is missing$/, 1, [old, first, b, c]],
      'several missing events': [3, /^the events 3 to 4 are missing$/, 1, [old, first, c]],
      'a cut tail': [4, /^the events 4 to 5 are missing: the tail was cut$/, 2, whole.slice(0, 3)],
      'an event behind the head': [5, /^it stands behind the head of the record \(4\)$/, 3, whole, b],
      'an event that the head does not name': [
        5,
        /not the event that the head names/,
        4,
        whole,
        { seq: 5, hash: origin },
      ],
      'a row without its hash': [3, /it is not chained/, 1, whole.with(2, { ...a, hash: null })],
      'a row without its link': [3, /it is not chained/, 1, whole.with(2, { ...a, prev: null })],
      'a row without its MAC': [3, /it is not chained/, 1, whole.with(2, { ...a, mac: null })],
      'a row without its key': [3, /it is not chained/, 1, whole.with(2, { ...a, key: null })],
      'an unreadable row': [3, /it was changed/, 1, whole.with(2, { ...a, event: undefined })],
      'another key': [
        3,
        /names the audit key .*not among those given/,
        1,
        [old, first, ...chain(first, [event('a')], other), b],
      ],
      'a wrong MAC': [3, /its MAC is wrong/, 1, whole.with(2, { ...a, mac: b.mac })],
      'a row of another chain': [
        3,
        /it does not continue event 2/,
        1,
        [old, first, ...chain({ seq: 2, hash: origin }, [event('a')], testKey)],
      ],
      'a wrong checkpoint': [
        3,
        /signature of its checkpoint is wrong/,
        2,
        whole,
        c,
        { ...signCheckpoint(a, 1, testKey), at: 2 },
      ],
      'a checkpoint over another event': [
        3,
        /not the event that its checkpoint signed/,
        2,
        whole,
        c,
        signCheckpoint({ seq: 3, hash: origin }, 1, testKey),
      ],
      'a checkpoint of another key': [
        3,
        /its checkpoint names the audit key/,
        2,
        whole,
        c,
        signCheckpoint(a, 1, other),
      ],
      'a checkpoint behind the end': [
        6,
        /a checkpoint was signed at 7, so the tail and the head were cut/,
        4,
        whole,
        c,
        signCheckpoint({ seq: 7, hash: origin }, 1, testKey),
      ],
    };
  for (const [name, [seq, why, events, lines, head, checkpoint]] of Object.entries(flaws)) {
    it(`names ${name}`, async () => {
      const found = await verdictOf(lines, head, ...(checkpoint === undefined ? [] : [checkpoint]));
      assert.equal(found.flaw?.seq, seq);
      assert.match(found.flaw.why, why);
      assert.deepEqual([found.events, found.checkpoints], [events, 0]);
    });
  }
});
