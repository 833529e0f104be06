import { readFile } from 'node:fs/promises';
import type * as Identity from '@azure/identity';
import type { AccessToken, ClientSecretCredentialOptions, GetTokenOptions, TokenCredential } from '@azure/identity';
import type {
  CertificateSettings,
  ClientSecretSettings,
  CredentialKind,
  EntraSettings,
  ManagedIdentitySettings,
  WorkloadIdentitySettings,
} from '../config/entra.js';
import { CordonError, messageOf } from '../errors.js';
import { appCertificateNames, type CertificateNames, readCertificate } from './certificate.js';
import { entraErrorNumber } from './credential-advice.js';
import { readCredentialFile, type ReadFile } from './credential-file.js';
import { mount, readFederatedToken } from './federated-token.js';
import { otherTenant } from './token-tenant.js';

export { createTokenSource, type TokenSource, type TokenSourceOptions } from './token-source.js';
export { entraErrorNumber } from './credential-advice.js';

/** Reaches `@azure/identity`: its HTTP client, TLS, retries. The same for every kind of credential. */
export type EntraClientOptions = Pick<
  ClientSecretCredentialOptions,
  'httpClient' | 'retryOptions' | 'additionalPolicies' | 'proxyOptions'
> & { readonly tlsOptions?: { readonly ca?: string } };

export interface CredentialOptions {
  readonly client?: EntraClientOptions;
  readonly readFile?: ReadFile;
  /** Unix ms. */
  readonly now?: () => number;
}

/** A credential that says what it is, so that its failures can be explained by the names of its settings. */
export interface EntraCredential extends TokenCredential {
  readonly kind: CredentialKind;
}

/** The library, which is a fifth of what a start takes: loaded at the first token, or by whoever has time for it before. */
export function loadIdentity(): Promise<typeof Identity> {
  return import('@azure/identity');
}

/**
 * The credential for Defender and Graph. It asks on every call, by a new object, because MSAL keeps tokens inside of one and
 * `@azure/identity` passes on nothing that skips them; files are read anew each time, so a renewed certificate or token is taken
 * without a restart. The exception is a managed identity: its tokens are kept for the whole process, and by the platform for up to a
 * day, and nothing here can have a fresh one before that. Throws `CordonError` where a file cannot be used, else what MSAL throws.
 */
export function entraCredential(settings: EntraSettings, options: CredentialOptions = {}): EntraCredential {
  return { kind: settings.kind, getToken: credentialOf(settings, options).getToken };
}

function credentialOf(settings: EntraSettings, options: CredentialOptions): { getToken: TokenCredential['getToken'] } {
  switch (settings.kind) {
    case 'client-secret':
      return clientSecretCredential(settings, options.client);
    case 'certificate':
      return certificateCredential(settings, options);
    case 'managed-identity':
      return managedIdentityCredential(settings, options);
    case 'workload-identity':
      return workloadIdentityCredential(settings, options);
  }
}

type Given<S, Optional extends keyof S> = Omit<S, 'kind' | Optional> & Partial<Pick<S, Optional>>;

export function clientSecretCredential(
  settings: Given<ClientSecretSettings, 'disableInstanceDiscovery'>,
  client: EntraClientOptions = {},
): TokenCredential {
  return asking(client, async (options) => {
    const { ClientSecretCredential } = await loadIdentity();
    const { tenantId, clientId, clientSecret } = settings;
    return new ClientSecretCredential(tenantId, clientId, clientSecret, { ...authority(settings), ...options });
  });
}

export function certificateCredential(
  settings: Given<CertificateSettings, 'disableInstanceDiscovery' | 'sendCertificateChain'>,
  { client = {}, readFile: read = readFile, now = Date.now }: CredentialOptions = {},
  names: CertificateNames = appCertificateNames,
): TokenCredential {
  return asking(client, async (options) => {
    const { tenantId, clientId, certificatePath, certificatePassword, sendCertificateChain = false } = settings;
    const file = await readCredentialFile(names.path, certificatePath, read);
    const { pem } = readCertificate(file, certificatePassword, now(), names);
    const { ClientCertificateCredential } = await loadIdentity();
    return new ClientCertificateCredential(
      tenantId,
      clientId,
      { certificate: pem },
      { ...authority(settings), sendCertificateChain, ...options },
    );
  });
}

function workloadIdentityCredential(
  settings: WorkloadIdentitySettings,
  { client = {}, readFile: read = readFile, now = Date.now }: CredentialOptions,
): TokenCredential {
  return asking(client, async (options) => {
    const { tenantId, clientId, federatedTokenPath } = settings;
    const file = await readCredentialFile('AZURE_FEDERATED_TOKEN_FILE', federatedTokenPath, read, mount);
    const assertion = readFederatedToken(file, now());
    const { ClientAssertionCredential } = await loadIdentity();
    return new ClientAssertionCredential(tenantId, clientId, () => Promise.resolve(assertion), {
      ...authority(settings),
      ...options,
    });
  });
}

function managedIdentityCredential(
  { clientId, tenantId }: ManagedIdentitySettings,
  { client = {} }: CredentialOptions,
): TokenCredential {
  const inner = asking(client, async (options) => {
    const { ManagedIdentityCredential } = await loadIdentity();
    return new ManagedIdentityCredential({ ...options, ...(clientId === undefined ? {} : { clientId }) });
  });
  return {
    async getToken(scopes, getOptions) {
      const answer = await inner.getToken(scopes, getOptions);
      const problem = answer === null ? undefined : otherTenant(answer.token, tenantId);
      if (problem !== undefined) throw problem;
      return answer;
    },
  };
}

function authority({
  authorityHost,
  disableInstanceDiscovery = false,
}: {
  readonly authorityHost: string;
  readonly disableInstanceDiscovery?: boolean;
}): { authorityHost: string; disableInstanceDiscovery: boolean } {
  return { authorityHost, disableInstanceDiscovery };
}

/** A new credential for each token. What the network or Entra said while MSAL looked for its endpoints, which it swallows, becomes the cause. */
function asking(
  client: EntraClientOptions,
  create: (options: EntraClientOptions) => Promise<TokenCredential>,
): TokenCredential {
  return {
    async getToken(scopes: string | string[], getOptions?: GetTokenOptions): Promise<AccessToken | null> {
      let lost: unknown;
      const noting: NonNullable<EntraClientOptions['additionalPolicies']>[number] = {
        position: 'perRetry',
        policy: {
          name: 'noteNetworkFailure',
          sendRequest: async (request, next) => {
            lost = undefined;
            try {
              const response = await next(request);
              const text = response.bodyAsText ?? '';
              if (response.status >= 400 && /AADSTS\d/.test(text)) lost = new Error(text);
              return response;
            } catch (thrown) {
              lost = thrown;
              throw thrown;
            }
          },
        },
      };
      const credential = await create({
        ...client,
        additionalPolicies: [...(client.additionalPolicies ?? []), noting],
      });
      try {
        return await credential.getToken(scopes, getOptions);
      } catch (thrown) {
        // What MSAL passes on is better read: it is only the description, and not the whole answer.
        if (lost === undefined || entraErrorNumber(thrown) !== undefined) throw thrown;
        throw new CordonError('no_entra_token', `${messageOf(thrown)} (${messageOf(lost)})`, { cause: lost });
      }
    },
  };
}
