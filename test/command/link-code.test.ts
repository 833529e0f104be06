import assert from 'node:assert/strict';
import fc from 'fast-check';
import { displayCode } from '../../src/command/link-code.js';
import { parseCommand } from '../../src/command/parse.js';

describe('a code typed after “link”', () => {
  const parse = (typed: string) => parseCommand(`link ${typed}`);
  const read = (typed: string): string | undefined => {
    const parsed = parse(typed);
    assert.ok(parsed.ok && parsed.command.kind === 'link', typed);
    return parsed.command.code;
  };

  for (const [typed, code] of [
    ['7K3M-9Q2X-4T6V', '7K3M9Q2X4T6V'],
    ['`7K3M\u20119Q2X\u20134T6V`', '7K3M9Q2X4T6V'],
    ['“7K3M-9Q2X-4T6V”', '7K3M9Q2X4T6V'],
    ['oKiM-9Q2X-lT6V', '0K1M9Q2X1T6V'],
    ['', undefined],
  ] as const) {
    it(`is read from ${JSON.stringify(typed)}`, () => {
      assert.equal(read(typed), code);
    });
  }

  it('is refused with an example when it is none', () => {
    for (const typed of ['me', '7K3M-9Q2X', '7K3M-9Q2X-4T6U', '7K3M-9Q2X-4T6V8']) {
      const parsed = parse(typed);
      assert.ok(!parsed.ok);
      assert.match(parsed.problem.problem, /is not a code; one looks like 7K3M-9Q2X-4T6V/);
    }
  });

  it('is what was shown, in any case and with any separators', () => {
    const code = fc.stringMatching(/^[0-9A-HJKMNP-TV-Z]{12}$/);
    const separator = fc.constantFrom('', '-', ' ', '\u2011', '\u00a0');
    fc.assert(
      fc.property(code, separator, fc.boolean(), (shown, between, small) => {
        const typed = displayCode(shown).replaceAll('-', between);
        assert.equal(read(small ? typed.toLowerCase() : typed), shown);
      }),
    );
  });
});
