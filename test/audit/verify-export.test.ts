import assert from 'node:assert/strict';
import { chain, type ChainedEvent, type Head, origin, settled } from '../../src/audit/chain.js';
import { type Checkpoint, signCheckpoint } from '../../src/audit/checkpoint.js';
import type { AuditEvent } from '../../src/audit/event.js';
import { type Content, csvHead, encode, type ExportFormat, Seal } from '../../src/audit/export-format.js';
import { newAuditKeyPem, readAuditKey } from '../../src/audit/key.js';
import { verifyExport } from '../../src/audit/verify-export.js';
import { EarlierDigest } from '../../src/audit/verify-record.js';
import { testKey } from '../audit-key.js';
import { event } from '../store/examples.js';

const other = readAuditKey(newAuditKeyPem(), 'another key');
const old = { ...event('old', { at: 1 }) };

/** A record of five events, which began when one event had been written before. */
const before = new EarlierDigest();
before.add(1, old);
const begun = event('audit.begun', { detail: { earlier: before.end() } });
const record = chain({ seq: 1, hash: origin }, [begun, event('a'), event('b'), event('c')].map(settled), testKey);
const [first, a, b, c] = record as [ChainedEvent, ChainedEvent, ChainedEvent, ChainedEvent];

const header: Content = { kind: 'header', v: 1, export: 'e1', at: 1, format: 'jsonl', filter: {}, key: testKey.id };
const earlier = (seq: number, each: AuditEvent): Content => ({ kind: 'earlier', seq, ...each });
const line = ({ seq, prev, hash, key, event: each }: ChainedEvent): Content => {
  return { kind: 'event', seq, ...each, prev, hash, key };
};
const point = (checkpoint: Checkpoint): Content => ({ kind: 'checkpoint', ...checkpoint });
const close = (events: number, { seq, hash }: Head): Content => ({ kind: 'close', events, head: { seq, hash } });

/** What somebody exports who has the audit key, whatever it says. */
function sealed(contents: readonly Content[], format: ExportFormat = 'jsonl'): string[] {
  const seal = new Seal('e1');
  const lines = contents.map((content) => encode(seal.sign(content, testKey), format));
  return format === 'csv' ? [csvHead, ...lines] : lines;
}

async function verdictOf(lines: readonly string[]) {
  async function* given() {
    for (const each of lines) yield await Promise.resolve(each);
  }
  return verifyExport(given(), [testKey]);
}

const whole = [header, earlier(1, old), ...record.map(line), close(5, c)];
const filtered = { ...header, filter: { device: 'd1' } };

