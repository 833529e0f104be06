import assert from 'node:assert/strict';
import type { Operation } from '../../src/defender/defender.js';
import { ownCodes, wireCodes, type DefenderErrorCode } from '../../src/defender/errors.js';
import { userTextFor } from '../../src/defender/error-text.js';
import { errorFromAnswer, errorFromFailure } from '../../src/defender/map-error.js';
import { redact } from '../../src/defender/redact.js';
import { correlation, now, wireError } from './support.js';

const restrict: Operation = 'restrictCodeExecution';
const retryAfter = null;

function mapped(status: number, body: object | string, operation: Operation = restrict) {
  return errorFromAnswer(
    { status, body: typeof body === 'string' ? body : JSON.stringify(body), retryAfter },
    operation,
    now,
  );
}

/** Status of each documented code, and what its text must tell a person to do. */
const table: Record<(typeof wireCodes)[number], [number, RegExp]> = {
  BadRequest: [400, /Use the Defender portal for now, and report this/],
  ODataError: [400, /Use the Defender portal for now, and report this/],
  InvalidInput: [400, /Check how you wrote it and ask again/],
  InvalidRequestBody: [400, /Use the Defender portal for now, and report this/],
  InvalidHashValue: [400, /the hash.*Check how you wrote it/],
  InvalidDomainName: [400, /the domain name.*Check how you wrote it/],
  InvalidIpAddress: [400, /the IP address.*Check how you wrote it/],
  InvalidUrl: [400, /the URL.*Check how you wrote it/],
  MaximumBatchSizeExceeded: [400, /Ask again with fewer/],
  MissingRequiredParameter: [400, /Ask again with a comment/],
  OsPlatformNotSupported: [400, /Windows 10 1709 or later.*Use device isolation/],
  ClientVersionNotSupported: [400, /Update the device/],
  Unauthorized: [401, /check AZURE_TENANT_ID and AZURE_CLIENT_ID.*DEFENDER_SCOPE/],
  Forbidden: [403, /application permission Machine\.RestrictExecution.*admin consent/],
  DisabledFeature: [403, /switch it on in the Defender portal/],
  DisallowedOperation: [403, /ask a Defender administrator/],
  NotFound: [404, /ask again with the name or device id/],
  ResourceNotFound: [404, /ask again with the name or device id/],
  TooManyRequests: [429, /Try again in a few minutes/],
  InternalServerError: [500, /Action center in the Defender portal before you ask again/],
  ActiveRequestAlreadyExists: [400, /Wait for it to finish/],
};

