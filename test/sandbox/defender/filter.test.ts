import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseFilter } from '../../../sandbox/defender/filter.js';
import { QueryError } from '../../../sandbox/defender/answer.js';

const fields = { name: 'string', status: 'string' } as const;
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

describe('Defender stand-in: $filter', () => {
  it('reads any string literal back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (name, other) => {
        const predicate = parseFilter(`name eq ${quoted(name)}`, fields);
        assert.equal(predicate({ name }), true);
        assert.equal(predicate({ name: other }), other === name);
      }),
    );
  });

  it('either understands a text or refuses it as a query error, and never hangs or crashes', () => {
    const word = fc.constantFrom(
      'name',
      'status',
      'eq',
      'in',
      'and',
      'or',
      '(',
      ')',
      ',',
      "'x'",
      "''",
      'startswith',
      "'",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        try {
          parseFilter(words.join(' '), fields)({ name: 'x' });
        } catch (error) {
          assert.ok(error instanceof QueryError);
        }
      }),
    );
  });

  it('lets and bind tighter than or', () => {
    const predicate = parseFilter("name eq 'a' or name eq 'b' and status eq 'open'", fields);
    assert.equal(predicate({ name: 'a', status: 'closed' }), true);
    assert.equal(predicate({ name: 'b', status: 'closed' }), false);
    assert.equal(predicate({ name: 'b', status: 'open' }), true);
  });

  it('finds nothing equal to a value that is missing, and everything different from it', () => {
    assert.equal(parseFilter("name eq 'a'", fields)({ name: null }), false);
    assert.equal(parseFilter("name ne 'a'", fields)({ name: null }), true);
    assert.equal(parseFilter('name eq null', fields)({ name: null }), true);
  });
});