describe('the verdict on an export', () => {
  it('counts what is good, and says up to where the record goes', async () => {
    assert.deepEqual(await verdictOf(sealed(whole)), {
      bad: undefined,
      lines: 7,
      events: 5,
      filtered: false,
      head: { seq: 5, hash: c.hash },
    });
  });

  it('counts what was good before the first bad line', async () => {
    const cut = sealed(whole).toSpliced(4, 1);
    assert.deepEqual(await verdictOf(cut), {
      bad: {
        line: 5,
        seq: 5,
        why: 'it says that it is line 6 of the export, where 5 belongs; line 5 of the export is missing before it: it was removed or moved',
      },
      lines: 3,
      events: 3,
      filtered: false,
    });
    assert.deepEqual(await verdictOf([]), {
      bad: { line: 1, why: 'the file is empty: it is no export' },
      lines: 0,
      events: 0,
      filtered: true,
    });
  });

  it('takes nothing for the whole record that does not say so', async () => {
    for (const filter of [{ device: 'd1' }, null, 'all', undefined]) {
      const { filtered: part } = await verdictOf(sealed([{ ...header, filter }, close(0, c)]));
      assert.equal(part, true, JSON.stringify(filter));
    }
  });

  const forged: Readonly<Record<string, readonly [readonly Content[], number, RegExp, number?]>> = {
    'a first line that is no header': [[line(first)], 1, /the header is missing/, 2],
    'a header of another format': [[{ ...header, format: 'csv' }], 1, /names another format/],
    'an event whose hash does not fit': [
      [header, earlier(1, old), { ...line(first), what: 'x' }],
      3,
      /its hash does not fit its content/,
      2,
    ],
    'no event before the chain, where one was': [[header, line(first)], 2, /earlier events are missing/, 2],
    'another event before the chain': [
      [header, earlier(1, event('other')), line(first)],
      3,
      /earlier events are missing/,
      2,
    ],
    'a first event that says nothing of what was before': [
      [header, line(chain({ seq: 0, hash: origin }, [settled(event('a'))], testKey)[0]!)],
      2,
      /does not begin with it/,
      1,
    ],
    'a beginning in the middle': [
      [
        header,
        line(
          chain(
            { seq: 1, hash: a.hash },
            [settled(event('audit.begun', { detail: { earlier: new EarlierDigest().end() } }))],
            testKey,
          )[0]!,
        ),
      ],
      2,
      /does not begin with it/,
      2,
    ],
    'a gap': [[header, earlier(1, old), line(first), line(b)], 4, /event 3 is missing before it/, 4],
    'an event that stands there twice': [
      [header, earlier(1, old), line(first), line(first)],
      4,
      /does not continue event 2/,
      2,
    ],
    'an event of another chain': [
      [header, earlier(1, old), line(first), line(chain({ seq: 2, hash: origin }, [settled(event('a'))], testKey)[0]!)],
      4,
      /does not continue event 2/,
      3,
    ],
    'an event of another chain among filtered ones': [
      [filtered, line(a), line(chain({ seq: 3, hash: origin }, [settled(event('b'))], testKey)[0]!)],
      3,
      /does not continue event 3/,
      4,
    ],
    'filtered events in another order': [[filtered, line(c), line(a)], 3, /does not continue event 5/, 3],
    'a checkpoint that the key did not sign': [
      [filtered, line(a), point({ ...signCheckpoint(a, 9, testKey), at: 8 })],
      3,
      /signature of the checkpoint is wrong/,
      3,
    ],
    'a checkpoint over another event': [
      [filtered, line(a), point(signCheckpoint({ seq: 3, hash: origin }, 9, testKey))],
      3,
      /not the one that this checkpoint signed/,
      3,
    ],
    'a count of other events': [[header, earlier(1, old), ...record.map(line), close(4, c)], 7, /about other events/],
    'a head that is not reached': [[header, earlier(1, old), line(first), close(2, a)], 4, /about other events/],
    'a head with another hash': [
      [header, earlier(1, old), line(first), close(2, { seq: 2, hash: origin })],
      4,
      /about other events/,
    ],
    'a mark on an event': [[filtered, { ...line(a), flaw: 'its MAC is wrong' }], 2, /exported: its MAC is wrong$/, 3],
    'a mark without words': [[filtered, { ...line(a), flaw: true }], 2, /exported: it is marked$/, 3],
  };
  for (const [name, [contents, at, why, seq]] of Object.entries(forged)) {
    it(`names ${name}, although every signature is right`, async () => {
      const { bad } = await verdictOf(sealed(contents));
      assert.match(bad?.why ?? '', why);
      assert.deepEqual([bad?.line, bad?.seq], [at, seq]);
    });
  }

  it('lets filtered events leave others out, and end before the head', async () => {
    const { bad, events, head } = await verdictOf(sealed([filtered, line(first), line(b), close(2, c)]));
    assert.deepEqual([bad, events, head?.seq], [undefined, 2, 5]);
  });

  it('takes a checkpoint over an event that the filter left out, and one of an older key that was not given', async () => {
    const others = [signCheckpoint(a, 9, testKey), signCheckpoint(b, 9, other)].map(point);
    const { bad, lines } = await verdictOf(sealed([filtered, line(b), ...others, close(1, c)]));
    assert.deepEqual([bad, lines], [undefined, 5]);
  });

  it('passes over kinds of lines that it does not know', async () => {
    const { bad, events } = await verdictOf(sealed([filtered, { kind: 'request', id: 'x' }, close(0, c)]));
    assert.deepEqual([bad, events], [undefined, 0]);
  });

  it('says of a file that cannot be read on which event that was', async () => {
    const lines = sealed(whole);
    const { bad } = await verdictOf([...lines.slice(0, 4), 'x', ...lines.slice(5)]);
    assert.deepEqual([bad?.line, bad?.seq], [5, 4]);
    const cut = await verdictOf(lines.slice(0, 4));
    assert.deepEqual([cut.bad?.line, cut.bad?.seq, cut.lines], [5, 4, 3]);
  });

  it('is about the lines of the file, in CSV too, where the first is the heading', async () => {
    const csv = sealed(
      whole.map((each) => (each === header ? { ...header, format: 'csv' } : each)),
      'csv',
    );
    assert.deepEqual([(await verdictOf(csv)).bad, (await verdictOf(csv)).lines], [undefined, 7]);
    assert.equal((await verdictOf(csv.slice(0, -1))).bad?.line, 8);
    assert.match((await verdictOf([csvHead])).bad?.why ?? '', /the file is empty/);
  });
});
