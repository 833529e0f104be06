import type { EntraSettings } from '../config/entra.js';
import { CordonError } from '../errors.js';
import { appCertificateNames, readCertificate } from './certificate.js';
import { type ReadFile, readCredentialFile } from './credential-file.js';
import { mount, readFederatedToken } from './federated-token.js';

const dayMs = 24 * 60 * 60_000;
const warnBeforeMs = 30 * dayMs;

/**
 * What can be told of a credential without asking anybody, in words to warn of. Throws `CordonError`, code `credential_file`,
 * `certificate_unusable` or `federated_token_unusable`, where no token can ever be had with it. A federated token that has expired is
 * a warning alone: its platform may be about to renew it.
 */
export async function checkCredential(
  settings: EntraSettings,
  { readFile, now }: { readonly readFile: ReadFile; readonly now: () => number },
): Promise<readonly string[]> {
  switch (settings.kind) {
    case 'client-secret':
    case 'managed-identity':
      return [];
    case 'certificate': {
      const file = await readCredentialFile(appCertificateNames.path, settings.certificatePath, readFile);
      const { expiresAt, thumbprint } = readCertificate(file, settings.certificatePassword, now());
      const left = expiresAt - now();
      if (left >= warnBeforeMs) return [];
      return [
        `the certificate in AZURE_CLIENT_CERTIFICATE_PATH (thumbprint ${thumbprint}) expires on ${new Date(expiresAt).toISOString().slice(0, 10)}, in ${Math.floor(left / dayMs)} days: upload a new one to the app registration and replace the file; no restart is needed`,
      ];
    }
    case 'workload-identity': {
      const file = await readCredentialFile('AZURE_FEDERATED_TOKEN_FILE', settings.federatedTokenPath, readFile, mount);
      // As of the beginning of time nothing has expired, so that only the shape is checked.
      readFederatedToken(file, 0);
      try {
        readFederatedToken(file, now());
        return [];
      } catch (thrown) {
        if (thrown instanceof CordonError) return [thrown.message];
        throw thrown;
      }
    }
  }
}
