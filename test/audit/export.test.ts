import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chain, type ChainedEvent, origin, settled } from '../../src/audit/chain.js';
import { type Checkpoint, signCheckpoint } from '../../src/audit/checkpoint.js';
import type { AuditEvent } from '../../src/audit/event.js';
import { type ExportFilter, exportLines } from '../../src/audit/export.js';
import type { ExportFormat } from '../../src/audit/export-format.js';
import { auditKeys, newAuditKeyPem, readAuditKey } from '../../src/audit/key.js';
import { EarlierDigest } from '../../src/audit/verify-record.js';
import { verifyExport } from '../../src/audit/verify-export.js';
import { testKey } from '../audit-key.js';
import { event } from '../store/examples.js';

const other = readAuditKey(newAuditKeyPem(), 'another key');
const formats = ['jsonl', 'csv'] as const;

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield await Promise.resolve(value);
}

/** A record with these events behind its first one, and a checkpoint after every fourth. */
function recordOf(events: readonly AuditEvent[]): { chained: ChainedEvent[]; checkpoints: Checkpoint[] } {
  const begun = event('audit.begun', { detail: { earlier: new EarlierDigest().end(), key: testKey.id } });
  const chained = chain({ seq: 0, hash: origin }, [begun, ...events].map(settled), testKey);
  const checkpoints = chained.filter(({ seq }) => seq % 4 === 1).map((line) => signCheckpoint(line, line.seq, testKey));
  return { chained, checkpoints };
}

async function exported(events: readonly AuditEvent[], format: ExportFormat, filter: ExportFilter = {}) {
  const { chained, checkpoints } = recordOf(events);
  const head = chained.at(-1)!;
  const lines: string[] = [];
  for await (const line of exportLines(
    { lines: each(chained), checkpoints: each(checkpoints), head, chained: { first: 1, count: chained.length } },
    { id: 'e1', at: 1, format, filter, keys: auditKeys(testKey), version: '0.1.0' },
  )) {
    assert.ok(line.endsWith('\n'));
    lines.push(line.slice(0, -1));
  }
  return lines;
}

const verify = (lines: readonly string[], ...keys: (typeof testKey)[]) =>
  verifyExport(each(lines), keys.length === 0 ? [testKey] : keys);

