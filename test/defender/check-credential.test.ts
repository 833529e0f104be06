import assert from 'node:assert/strict';
import { makeCertificate } from '../../sandbox/entra/certificates.js';
import { createWorkloadIssuer } from '../../sandbox/entra/workload.js';
import type { EntraSettings } from '../../src/config/entra.js';
import { checkCredential } from '../../src/defender/check-credential.js';
import { CordonError } from '../../src/errors.js';
import { now } from './support.js';

const day = 86_400_000;
const base = {
  tenantId: 't',
  clientId: 'c',
  authorityHost: 'https://login.example.com',
  disableInstanceDiscovery: false,
};
const certificate: EntraSettings = {
  ...base,
  kind: 'certificate',
  certificatePath: '/run/cordon.pem',
  certificatePassword: undefined,
  sendCertificateChain: false,
};
const workload: EntraSettings = { ...base, kind: 'workload-identity', federatedTokenPath: '/run/token' };

const check = (settings: EntraSettings, file: string): Promise<readonly string[]> =>
  checkCredential(settings, { now: () => now, readFile: () => Promise.resolve(Buffer.from(file)) });

function refusedAs(code: string, words: RegExp): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof CordonError && thrown.code === code && words.test(thrown.userText ?? '');
}

describe('the check of a credential at the start', () => {
  it('reads no file where there is none', async () => {
    const options = { now: () => now, readFile: () => Promise.reject(new Error('no file is read')) };
    const settings: readonly EntraSettings[] = [
      { ...base, kind: 'client-secret', clientSecret: 's' },
      { ...base, kind: 'managed-identity' },
    ];
    for (const each of settings) assert.deepEqual(await checkCredential(each, options), []);
  });

  it('warns of a certificate in its last 30 days, and refuses it afterwards and before its time', async () => {
    const fileOf = async (from: number, to: number): Promise<string> => {
      const { certificate: pem, key } = await makeCertificate({ from: now + from, to: now + to });
      return pem + key;
    };
    assert.deepEqual(await check(certificate, await fileOf(-day, 31 * day)), []);
    const [warning = ''] = await check(certificate, await fileOf(-day, 29 * day));
    assert.match(
      warning,
      /^the certificate in AZURE_CLIENT_CERTIFICATE_PATH \(thumbprint [0-9A-F]{40}\) expires on .* in 29 days/,
    );
    await assert.rejects(
      check(certificate, await fileOf(-2 * day, -day)),
      refusedAs('certificate_unusable', /expired on .*make a new one/),
    );
    await assert.rejects(
      check(certificate, await fileOf(day, 2 * day)),
      refusedAs('certificate_unusable', /valid from .*clock/),
    );
  });

  it('warns of a federated token that was not renewed, and refuses what is none', async () => {
    const issuer = createWorkloadIssuer(() => now);
    assert.deepEqual(await check(workload, issuer.token()), []);
    const [warning = ''] = await check(workload, issuer.token({ expiresAt: now }));
    assert.match(warning, /AZURE_FEDERATED_TOKEN_FILE expired at .*not renewed/);
    await assert.rejects(check(workload, 'x'), refusedAs('federated_token_unusable', /AZURE_FEDERATED_TOKEN_FILE/));
  });

  it('says why a file cannot be read, without its path', async () => {
    const reasons = {
      ENOENT: /is not there/,
      EACCES: /may not be read by the user/,
      EISDIR: /is a folder/,
      EIO: /\(EIO\)/,
    };
    for (const [code, words] of Object.entries(reasons)) {
      const readFile = () => Promise.reject(Object.assign(new Error(code), { code }));
      await assert.rejects(checkCredential(certificate, { now: () => now, readFile }), (thrown) => {
        assert.ok(thrown instanceof CordonError && !thrown.userText?.includes('/run'));
        return refusedAs('credential_file', words)(thrown);
      });
    }
  });
});
