import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readConfig } from '../../src/config.js';
import { credentialKinds, describeChoice } from '../../src/config/entra.js';
import { completeSettings, configProblems as problems } from '../support.js';

const { AZURE_CLIENT_SECRET: _secret, ...bare } = completeSettings;
const certificate = { AZURE_CLIENT_CERTIFICATE_PATH: '/run/cordon.pem' };
const federated = { AZURE_FEDERATED_TOKEN_FILE: '/var/run/token' };
const secret = { AZURE_CLIENT_SECRET: 'hunter2' };
const base = {
  tenantId: bare.AZURE_TENANT_ID,
  authorityHost: 'https://login.microsoftonline.com',
  disableInstanceDiscovery: false,
};

describe('the credential for Entra', () => {
  const good = [
    ['client-secret', secret, { clientId: 'client', clientSecret: 'hunter2' }],
    [
      'certificate',
      certificate,
      {
        clientId: 'client',
        certificatePath: '/run/cordon.pem',
        certificatePassword: undefined,
        sendCertificateChain: false,
      },
    ],
    ['workload-identity', federated, { clientId: 'client', federatedTokenPath: '/var/run/token' }],
  ] as const;
  for (const [kind, env, expected] of good) {
    it(`is inferred to be ${kind} where its settings are the only ones, and may be said`, () => {
      const inferred = readConfig({ ...bare, ...env });
      assert.deepEqual(inferred.entra, { ...base, kind, ...expected });
      assert.deepEqual(inferred.credential, { kind, how: 'inferred' });
      const said = readConfig({ ...bare, ...env, CORDON_CREDENTIAL: kind });
      assert.deepEqual(said.entra, inferred.entra);
      assert.deepEqual(said.credential, { kind, how: 'set' });
    });

    it(`of kind ${kind} names what is missing`, () => {
      const [main = ''] = Object.keys(env);
      assert.match(
        problems({ ...bare, CORDON_CREDENTIAL: kind }),
        new RegExp(`^${main} is missing: .*docs/entra\\.md\\.$`),
      );
      const half = { ...bare, ...env, AZURE_TENANT_ID: '', AZURE_CLIENT_ID: '' };
      assert.match(problems(half), /^AZURE_TENANT_ID, AZURE_CLIENT_ID are missing: /);
    });
  }

  it('is of a tenant by its id: a domain would be good for a token, and match no group and nobody of the policy', () => {
    const { tenantId } = readConfig({ ...bare, ...secret, AZURE_TENANT_ID: ` ${base.tenantId.toUpperCase()} ` }).entra;
    assert.equal(tenantId, base.tenantId);
    for (const tenant of ['contoso.onmicrosoft.com', 'contoso.com', 'common', 'organizations', `${base.tenantId}/`])
      assert.match(
        problems({ ...bare, ...secret, AZURE_TENANT_ID: tenant }),
        /^AZURE_TENANT_ID has to be the id of the tenant.*no domain: copy the Directory \(tenant\) ID.*docs\/entra\.md/,
        tenant,
      );
  });

  it('takes the password and the chain of a certificate', () => {
    const { entra } = readConfig({
      ...bare,
      ...certificate,
      AZURE_CLIENT_CERTIFICATE_PASSWORD: 'hunter2',
      AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: '1',
    });
    assert.ok(entra.kind === 'certificate');
    assert.deepEqual([entra.certificatePassword, entra.sendCertificateChain], ['hunter2', true]);
    assert.match(
      problems({ ...bare, ...certificate, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: 'maybe' }),
      /^AZURE_CLIENT_SEND_CERTIFICATE_CHAIN has to be true or false/,
    );
  });

  it('is a managed identity only where that is said: nothing set must never mean some identity of the machine', () => {
    const { AZURE_CLIENT_ID: _id, ...noApp } = bare;
    assert.match(
      problems(noApp),
      /AZURE_CLIENT_ID, AZURE_CLIENT_SECRET are missing.*CORDON_CREDENTIAL=managed-identity/,
    );
    const identity = { ...noApp, CORDON_CREDENTIAL: 'managed-identity' };
    assert.deepEqual(readConfig(identity).entra, { ...base, kind: 'managed-identity', clientId: undefined });
    assert.deepEqual(readConfig({ ...identity, AZURE_CLIENT_ID: 'one' }).entra, {
      ...base,
      kind: 'managed-identity',
      clientId: 'one',
    });
    assert.match(problems({ ...identity, AZURE_TENANT_ID: '' }), /^AZURE_TENANT_ID is missing: /);
  });

  it('is not guessed where several are set', () => {
    const found = problems({ ...bare, ...secret, ...certificate });
    assert.match(found, /^AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH are set, each for .*CORDON_CREDENTIAL/);
    assert.match(
      problems({ ...bare, ...secret, ...federated }),
      /AZURE_CLIENT_SECRET, AZURE_FEDERATED_TOKEN_FILE are set/,
    );
  });

  it('is refused with settings of another one, by their names', () => {
    const settingsOf = { 'client-secret': secret, certificate, 'workload-identity': federated, 'managed-identity': {} };
    const all: Record<string, string> = { ...secret, ...certificate, ...federated };
    for (const kind of credentialKinds) {
      const own: Record<string, string> = settingsOf[kind];
      for (const name of Object.keys(all).filter((each) => !(each in own))) {
        const env = { ...bare, ...own, CORDON_CREDENTIAL: kind, [name]: 'x' };
        assert.match(problems(env), new RegExp(`^${name} must not be set with CORDON_CREDENTIAL=${kind}`), name);
      }
    }
  });

  it('does without the password of a certificate that is not there', () => {
    const password = { AZURE_CLIENT_CERTIFICATE_PASSWORD: 'hunter2' };
    assert.match(
      problems({ ...bare, ...password }),
      /^AZURE_CLIENT_CERTIFICATE_PATH is missing, though AZURE_CLIENT_CERTIFICATE_PASSWORD is set/,
    );
    assert.match(
      problems({ ...bare, ...secret, ...password }),
      /^AZURE_CLIENT_CERTIFICATE_PATH is missing, though AZURE_CLIENT_CERTIFICATE_PASSWORD is set/,
    );
  });

  it('is refused by name where there is no such kind', () => {
    assert.match(
      problems({ ...bare, ...secret, CORDON_CREDENTIAL: 'password' }),
      /^CORDON_CREDENTIAL has to be client-secret, certificate, managed-identity or workload-identity/,
    );
  });

  it('is either one kind with all that it needs, or refused without a value in the text, whatever is set', () => {
    const names = [
      'AZURE_TENANT_ID',
      'AZURE_CLIENT_ID',
      'AZURE_CLIENT_SECRET',
      'AZURE_CLIENT_CERTIFICATE_PATH',
      'AZURE_CLIENT_CERTIFICATE_PASSWORD',
      'AZURE_FEDERATED_TOKEN_FILE',
    ];
    const kind = fc.option(fc.constantFrom(...credentialKinds), { nil: '' });
    fc.assert(
      fc.property(fc.subarray(names), kind, (some, chosen) => {
        const { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET } = completeSettings;
        const set = Object.fromEntries(some.map((name) => [name, `value-of-${name}`]));
        const env = { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, ...set, CORDON_CREDENTIAL: chosen };
        const found = problems(env);
        assert.ok(!found.includes('value-of'));
        if (found !== '') return;
        const { entra, credential } = readConfig(env);
        assert.equal(entra.kind, credential.kind);
        assert.equal(credential.how, chosen === '' ? 'inferred' : 'set');
        // Everything that was set is used: nothing was dropped in silence.
        const used = Object.values(entra).filter((value) => typeof value === 'string' && value.startsWith('value-of'));
        assert.equal(used.length, some.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is said in the log with how it was chosen', () => {
    assert.equal(
      describeChoice({ kind: 'managed-identity', how: 'set' }, 'gcc'),
      'Cordon signs in to the gcc cloud with the managed identity of the machine that it runs on (managed-identity), chosen by CORDON_CREDENTIAL',
    );
    assert.match(
      describeChoice({ kind: 'certificate', how: 'inferred' }, 'dod'),
      /because its settings are the only ones/,
    );
  });
});
