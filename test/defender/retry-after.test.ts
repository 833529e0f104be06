import assert from 'node:assert/strict';
import fc from 'fast-check';
import { retryAfterMs } from '../../src/defender/retry-after.js';
import { now } from './support.js';

describe('how long a 429 asks to wait', () => {
  const minute = 'API calls quota exceeded! maximum allowed 45 per 00:01:00';
  const keyed =
    'API calls quota exceeded! Maximum allowed 30 per 00:01:00 for the key Destination+TenantID+AppID. You can send requests again in 8 seconds.';

  const cases: [string, string | null, string, number | undefined][] = [
    ['the header in seconds', '12', keyed, 12_000],
    ['the header as a date', 'Mon, 23 Nov 2026 09:00:30 GMT', '', 30_000],
    ['the sentence before the window', null, keyed, 8_000],
    ['a sentence in minutes', null, 'try again in 2 minutes', 120_000],
    ['the window of a minute', null, minute, 60_000],
    ['the window of an hour', null, 'maximum allowed 1500 per 01:00:00', 3_600_000],
    ['a header of zero says nothing', '0', minute, 60_000],
    ['a date in the past says nothing', 'Mon, 23 Nov 2026 08:59:00 GMT', keyed, 8_000],
    ['a header that is nonsense', 'soon', '', undefined],
    ['an unreadable date', 'yesterday GMT', '', undefined],
    ['nothing at all', null, '', undefined],
    ['a broken header cannot block for longer than a window', '99999999', '', 3_600_000],
  ];
  for (const [name, header, text, expected] of cases) {
    it(name, () => {
      assert.equal(retryAfterMs(header, text, now), expected);
    });
  }

  it('is a positive time of at most an hour, or nothing, whatever Defender writes', () => {
    fc.assert(
      fc.property(fc.option(fc.string()), fc.string(), fc.nat(), (header, text, seconds) => {
        for (const asked of [
          retryAfterMs(header, text, now),
          retryAfterMs(null, `again in ${String(seconds)} seconds ${text}`, now),
        ]) {
          assert.ok(asked === undefined || (asked > 0 && asked <= 3_600_000));
        }
      }),
    );
  });
});