describe('errors of Defender', () => {
  for (const code of wireCodes) {
    const [status, advice] = table[code];
    it(`${String(status)} ${code} keeps its code and correlation id and says what to do`, () => {
      const error = mapped(status, wireError(code, 'Free text of Microsoft'));
      assert.equal(error.code, code);
      assert.equal(error.status, status);
      assert.equal(error.target, correlation);
      assert.match(error.userText, advice);
      assert.ok(error.userText.endsWith(`Correlation id for Microsoft's support: ${correlation}`));
      assert.equal(error.taken, status === 500 ? 'unknown' : 'no');
    });
  }

  const ownAdvice: Record<(typeof ownCodes)[number], RegExp> = {
    network_failure: /check DEFENDER_API_URL, DNS, proxy and firewall/,
    timed_out: /Action center in the Defender portal before you ask again/,
    unreadable_answer: /Action center in the Defender portal before you ask again/,
    unexpected_answer: /check DEFENDER_API_URL and any proxy/,
    no_action_id: /Action center in the Defender portal before you ask again/,
    token_failed: /check AZURE_TENANT_ID, AZURE_CLIENT_ID, the credential and AZURE_AUTHORITY_HOST/,
    too_many_machines: /Ask again with the full name or the device id/,
    too_late: /Nothing was changed\. Ask again.*AZURE_AUTHORITY_HOST/,
    dry_run: /CORDON_DRY_RUN.*Nothing was changed\. Use the Defender portal/,
  };
  for (const code of ownCodes) {
    it(`${code} says what to do`, () => {
      assert.match(userTextFor(code, { operation: restrict, taken: 'unknown' }), ownAdvice[code]);
    });
  }

  it('reads a correlation id with the bar that some answers put before it', () => {
    assert.equal(mapped(500, wireError('InternalServerError', '', `|${correlation}`)).target, `|${correlation}`);
  });

  it('names the permission that the refused call needs, for both wordings of a missing role', () => {
    for (const message of [
      'The application does not have any of the required application permissions (Machine.Isolate, Machine.Scan) to access the resource.',
      'Missing application roles. API required roles: Machine.Isolate, application roles: .',
    ]) {
      const writing = mapped(403, wireError('Forbidden', message));
      assert.match(
        writing.userText,
        /not allowed to restrict app execution.*Machine\.RestrictExecution.*admin consent/,
      );
      const reading = mapped(403, wireError('Forbidden', message), 'listMachines');
      assert.match(reading.userText, /not allowed to look up the device.*Machine\.Read\.All.*admin consent/);
      assert.doesNotMatch(writing.userText + reading.userText, /Isolate|Scan/);
    }
  });

  it('a 403 or 401 for a wrong audience points at the scope and shows nothing of the token', () => {
    const appId = '0f5a1c2e-1111-4222-8333-444455556666';
    const message = `Invalid Authorization payload. AppId: ${appId}, Audience: https://api.security.microsoft.com, Issuer: https://sts.windows.net/${appId}/, Validity: valid from 2026`;
    for (const status of [401, 403]) {
      const error = mapped(status, wireError(status === 401 ? 'Unauthorized' : 'Forbidden', message));
      assert.match(error.userText, /DEFENDER_SCOPE/);
      assert.ok(!`${error.userText}${error.message}`.includes(appId));
      assert.ok(!`${error.userText}${error.message}`.includes('sts.windows.net'));
      assert.ok(!error.userText.includes('https://api.security.microsoft.com'));
    }
  });

  it('quotes why an operation was disallowed, without ids or tokens', () => {
    const error = mapped(
      403,
      wireError('DisallowedOperation', `Device ${correlation} is locked eyJ0eXAi.eyJhdWQi.c2ln`),
    );
    assert.match(error.userText, /\("Device \[id\] is locked \[token\]"\)/);
  });

  it('bug 11: knows "already in progress" by the code and by the text alone', () => {
    for (const body of [
      wireError('ActiveRequestAlreadyExists'),
      wireError('BadRequest', 'Action is already in progress'),
    ]) {
      assert.equal(mapped(400, body).code, 'ActiveRequestAlreadyExists');
    }
  });

  it('takes the empty code of the OData parser for a refused query', () => {
    const body = { error: { code: '', message: "Custom query option '$stop' is not valid", details: [] } };
    assert.equal(mapped(400, body, 'listMachines').code, 'ODataError');
  });

  it('a 429 has its wait, and the tenant id in its target stays out', () => {
    const message =
      'API calls quota exceeded! Maximum allowed 30 per 00:01:00 for the key Destination+TenantID+AppID. You can send requests again in 8 seconds.';
    const error = mapped(429, wireError('429', message, '0f5a1c2e-1111-4222-8333-444455556666'));
    assert.equal(error.code, 'TooManyRequests');
    assert.equal(error.retryAfterMs, 8000);
    assert.equal(error.target, undefined);
    assert.equal(error.taken, 'no');
    assert.match(error.userText, /Try again in 8 seconds/);
  });

  it('falls back on the status where there is no code that it knows', () => {
    const cases: [number, object | string, DefenderErrorCode][] = [
      [400, wireError('SomethingNew'), 'BadRequest'],
      [400, '', 'BadRequest'],
      [401, '<html>no</html>', 'Unauthorized'],
      [403, '', 'Forbidden'],
      [404, {}, 'NotFound'],
      [502, '<html>Bad Gateway</html>', 'InternalServerError'],
      [503, '', 'InternalServerError'],
    ];
    for (const [status, body, code] of cases)
      assert.equal(mapped(status, body).code, code, `${String(status)} ${code}`);
  });

  it("does not take a proxy's page for Defender's word", () => {
    for (const status of [302, 400, 403, 404, 407]) {
      assert.equal(mapped(status, '<html>Blocked by policy</html>').code, 'unexpected_answer');
    }
  });

  it('a call that only reads was never "perhaps carried out"', () => {
    assert.equal(mapped(500, '', 'getMachine').taken, 'no');
    assert.match(mapped(500, '', 'getMachine').userText, /Nothing was changed\. Try again/);
  });

  it('knows which failures of the network come before the call is sent', () => {
    for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT']) {
      const nested = new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
      assert.equal(errorFromFailure(Object.assign(new Error(code), { code }), restrict).taken, 'no', code);
      assert.equal(errorFromFailure(nested, restrict).taken, 'no', code);
    }
    for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE']) {
      assert.equal(errorFromFailure(Object.assign(new Error(code), { code }), restrict).taken, 'unknown', code);
    }
    assert.equal(errorFromFailure('odd', restrict).taken, 'unknown');
  });
});

describe('redaction', () => {
  it('masks tokens, ids, links and addresses, and shortens the rest to one line', () => {
    assert.equal(
      redact(`Bearer eyJ0.eyJh.sig\nfor ${correlation} at https://a.test/x?y and ada@contoso.com`),
      'Bearer [token] for [id] at [link] and [address]',
    );
    assert.equal(redact('word '.repeat(100)).length <= 200, true);
  });
});
