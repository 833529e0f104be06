import assert from 'node:assert/strict';
import type { AccessToken, ClientSecretCredentialOptions } from '@azure/identity';
import sinon from 'sinon';
import { clientSecretCredential, createTokenSource } from '../../src/defender/credentials.js';
import { failure, now } from './support.js';

const scope = 'https://api.securitycenter.microsoft.com/.default';
const hour = 3_600_000;

/** A token source on a credential that gives `t1`, `t2`, … for an hour each. */
function counting() {
  let time = now;
  let given = 0;
  const getToken = sinon.spy((): Promise<AccessToken | null> =>
    Promise.resolve({ token: `t${String(++given)}`, expiresOnTimestamp: time + hour }),
  );
  const token = createTokenSource({ credential: { getToken }, scope, now: () => time });
  return { token, getToken, pass: (ms: number) => (time += ms) };
}

describe('the token source', () => {
  it('asks once for the scope, and again five minutes before the end', async () => {
    const { token, getToken, pass } = counting();
    assert.equal(await token(), 't1');
    pass(hour - 5 * 60_000 - 1);
    assert.equal(await token(), 't1');
    pass(1);
    assert.equal(await token(), 't2');
    assert.deepEqual(getToken.args, [[scope], [scope]]);
  });

  it('asks once for however many callers, forced ones included', async () => {
    const { token, getToken } = counting();
    assert.deepEqual(await Promise.all([token(), token(), token(true)]), ['t1', 't1', 't1']);
    assert.deepEqual(await Promise.all([token(true), token(true)]), ['t2', 't2']);
    assert.equal(await token(), 't2');
    assert.equal(getToken.callCount, 2);
  });

  it('asks again after a failure', async () => {
    const getToken = sinon.stub();
    getToken.onFirstCall().throws(new Error('offline'));
    getToken.onSecondCall().resolves(null);
    getToken.onThirdCall().resolves({ token: 't3', expiresOnTimestamp: now + hour });
    const token = createTokenSource({ credential: { getToken }, scope, now: () => now });
    assert.equal((await failure(token())).code, 'token_failed');
    assert.equal((await failure(token())).taken, 'no');
    assert.equal(await token(), 't3');
  });

  it('does not wait for a silent Entra for ever', async () => {
    const clock = sinon.useFakeTimers();
    try {
      const credential = { getToken: () => new Promise<null>(() => undefined) };
      const failed = failure(createTokenSource({ credential, scope, now: () => now, timeoutMs: 1000 })());
      await clock.tickAsync(1000);
      assert.equal((await failed).code, 'token_failed');
      assert.equal(clock.countTimers(), 0);
    } finally {
      clock.restore();
    }
  });
});

describe('the client secret credential', () => {
  const tenantId = '0f5a1c2e-1111-4222-8333-444455556666';
  const clientId = '7d1b9c3a-2222-4333-8444-555566667777';
  const authorityHost = 'https://login.entra.test';
  const settings = { tenantId, clientId, clientSecret: 's3cret', authorityHost, disableInstanceDiscovery: true };

  type HttpClient = NonNullable<ClientSecretCredentialOptions['httpClient']>;

  /** Stands where `@azure/identity` would go out to the network: discovery, then what `grant` says. */
  function entra(grant: () => { status: number; body: object }) {
    const posts: URLSearchParams[] = [];
    const httpClient: HttpClient = {
      sendRequest: (request) => {
        const posted = request.method === 'POST';
        if (typeof request.body === 'string') posts.push(new URLSearchParams(request.body));
        const discovery = {
          issuer: `${authorityHost}/${tenantId}/v2.0`,
          authorization_endpoint: `${authorityHost}/${tenantId}/oauth2/v2.0/authorize`,
          token_endpoint: `${authorityHost}/${tenantId}/oauth2/v2.0/token`,
          jwks_uri: `${authorityHost}/keys`,
        };
        const { status, body } = posted ? grant() : { status: 200, body: discovery };
        return Promise.resolve({ request, status, headers: request.headers, bodyAsText: JSON.stringify(body) });
      },
    };
    const credential = clientSecretCredential(settings, { httpClient });
    return { token: createTokenSource({ credential, scope, now: Date.now }), posts };
  }

  it('really asks Entra again when forced, which @azure/identity alone would answer from its cache', async () => {
    let given = 0;
    const { token, posts } = entra(() => ({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 3599, access_token: `t${String(++given)}` },
    }));
    assert.deepEqual([await token(), await token(), await token(true), await token()], ['t1', 't1', 't2', 't2']);
    assert.equal(posts.length, 2);
    assert.equal(posts[0]!.get('client_id'), clientId);
    assert.equal(posts[0]!.get('client_secret'), 's3cret');
    assert.ok(posts[0]!.get('scope')!.split(' ').includes(scope));
  });

  const refusals: [number, string, RegExp][] = [
    [7000215, 'invalid_client', /\(AADSTS7000215\): the client secret is wrong.*AZURE_CLIENT_SECRET/],
    [7000222, 'invalid_client', /\(AADSTS7000222\): the client secret has expired.*AZURE_CLIENT_SECRET/],
    [700016, 'unauthorized_client', /\(AADSTS700016\): .*AZURE_CLIENT_ID.*AZURE_TENANT_ID/],
    [90002, 'invalid_request', /\(AADSTS90002\): .*AZURE_TENANT_ID.*AZURE_AUTHORITY_HOST/],
    [500011, 'invalid_resource', /\(AADSTS500011\): .*DEFENDER_SCOPE/],
    [
      50000,
      'server_error',
      /\(AADSTS50000\): .*AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_AUTHORITY_HOST/,
    ],
  ];
  for (const [number, error, advice] of refusals) {
    it(`says which setting AADSTS${String(number)} is about, and shows no id and no secret`, async () => {
      const { token } = entra(() => ({
        status: 401,
        body: {
          error,
          error_description: `AADSTS${String(number)}: Refused for app '${clientId}'. Trace ID: ${tenantId}`,
          error_codes: [number],
        },
      }));
      const failed = await failure(token());
      assert.equal(failed.code, 'token_failed');
      assert.equal(failed.taken, 'no');
      assert.match(failed.userText, advice);
      assert.ok(
        ![clientId, tenantId, 's3cret'].some((secret) => `${failed.userText}${failed.message}`.includes(secret)),
      );
    });
  }

  it('names the settings when the authority is not https', async () => {
    const credential = clientSecretCredential({ ...settings, authorityHost: 'http://login.entra.test' });
    const failed = await failure(createTokenSource({ credential, scope, now: Date.now })());
    assert.match(failed.userText, /AZURE_AUTHORITY_HOST/);
  });
});
