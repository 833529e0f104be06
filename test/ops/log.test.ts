import assert from 'node:assert/strict';
import { createLogger } from '../../src/ops/log.js';

describe('the log', () => {
  const said = (write: (log: ReturnType<typeof createLogger>) => void): string => {
    const lines: string[] = [];
    write(createLogger('trace', { write: (line) => lines.push(line) }));
    for (const line of lines) JSON.parse(line);
    return lines.join('');
  };

  for (const [what, secret] of [
    ['a JSON Web Token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
    ['a bot token of Slack', 'xoxb-1234-abcd'],
    ['an app token of Slack', 'xapp-1-A01-abcd'],
    ['whatever follows Bearer', 'Bearer short'],
    ['the password in an address', 'postgres://cordon:hunter2@db:5432/cordon'],
  ] as const) {
    it(`has ${what} neither in a text nor in an error, its stack or its cause`, () => {
      const cause = new Error(`because ${secret}`);
      const text = said((log) => {
        log.error({ err: new Error(`failed: ${secret}`, { cause }), detail: { text: secret } }, `said ${secret}`);
      });
      assert.ok(!text.includes(secret), text);
      assert.match(text, /\[cut\]/);
      assert.doesNotMatch(text, /hunter2/);
    });
  }

  it('has what stands under the name of a secret cut out', () => {
    const text = said((log) => {
      log.info({ entra: { clientSecret: 'plain' }, call: { headers: { a: 'plain' } } }, 'x');
    });
    assert.doesNotMatch(text, /plain/);
  });

  it('leaves ordinary texts as they are', () => {
    const text = said((log) => {
      log.info({ url: 'https://slack.com/api/auth.test' }, 'bearer of news, xoxo, eyJ');
    });
    assert.match(text, /bearer of news, xoxo, eyJ/);
    assert.match(text, /https:\/\/slack\.com/);
  });
});
