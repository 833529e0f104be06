import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EntraStandIn } from '../../sandbox/entra.js';
import { makeCertificate } from '../../sandbox/entra/certificates.js';
import { startManagedIdentity } from '../../sandbox/entra/managed-identity.js';
import { createWorkloadIssuer } from '../../sandbox/entra/workload.js';
import { Scene } from './scene.js';

const noSecret = { AZURE_CLIENT_SECRET: '' };

/** A real process with each kind of credential, from the command to the end of the action. */
describe('a Cordon that signs in with', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-signs-in-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** `prepare` makes Entra know the credential; the process asks for its first token only afterwards, at its first call. */
  async function restricts(
    settings: Readonly<Record<string, string>>,
    choice: { readonly kind: string; readonly how: string },
    prepare: (entra: EntraStandIn) => void,
  ): Promise<readonly string[]> {
    const scene = await Scene.open({ settings });
    try {
      prepare(scene.sandbox.entra);
      await scene.ask();
      const card = await scene.card();
      await scene.press(card);
      await scene.inThread(card, /app execution is restricted/);
      assert.equal(scene.posts().length, 1);
      const said = scene.sandbox.cordon().log.map((line) => JSON.parse(line) as { msg: string; credential?: unknown });
      assert.deepEqual(said.find(({ msg }) => msg.startsWith('Cordon signs in'))?.credential, choice);
      return said.map(({ msg }) => msg);
    } finally {
      await scene.close();
    }
  }

  it('a client secret restricts a device', async () => {
    await restricts({}, { kind: 'client-secret', how: 'inferred' }, () => undefined);
  });

  it('a certificate restricts a device, and is warned of when it is about to expire', async () => {
    const own = await makeCertificate({ to: Date.now() + 10 * 86_400_000 });
    const path = join(folder, 'cordon.pem');
    await writeFile(path, own.certificate + own.key);
    const settings = { ...noSecret, AZURE_CLIENT_CERTIFICATE_PATH: path };
    const said = await restricts(settings, { kind: 'certificate', how: 'inferred' }, (entra) => {
      entra.change({ certificates: [own.certificate] });
    });
    assert.ok(said.some((msg) => /AZURE_CLIENT_CERTIFICATE_PATH .* expires on .*, in 9 days/.test(msg)));
  });

  it('a workload identity restricts a device', async () => {
    const workload = createWorkloadIssuer(Date.now);
    const path = join(folder, 'token');
    await writeFile(path, workload.token());
    const settings = { ...noSecret, AZURE_FEDERATED_TOKEN_FILE: path };
    await restricts(settings, { kind: 'workload-identity', how: 'inferred' }, (entra) => {
      entra.change({ federated: [workload.federated] });
    });
  });

  it('a managed identity restricts a device', async () => {
    const identity = 'aaaaaaaa-0000-4000-8000-00000000000a';
    let entra: EntraStandIn | undefined;
    const known = (): EntraStandIn => {
      assert.ok(entra);
      return entra;
    };
    const azure = await startManagedIdentity({
      entra: {
        issueAs: (id, resource) => known().issueAs(id, resource),
        resourcesOf: (id) => known().resourcesOf(id),
      },
      now: Date.now,
      system: identity,
    });
    try {
      const settings = {
        ...noSecret,
        AZURE_CLIENT_ID: '',
        CORDON_CREDENTIAL: 'managed-identity',
        ...azure.settings.appService,
      };
      await restricts(settings, { kind: 'managed-identity', how: 'set' }, (started) => {
        entra = started;
        started.register({
          clientId: identity,
          resources: ['https://api.securitycenter.microsoft.com'],
          roles: ['Machine.Read.All', 'Machine.RestrictExecution'],
        });
      });
      assert.ok(azure.asked() > 0);
    } finally {
      await azure.close();
    }
  });
});
