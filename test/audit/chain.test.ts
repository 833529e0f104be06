import assert from 'node:assert/strict';
import { canonical, eventText, headText, toJson } from '../../src/audit/chain.js';
import { isSigned, signCheckpoint } from '../../src/audit/checkpoint.js';
import { csvHead, decode, encode, type SealedLine } from '../../src/audit/export-format.js';
import { auditKeys, newAuditKeyPem, readAuditKey, readPublicKey } from '../../src/audit/key.js';
import { testKey } from '../audit-key.js';

const other = readAuditKey(newAuditKeyPem(), 'another key');

describe('what the record is hashed and keyed over', () => {
  it('is another text for an event and for the head, and names both number and hash', () => {
    assert.equal(eventText({ seq: 7, hash: 'ab' }), 'cordon audit event 1\n7\nab');
    assert.equal(headText({ seq: 7, hash: 'ab' }), 'cordon audit head 1\n7\nab');
  });

  it('has one spelling, and none for what JSON cannot say', () => {
    assert.equal(canonical({ b: 1, a: ['x'] }), '{"a":["x"],"b":1}');
    assert.throws(() => canonical(undefined), { name: 'TypeError', message: 'there is no JSON for this value' });
  });

  it('has lone surrogates replaced, in texts and in names, and nothing else changed', () => {
    assert.equal(
      toJson({ a: 'x\ud800y', n: null, list: ['\udc00', 1], ok: '😀' }),
      '{"a":"x�y","n":null,"list":["�",1],"ok":"😀"}',
    );
    assert.equal(toJson({ 'k\ud800': { good: 1, 'bad\udfff': [2] } }), '{"k�":{"good":1,"bad�":[2]}}');
    assert.equal(toJson([{ a: 1 }, 'b', 2, true, null]), '[{"a":1},"b",2,true,null]');
  });

  it('is keyed with a key of its own, which is the same for the same audit key', () => {
    assert.equal(testKey.mac('text'), '8512949eeeac4f539aa3b4bd6fba497f7ce2974674dc1dc3d048f1b65413f9e7');
    const mac = testKey.mac('text');
    for (const wrong of [`${mac}00`, mac.slice(0, 62), `${mac.slice(0, 62)}zz`, mac.toUpperCase().replace(/.$/, 'g')]) {
      assert.equal(testKey.hasMac('text', wrong), false, wrong);
    }
    assert.deepEqual(auditKeys(testKey, other).ids, [testKey.id, other.id]);
  });

  it('is signed in one spelling alone', () => {
    const signature = testKey.sign('text');
    const half = readPublicKey(testKey.publicPem, 'public.pem');
    assert.ok(half.hasSigned('text', signature));
    for (const wrong of [`${signature}=`, `${signature} `, `${signature}!`, '']) {
      assert.equal(half.hasSigned('text', wrong), false, wrong);
    }
  });

  it('says what kind of key was wanted, to people too', () => {
    for (const [read, kind] of [
      [readAuditKey, /key\.pem is not an Ed25519 private key \(PKCS #8, PEM\)/],
      [readPublicKey, /key\.pem is not an Ed25519 public key \(PEM\)/],
    ] as const) {
      assert.throws(() => read('x', 'key.pem'), { message: kind, userText: kind });
    }
  });

  it('is a checkpoint of the key that it names alone', () => {
    const checkpoint = signCheckpoint({ seq: 7, hash: 'ab' }, 9, testKey);
    assert.ok(isSigned(checkpoint, testKey));
    assert.ok(!isSigned(checkpoint, other));
    assert.ok(!isSigned(checkpoint, { ...testKey, id: other.id }));
  });
});

describe('a line of an export', () => {
  const line = (over: object = {}): SealedLine => ({ n: 1, kind: 'event', sig: 's', ...over });
  const cells = (text: string): Partial<Record<string, string>> =>
    Object.fromEntries(text.split(',').map((cell, at) => [csvHead.split(',')[at] ?? '', cell]));

  it('is the same after it was written and read, whatever it holds', () => {
    for (const over of [
      { what: 'a\nb\rc\\d"e,f' },
      { what: '\\n', from: "'x", to: '=1', requestId: "a'b" },
      { what: '', to: 1, seq: 'x', at: '1', extra: [1, { a: null }] },
      { at: 1_000, actor: { kind: 'operator', name: 'olga' }, detail: { n: 1 }, seq: 3 },
      { actor: null, time: 'x', by: 'y' },
      { actor: { kind: 1 } },
    ]) {
      for (const format of ['jsonl', 'csv'] as const) {
        const text = encode(line(over), format);
        assert.ok(!text.includes('\n') && !text.includes('\r'));
        assert.deepEqual(decode(text, format), line(over), text);
      }
    }
  });

  it('tells the reader of a CSV the time and the name, and puts into “rest” what has no column', () => {
    const read = cells(
      encode(line({ at: 0, actor: { kind: 'operator', name: 'olga' } }), 'csv').replace(/"{.*}"/, 'J'),
    );
    assert.deepEqual([read['time'], read['by'], read['rest']], ['1970-01-01T00:00:00.000Z', 'olga', '']);
    const other = cells(encode(line({ what: 'a-b=c', actor: 'x' }), 'csv'));
    assert.deepEqual([other['what'], other['time'], other['by']], ['a-b=c', '', '']);
    assert.ok(encode(line({ extra: 1 }), 'csv').includes('{""extra"":1}'));
    assert.ok(!encode(line(), 'csv').includes('{}'));
    assert.ok(encode(line({ actor: { kind: 'cordon' } }), 'csv').includes(',cordon,'));
  });

  it('is nothing that is written another way', () => {
    for (const text of [
      'null',
      '1',
      '[]',
      '{"n":"1","kind":"e","sig":"s"}',
      '{"n":1,"kind":2,"sig":"s"}',
      '{"n":1,"kind":"e"}',
    ]) {
      assert.equal(decode(text, 'jsonl'), undefined, text);
    }
    assert.equal(decode(`${encode(line(), 'csv')},`, 'csv'), undefined);
    assert.equal(decode(encode(line(), 'jsonl').replace(':1', ': 1'), 'jsonl'), undefined);
    assert.equal(decode(encode(line({ n: 'x' }), 'csv'), 'csv'), undefined);
  });
});
