import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEntra, type EntraStandIn } from '../../sandbox/entra.js';

const run = promisify(execFile);
const program = fileURLToPath(new URL('entra-client.js', import.meta.url));

describe('Entra stand-in', () => {
  let now: number;
  let entra: EntraStandIn;
  let agent: Agent;
  beforeEach(async () => {
    now = Date.parse('2026-11-23T12:00:00Z');
    entra = await startEntra({ now: () => now });
    agent = new Agent({ ca: entra.caPem });
  });
  afterEach(async () => {
    agent.destroy();
    await entra.close();
  });

  const ask = (over: Record<string, string> = {}, tenant = entra.tenantId): Promise<{ status: number; body: Body }> =>
    new Promise((resolve, reject) => {
      const form = {
        grant_type: 'client_credentials',
        client_id: entra.clientId,
        client_secret: entra.clientSecret,
        scope: entra.scope,
        ...over,
      };
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const url = `${entra.url}/${tenant}/oauth2/v2.0/token`;
      const sent = request(url, { method: 'POST', headers, agent }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Body });
        });
      });
      sent.on('error', reject);
      sent.end(new URLSearchParams(form).toString());
    });

  it('issues a token with the granted roles, which it accepts until it expires', async () => {
    const { status, body } = await ask();
    assert.equal(status, 200);
    assert.equal(body.expires_in, 3_599);
    const token = body.access_token ?? '';
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >;
    assert.deepEqual(claims.roles, ['Machine.Read.All', 'Machine.RestrictExecution']);
    assert.equal(claims.aud, 'https://api.securitycenter.microsoft.com');
    assert.equal(entra.validToken(token), true);
    assert.equal(entra.issued(), 1);
    now += 3_600_000;
    assert.equal(entra.validToken(token), false);
  });

  it('accepts no forged, changed or withdrawn token', async () => {
    const token = (await ask()).body.access_token ?? '';
    const [header, , signature] = token.split('.');
    const claims = Buffer.from(JSON.stringify({ roles: ['Machine.RestrictExecution'], exp: 9e9 })).toString(
      'base64url',
    );
    assert.equal(entra.validToken(`${header}.${claims}.${signature}`), false);
    assert.equal(entra.validToken('good'), false);
    entra.expireAll();
    assert.equal(entra.validToken(token), false);
    assert.equal(entra.validToken((await ask()).body.access_token ?? ''), true);
  });

  it('withdraws the tokens of one app and leaves the others', () => {
    const resource = 'https://api.botframework.com';
    entra.register({ clientId: 'bot', resources: [resource] });
    const [ours, others] = [entra.issue(), entra.issueAs('bot', resource)];
    entra.expireAll('bot');
    assert.deepEqual([entra.validToken(ours), entra.validToken(others, resource)], [true, false]);
  });

  it('refuses a wrong secret, app, tenant and resource with Entra’s own codes', async () => {
    const refusals = [
      [await ask({ client_secret: 'wrong' }), 401, 'invalid_client', 7000215],
      [await ask({ client_id: 'other' }), 400, 'unauthorized_client', 700016],
      [await ask({}, 'elsewhere'), 400, 'invalid_request', 90002],
      [await ask({ scope: 'https://graph.microsoft.com/.default' }), 400, 'invalid_resource', 500011],
      [await ask({ scope: 'Machine.Read.All' }), 400, 'invalid_scope', 1002012],
    ] as const;
    for (const [{ status, body }, expected, error, code] of refusals) {
      assert.deepEqual([status, body.error, body.error_codes], [expected, error, [code]]);
      assert.match(body.error_description ?? '', new RegExp(`^AADSTS${code}: .* Trace ID: `));
    }
    assert.equal(entra.issued(), 0);
  });

  it('plays ordered faults', async () => {
    entra.fault({ kind: '503', times: 2 });
    assert.equal((await ask()).status, 503);
    assert.equal((await ask()).status, 503);
    entra.fault({ kind: 'reset' });
    await assert.rejects(ask());
    assert.equal((await ask()).status, 200);
  });

  it('gives the real ClientSecretCredential a token, and its errors, over trusted TLS', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cordon-entra-'));
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, entra.caPem);
    const credential = async (secret: string): Promise<string> => {
      const args = [program, entra.url, entra.tenantId, entra.clientId, secret, entra.scope];
      const { stdout } = await run(process.execPath, args, { env: { ...process.env, NODE_EXTRA_CA_CERTS: ca } });
      return stdout;
    };
    const [token, refusal] = await Promise.all([credential(entra.clientSecret), credential('wrong')]);
    await rm(folder, { recursive: true });
    assert.equal(entra.validToken(token), true, token);
    assert.match(refusal, /AADSTS7000215/);
  });
});

interface Body {
  readonly access_token?: string;
  readonly expires_in?: number;
  readonly error?: string;
  readonly error_codes?: readonly number[];
  readonly error_description?: string;
}
