import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type EntraStandIn, startEntra } from '../../sandbox/entra.js';
import { listenOnLoopback } from '../../sandbox/loopback.js';
import { type ManagedIdentityStandIn, startManagedIdentity } from '../../sandbox/entra/managed-identity.js';
import type { Asked } from './managed-identity-client.js';

const program = fileURLToPath(new URL('managed-identity-client.js', import.meta.url));
const system = 'aaaaaaaa-0000-4000-8000-000000000001';
const user = 'aaaaaaaa-0000-4000-8000-000000000002';
const resource = 'https://api.securitycenter.microsoft.com';
const scope = `${resource}/.default`;

/** All of the answers to each request, from one process that sees nothing of Azure but `settings`. */
async function ask(settings: Readonly<Record<string, string>>, requests: readonly Asked[]): Promise<string[][]> {
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH ?? '', ...settings },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(requests.map((each) => `${JSON.stringify(each)}\n`).join(''));
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string[]);
}

describe('a managed identity', function () {
  this.timeout(60_000);
  let entra: EntraStandIn;
  let azure: ManagedIdentityStandIn;
  let tenantId: string;
  before(async () => {
    entra = await startEntra({ now: Date.now });
    ({ tenantId } = entra);
    for (const clientId of [system, user])
      entra.register({ clientId, resources: [resource], roles: ['Machine.Read.All'] });
    azure = await startManagedIdentity({ entra, now: Date.now, system, assigned: [user] });
  });
  after(async () => {
    await azure.close();
    await entra.close();
  });

  const appOf = (token: string): unknown =>
    (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { appid: string }).appid;

  for (const [place, found] of [
    ['a virtual machine', 'instance'],
    ['App Service', 'appService'],
  ] as const) {
    it(`of ${place} gives tokens for the system assigned identity, and for a user assigned one by its client id`, async () => {
      const [first = [], second = [], unknownIdentity = [], unknownResource = [], otherTenant = []] = await ask(
        azure.settings[found],
        [
          { tenantId, scope, times: 2 },
          { tenantId, clientId: user, scope, times: 1 },
          { tenantId, clientId: 'aaaaaaaa-0000-4000-8000-000000000003', scope, times: 1 },
          { tenantId, scope: 'https://defender.example.com/.default', times: 1 },
          { tenantId: '99999999-1111-4222-8333-444455556666', scope, times: 1 },
        ],
      );
      assert.equal(entra.validToken(first[0]!), true, first[0]);
      assert.equal(appOf(first[0]!), system);
      assert.equal(first[1], first[0], 'a managed identity has no other token before the first one ends');
      assert.equal(appOf(second[0]!), user);
      assert.match(unknownIdentity[0]!, /no such managed identity\. Assign it to the machine.*AZURE_CLIENT_ID/);
      assert.match(unknownResource[0]!, /\(AADSTS500011\).* DEFENDER_SCOPE and DEFENDER_CLOUD/);
      assert.match(otherTenant[0]!, /belongs to another tenant than AZURE_TENANT_ID says/);
    });
  }

  it('is said not to be at hand where nothing answers', async () => {
    const { port, close } = await listenOnLoopback(createServer());
    await close();
    const nowhere = { AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://127.0.0.1:${port}` };
    const [answer = []] = await ask(nowhere, [{ tenantId, scope, times: 1 }]);
    assert.match(
      answer[0]!,
      /no managed identity answered here\. CORDON_CREDENTIAL=managed-identity works on an Azure machine/,
    );
  });

  it('is said not to be at hand where something is silent', async () => {
    const silent = await listenOnLoopback(createServer(() => undefined));
    try {
      const settings = { AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://127.0.0.1:${silent.port}` };
      const [answer = []] = await ask(settings, [{ tenantId, scope, times: 1 }]);
      assert.match(answer[0]!, /no managed identity answered here/);
    } finally {
      await silent.close();
    }
  });
});