/** Texts that break what is careless about lines, quotes, formulas and Unicode. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '=1+1',
    '+1',
    '-1',
    '@x',
    "'x",
    '"',
    ',',
    '\n',
    '\r\n',
    '\\n',
    '\t',
    '\u2028',
    '\ud800',
    '',
    'a,"b"\n=c',
  ),
);

const anyEvent: fc.Arbitrary<AuditEvent> = fc
  .record(
    {
      at: fc.integer({ min: 0, max: 4_000_000_000_000 }),
      what: hostile,
      actor: fc.oneof(
        fc.record({ kind: fc.constant('person' as const), id: hostile, name: hostile, account: hostile }),
        fc.record({ kind: fc.constant('operator' as const), name: hostile }),
        fc.constant({ kind: 'cordon' as const }),
      ),
      requestId: hostile,
      deviceId: fc.constantFrom('d1', 'd2'),
      from: hostile,
      to: hostile,
      detail: fc.dictionary(
        hostile.filter((key) => key !== '__proto__'),
        fc.jsonValue(),
      ),
    },
    { requiredKeys: ['at', 'what', 'actor'] },
  )
  .map((each) => settled(each));

const anyEvents = fc.array(anyEvent, { minLength: 1, maxLength: 12 });

describe('an export', () => {
  for (const format of formats) {
    describe(`in ${format}`, () => {
      const cover = format === 'csv' ? 1 : 0;

      it('of any events, whole or filtered, verifies with the public key alone', () =>
        fc.assert(
          fc.asyncProperty(anyEvents, fc.constantFrom({}, { device: 'd1' }, { from: 1 }), async (events, filter) => {
            const verdict = await verify(await exported(events, format, filter));
            assert.equal(verdict.bad, undefined);
          }),
          { numRuns: 60 },
        ));

      it('is bad from the first line that somebody touched, whatever they did', () =>
        fc.assert(
          fc.asyncProperty(
            anyEvents,
            fc.constantFrom({}, { device: 'd1' }),
            fc.constantFrom('edit', 'remove', 'insert', 'swap', 'cut', 'repeat'),
            fc.nat(),
            fc.nat(),
            async (events, filter, how, where, place) => {
              const lines = await exported(events, format, filter);
              const at = where % lines.length;
              const line = lines[at]!;
              const changed = [...lines];
              let first = at;
              if (how === 'edit') {
                const index = place % line.length;
                changed[at] = line.slice(0, index) + (line[index] === 'x' ? 'y' : 'x') + line.slice(index + 1);
              } else if (how === 'remove') changed.splice(at, 1);
              else if (how === 'insert') changed.splice(at, 0, `${line} `);
              else if (how === 'repeat') {
                changed.splice(at + 1, 0, line);
                first = at + 1;
              } else if (how === 'cut') changed.splice(at);
              else {
                const to = place % lines.length;
                fc.pre(to !== at);
                [changed[at], changed[to]] = [lines[to]!, line];
                first = Math.min(at, to);
              }
              const { bad } = await verify(changed);
              fc.pre(changed.join('\n') !== lines.join('\n'));
              assert.equal(bad?.line, first + 1, `${how}: ${bad?.why ?? 'not found'}`);
            },
          ),
          { numRuns: 150 },
        ));

      const small = () =>
        exported(
          [2, 3, 4, 5].map((n) => event(`n${n}`, { at: n, detail: { n } })),
          format,
        );
      const findsAt = async (lines: readonly string[], line: number, why: RegExp, seq?: number) => {
        const { bad } = await verify(lines);
        assert.equal(bad?.line, line + cover);
        assert.match(bad.why, why);
        assert.equal(bad.seq, seq);
      };
      const find = (lines: readonly string[], part: string) => lines.findIndex((line) => line.includes(part));

      it('says what is wrong: a line edited, removed, put in, moved', async () => {
        const lines = await small();
        const at = find(lines, 'n3');
        await findsAt(lines.with(at, lines[at]!.replace('n3', 'n9')), at + 1 - cover, /its signature is wrong/, 3);
        await findsAt(lines.toSpliced(at, 1), at + 1 - cover, /is missing before it/, 4);
        await findsAt(lines.toSpliced(at, 0, lines[at - 1]!), at + 1 - cover, /it was put here/, 2);
        const swapped = lines.with(at, lines[at + 1]!).with(at + 1, lines[at]!);
        await findsAt(swapped, at + 1 - cover, /removed or moved/, 4);
      });

      it('says that the tail was cut, between two lines or within one', async () => {
        const lines = await small();
        await findsAt(lines.slice(0, -1), lines.length - cover, /its tail was cut/, 6);
        const half = lines.with(-1, lines.at(-1)!.slice(0, 30));
        await findsAt(half, lines.length - cover, /the file was cut within it/, 6);
      });

      it('says that the header or the closing line was changed, and that something stands behind it', async () => {
        const lines = await small();
        await findsAt(lines.with(cover, lines[cover]!.replace('0.1.0', '0.1.1')), 1, /the header was changed/);
        await findsAt(lines.toSpliced(cover, 1), 1, /the header is missing/, 1);
        const closed = lines.with(
          -1,
          lines.at(-1)!.replace('"events":5', '"events":4').replace('""events"":5', '""events"":4'),
        );
        await findsAt(closed, lines.length - cover, /the closing line was changed/);
        await findsAt([...lines, lines.at(-1)!], lines.length + 1 - cover, /behind the closing line/);
      });

      it('says that a line was changed into text that has no UTF-8, and does not stop at it', async () => {
        const lines = await small();
        const at = find(lines, 'n3');
        const half = format === 'csv' ? '\ud800' : String.raw`\ud800`;
        await findsAt(lines.with(at, lines[at]!.replace('n3', half)), at + 1 - cover, /cannot be read as a line/, 3);
      });

      it('says that the key is another one, and takes the right one of several', async () => {
        const lines = await small();
        const { bad } = await verify(lines, other);
        assert.equal(bad?.line, 1 + cover);
        assert.ok(bad.why.includes(testKey.id) && bad.why.includes(other.id));
        assert.equal((await verify(lines, other, testKey)).bad, undefined);
      });

      it('of two exports of one record cannot be mixed', async () => {
        const [one, two] = [await small(), await exported([event('n2', { at: 2, detail: { n: 2 } })], format)];
        assert.notEqual((await verify([...one.slice(0, -1), two.at(-1)!])).bad, undefined);
      });
    });
  }

  it('is told from any other file', async () => {
    for (const lines of [[], [''], ['hello'], ['{}'], ['{"n":1,"kind":"event","sig":""}'], ['a,b,c', '1,2,3']]) {
      const { bad } = await verify(lines);
      assert.equal(bad?.line, 1);
      assert.match(bad.why, /no export|not the header|header is missing/);
    }
  });

  it('has no cell that a spreadsheet takes for a formula, and no name that breaks a line', async () => {
    const name = '=HYPERLINK("http://x")\n+1';
    const events = [event('@what', { deviceId: '-1', actor: { kind: 'operator', name } })];
    const line = (await exported(events, 'csv')).find((each) => each.includes('@what'))!;
    assert.ok(line.includes(`,'@what,`) && line.includes(`,'-1,`));
    assert.ok(line.includes(`"'=HYPERLINK(""http://x"")\\n+1"`));
  });

  it('by person finds them by id and by account, and nobody else', async () => {
    const by = (id: string, account: string) =>
      event(`by ${id}`, { actor: { kind: 'person', id, name: 'x', account } });
    const events = [by('entra:t:1', 'slack:T:U1'), by('entra:t:2', 'slack:T:U2'), by('entra:t:1', 'teams:t:1')];
    const count = async (person: string) =>
      (await exported(events, 'jsonl', { person })).filter((line) => line.includes('"kind":"event"')).length;
    assert.deepEqual([await count('ENTRA:T:1'), await count('slack:T:U2'), await count('x')], [2, 1, 0]);
  });
});
