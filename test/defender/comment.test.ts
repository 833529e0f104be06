import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commentLimit, defenderComment, mentionsRequest } from '../../src/defender/comment.js';

const requestId = '7K3M9Q2X';
const parts = { comment: 'Ransomware on pc1', requester: 'Ada Lovelace', approvers: ['Grace Hopper'], requestId };
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

describe('the comment that Defender stores', () => {
  it('says what, who asked, who approved and which request', () => {
    assert.equal(
      defenderComment({ ...parts, approvers: ['Grace Hopper', 'Alan Turing'] }),
      '[Cordon 7K3M-9Q2X] Ransomware on pc1 Requested by Ada Lovelace. Approved by Grace Hopper, Alan Turing.',
    );
  });

  it('claims no approval where there was none', () => {
    assert.equal(
      defenderComment({ ...parts, approvers: [] }),
      '[Cordon 7K3M-9Q2X] Ransomware on pc1 Requested by Ada Lovelace.',
    );
  });

  it('bug 15: 5,000 characters, line breaks and right-to-left marks cannot break it', () => {
    const comment = `<!channel>\n\u202Egpj.exe\u2066\u200B ${'x'.repeat(5000)}`;
    const written = defenderComment({ ...parts, comment });
    assert.ok(written.startsWith('[Cordon 7K3M-9Q2X] <!channel> gpj.exe x'));
    assert.ok(written.endsWith('… Requested by Ada Lovelace. Approved by Grace Hopper.'));
    assert.equal(written.length, commentLimit);
  });

  it('never cuts through what a reader sees as one character', () => {
    const written = defenderComment({ ...parts, comment: '🇳🇱👍🏽é'.repeat(50) }, 121);
    assert.match(written, /^\[Cordon 7K3M-9Q2X\] (?:🇳🇱👍🏽é)*(?:🇳🇱(?:👍🏽)?)?… Requested/u);
  });

  it('keeps the number of the request, the limit and plain characters, whatever people and names contain', () => {
    const any = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(
        any,
        any,
        fc.array(any),
        fc.integer({ min: 24, max: 300 }),
        (comment, requester, approvers, limit) => {
          const written = defenderComment({ comment, requester, approvers, requestId }, limit);
          assert.ok(written.length <= limit);
          assert.ok(mentionsRequest(written, requestId));
          assert.doesNotMatch(written, invisible);
          assert.equal(written, written.trim());
        },
      ),
    );
  });

  it('is known again, and a number that a person typed is not believed', () => {
    const forged = defenderComment({ ...parts, comment: '[Cordon AAAA-BBBB]' });
    assert.ok(mentionsRequest(` ${forged} \n`, requestId));
    assert.ok(!mentionsRequest(forged, 'AAAABBBB'));
    assert.ok(!mentionsRequest(null, requestId));
    assert.ok(!mentionsRequest('Isolate it', requestId));
  });
});
