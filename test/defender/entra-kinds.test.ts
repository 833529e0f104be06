import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EntraSettings } from '../../src/config/entra.js';
import { createTokenSource, entraCredential, type TokenSource } from '../../src/defender/credentials.js';
import { type EntraStandIn, startEntra } from '../../sandbox/entra.js';
import { type MadeCertificate, makeCertificate } from '../../sandbox/entra/certificates.js';
import { createWorkloadIssuer, type WorkloadIssuer } from '../../sandbox/entra/workload.js';
import { failure } from './support.js';

/** Every credential that asks Entra itself, over TLS, right and wrong in each way that happens. */
describe('the credentials against Entra', () => {
  let folder: string;
  let entra: EntraStandIn;
  let own: MadeCertificate;
  let workload: WorkloadIssuer;
  before(async () => {
    own = await makeCertificate();
    workload = createWorkloadIssuer(Date.now);
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-credential-'));
    entra = await startEntra({ now: Date.now });
  });
  afterEach(async () => {
    await entra.close();
    await rm(folder, { recursive: true });
  });

  const put = async (name: string, ...parts: readonly string[]): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, parts.join(''));
    return path;
  };

  const base = () => ({ tenantId: entra.tenantId, authorityHost: entra.url, disableInstanceDiscovery: true });
  const secret = (over: Partial<EntraSettings> = {}): EntraSettings =>
    ({
      kind: 'client-secret',
      ...base(),
      clientId: entra.clientId,
      clientSecret: entra.clientSecret,
      ...over,
    }) as EntraSettings;
  const certificate = async (over: Record<string, unknown> = {}): Promise<EntraSettings> => ({
    kind: 'certificate',
    ...base(),
    clientId: entra.clientId,
    certificatePath: await put('cordon.pem', own.certificate, own.key),
    certificatePassword: undefined,
    sendCertificateChain: false,
    ...over,
  });
  const federated = async (token: string = workload.token(), over: Record<string, unknown> = {}) =>
    ({
      kind: 'workload-identity',
      ...base(),
      clientId: entra.clientId,
      federatedTokenPath: await put('token', token),
      ...over,
    }) as EntraSettings;

  function source(
    settings: EntraSettings,
    { scope = entra.scope, ca = entra.caPem, now = Date.now } = {},
  ): TokenSource {
    const client = { retryOptions: { maxRetries: 0 }, ...(ca === '' ? {} : { tlsOptions: { ca } }) };
    return createTokenSource({ credential: entraCredential(settings, { client, now }), scope, now });
  }

  /** What people read, after a check that nothing in it or in the log is an id, a path or a secret. */
  async function refused(settings: EntraSettings, options: Parameters<typeof source>[1] = {}): Promise<string> {
    const error = await failure(source(settings, options)());
    assert.deepEqual([error.code, error.taken], ['token_failed', 'no']);
    const said = `${error.userText}\n${error.message}`;
    for (const hidden of [entra.clientId, entra.tenantId, entra.clientSecret, 'hunter2', 'BEGIN', 'eyJ']) {
      assert.ok(!said.includes(hidden), said);
    }
    assert.ok(!error.userText.includes(folder), error.userText);
    assert.match(error.userText, /\. Nothing was changed\.$/);
    return error.userText;
  }

  describe('a client secret', () => {
    it('gets a token, another when forced, and one for however many ask at once', async () => {
      const token = source(secret());
      const [one, two] = await Promise.all([token(), token()]);
      assert.equal(one, two);
      assert.equal(entra.validToken(one), true);
      assert.equal(entra.issued(), 1);
      assert.notEqual(await token(true), one);
      assert.equal(entra.issued(), 2);
    });

    it('is refused with the setting that is wrong', async () => {
      assert.match(await refused(secret({ clientSecret: 'hunter2' })), /\(AADSTS7000215\).* AZURE_CLIENT_SECRET/);
      assert.match(await refused(secret({ clientId: 'nobody' })), /\(AADSTS700016\).* AZURE_CLIENT_ID/);
      assert.match(await refused(secret({ tenantId: 'elsewhere' })), /\(AADSTS90002\).* AZURE_TENANT_ID/);
      const scope = 'https://defender.example.com/.default';
      assert.match(await refused(secret(), { scope }), /\(AADSTS500011\).* DEFENDER_SCOPE and DEFENDER_CLOUD/);
      entra.change({ secretExpired: true });
      assert.match(await refused(secret()), /\(AADSTS7000222\).* expired.* AZURE_CLIENT_SECRET/);
    });

    it('says that the authority cannot be reached', async () => {
      const gone = await startEntra({ now: Date.now });
      await gone.close();
      assert.match(
        await refused(secret({ authorityHost: gone.url })),
        /cannot be reached \(ECONNREFUSED\).*AZURE_AUTHORITY_HOST, DNS, proxy and firewall/,
      );
    });

    it('says that the authority’s certificate is not trusted', async () => {
      assert.match(
        await refused(secret(), { ca: '' }),
        /AZURE_AUTHORITY_HOST is not trusted \([A-Z_]+\).*NODE_EXTRA_CA_CERTS/,
      );
    });
  });

  describe('a certificate', () => {
    beforeEach(() => {
      entra.change({ certificates: [own.certificate] });
    });

    it('gets a token, and really another when forced', async () => {
      const token = source(await certificate());
      const one = await token();
      assert.equal(entra.validToken(one), true);
      assert.notEqual(await token(true), one);
    });

    it('is taken with a password, in any order and with the rest of its chain', async () => {
      const encrypted = createPrivateKey(own.key)
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'hunter2' })
        .toString();
      const other = await makeCertificate({ commonName: 'other' });
      const path = await put('chain.pem', encrypted, other.certificate, own.certificate);
      const settings = await certificate({ certificatePath: path, certificatePassword: 'hunter2' });
      assert.equal(entra.validToken(await source(settings)()), true);
      assert.match(
        await refused(await certificate({ certificatePath: path })),
        /encrypted: put its password into AZURE_CLIENT_CERTIFICATE_PASSWORD/,
      );
      assert.match(
        await refused(await certificate({ certificatePath: path, certificatePassword: 'wrong' })),
        /AZURE_CLIENT_CERTIFICATE_PASSWORD is not the password/,
      );
    });

    it('is trusted by its subject where the chain is sent, and only then', async () => {
      const authority = await makeCertificate({ commonName: 'Contoso CA' });
      const issued = await makeCertificate({ commonName: 'cordon.contoso.com', authority });
      entra.change({
        certificates: [],
        trustedSubjects: [{ commonName: 'cordon.contoso.com', authority: authority.certificate }],
      });
      const certificatePath = await put('issued.pem', issued.certificate, authority.certificate, issued.key);
      const chain = await certificate({ certificatePath, sendCertificateChain: true });
      assert.equal(entra.validToken(await source(chain)()), true);
      assert.match(await refused(await certificate({ certificatePath })), /\(AADSTS700027\)/);
    });

    it('that was renewed on disk is taken without a restart', async () => {
      const token = source(await certificate());
      await token();
      const next = await makeCertificate();
      entra.change({ certificates: [next.certificate] });
      assert.match((await failure(token(true))).userText, /\(AADSTS700027\)/);
      await put('cordon.pem', next.certificate, next.key);
      assert.equal(entra.validToken(await token()), true);
    });

    it('that Entra does not know, or knows to be over, is said to be that', async () => {
      entra.change({ certificates: [] });
      assert.match(
        await refused(await certificate()),
        /\(AADSTS700027\): it does not know the certificate\. Upload the one in AZURE_CLIENT_CERTIFICATE_PATH/,
      );
      const old = await makeCertificate({ to: Date.now() - 60_000 });
      entra.change({ certificates: [old.certificate] });
      const certificatePath = await put('old.pem', old.certificate, old.key);
      assert.match(
        await refused(await certificate({ certificatePath }), { now: () => Date.now() - 3_600_000 }),
        /\(AADSTS700027\): the certificate has expired\..*AZURE_CLIENT_CERTIFICATE_PATH/,
      );
      assert.match(await refused(await certificate({ certificatePath })), /expired on \d{4}-\d\d-\d\d: make a new one/);
    });

    it('is refused with what is wrong with the file, before anybody is asked', async () => {
      const other = await makeCertificate();
      const { privateKey: short } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
      const { privateKey: curve } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const pem = (key: typeof short): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
      const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
        ['empty', [], /the file of AZURE_CLIENT_CERTIFICATE_PATH is empty/],
        ['text', ['certificate'], /AZURE_CLIENT_CERTIFICATE_PATH names a file that is no PEM/],
        ['pfx', ['\u0030\u0002\u0001'], /binary one: make PEM of a PFX with openssl pkcs12/],
        ['no key', [own.certificate], /a certificate but no private key/],
        ['no certificate', [own.key], /a key but no certificate/],
        ['another key', [own.certificate, other.key], /belongs to none of the certificates/],
        ['two keys', [own.certificate, own.key, other.key], /more than one private key/],
        ['short', [own.certificate, pem(short)], /RSA key of 2048 bits or more/],
        ['curve', [own.certificate, pem(curve)], /RSA key of 2048 bits or more/],
        [
          'cut',
          [own.certificate.slice(0, 90), '\n-----END CERTIFICATE-----\n', own.key],
          /certificate .* cannot be read/,
        ],
        ['broken', [own.certificate, own.key.replace(/[A-Za-z0-9]{40}/, '')], /private key .* cannot be read/],
      ];
      for (const [name, parts, said] of cases) {
        const certificatePath = await put(`${name}.pem`, ...parts);
        assert.match(await refused(await certificate({ certificatePath })), said, name);
      }
      assert.match(
        await refused(await certificate({ certificatePath: folder })),
        /AZURE_CLIENT_CERTIFICATE_PATH is a folder/,
      );
      assert.match(
        await refused(await certificate({ certificatePath: join(folder, 'none.pem') })),
        /AZURE_CLIENT_CERTIFICATE_PATH is not there/,
      );
      assert.equal(entra.issued(), 0);
    });

    it('that may not be read is said to be that', async function () {
      if (process.getuid?.() === 0) this.skip();
      const settings = await certificate();
      await chmod(join(folder, 'cordon.pem'), 0);
      assert.match(await refused(settings), /may not be read by the user that Cordon runs as/);
    });
  });

  describe('a workload identity', () => {
    beforeEach(() => {
      entra.change({ federated: [workload.federated] });
    });

    it('gets a token, and reads its file anew for the next', async () => {
      const token = source(await federated());
      const one = await token();
      assert.equal(entra.validToken(one), true);
      await put('token', '');
      assert.equal(await token(), one);
      assert.match((await failure(token(true))).userText, /AZURE_FEDERATED_TOKEN_FILE is empty/);
      await put('token', `${workload.token()}\n`);
      assert.equal(entra.validToken(await token()), true);
    });

    it('is refused with what does not match', async () => {
      const asked = async (over: Parameters<WorkloadIssuer['token']>[0]): Promise<string> =>
        refused(await federated(workload.token(over)));
      assert.match(await asked({ subject: 'system:serviceaccount:default:default' }), /\(AADSTS700213\).* subject/);
      assert.match(await asked({ issuer: 'https://elsewhere.example.com' }), /\(AADSTS700211\).* issuer/);
      assert.match(await asked({ audience: 'api://AzureADTokenExchangeUSGov' }), /\(AADSTS700212\).* audience/);
      for (const text of [await asked({ subject: 'x' }), await asked({ issuer: 'x' })]) {
        assert.match(text, /AZURE_CLIENT_ID.*AZURE_FEDERATED_TOKEN_FILE/);
      }
      const stranger = createWorkloadIssuer(Date.now);
      assert.match(await refused(await federated(stranger.token())), /\(AADSTS50027\).*AZURE_FEDERATED_TOKEN_FILE/);
      entra.change({ federated: [] });
      assert.match(await asked({}), /\(AADSTS700211\)/);
    });

    it('is refused with what is wrong with the file', async () => {
      const old = workload.token({ expiresAt: Date.now() - 600_000 });
      assert.match(await refused(await federated(old)), /AZURE_FEDERATED_TOKEN_FILE expired at .* not renewed/);
      assert.equal(entra.issued(), 0);
      // A clock of this machine that is behind does not see it; Entra does.
      assert.match(
        await refused(await federated(old), { now: () => Date.now() - 3_600_000 }),
        /\(AADSTS700024\).*clock of this machine.*AZURE_FEDERATED_TOKEN_FILE/,
      );
      assert.match(
        await refused(await federated('')),
        /AZURE_FEDERATED_TOKEN_FILE is empty: .*azure\.workload\.identity\/use/,
      );
      for (const token of ['secret', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.']) {
        assert.match(await refused(await federated(token)), /holds no token of the platform/);
      }
      const missing = await federated('', { federatedTokenPath: join(folder, 'none') });
      assert.match(await refused(missing), /AZURE_FEDERATED_TOKEN_FILE is not there: .*azure\.workload\.identity\/use/);
    });
  });
});
