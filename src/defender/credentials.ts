import { ClientSecretCredential, type ClientSecretCredentialOptions, type TokenCredential } from '@azure/identity';
import { messageOf } from '../errors.js';
import { within } from '../time.js';
import { DefenderError } from './errors.js';
import { redact } from './redact.js';

/** A bearer token for Defender; with `force`, never one that was given before. Throws `DefenderError` code `token_failed`. */
export type TokenSource = (force?: boolean) => Promise<string>;

export interface TokenSourceOptions {
  /** Has to ask Entra on every call, as `clientSecretCredential` does: the cache is here. */
  readonly credential: TokenCredential;
  readonly scope: string;
  /** Unix ms. */
  readonly now: () => number;
  /** How long to wait for Entra. */
  readonly timeoutMs?: number;
}

/** A token is not used any more when it has less than this left. */
const reserveMs = 5 * 60_000;

/** However many calls need a token at the same time, Entra is asked once. */
export function createTokenSource({ credential, scope, now, timeoutMs = 30_000 }: TokenSourceOptions): TokenSource {
  let cached: { readonly token: string; readonly expiresAt: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    try {
      const answer = await within(timeoutMs, credential.getToken(scope));
      if (answer === null) throw new Error('the credential gave no token');
      cached = { token: answer.token, expiresAt: answer.expiresOnTimestamp };
      return answer.token;
    } catch (thrown) {
      cached = undefined;
      throw tokenError(thrown);
    }
  }

  return (force = false) => {
    if (!force && cached !== undefined && now() < cached.expiresAt - reserveMs) return Promise.resolve(cached.token);
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

export interface ClientSecretSettings {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** https only; `@azure/identity` refuses anything else. */
  readonly authorityHost: string;
  /** For private authorities that Microsoft's discovery does not know (`ENTRA_DISABLE_INSTANCE_DISCOVERY`). */
  readonly disableInstanceDiscovery?: boolean;
}

/** A credential that asks Entra on every call. `options` reach `@azure/identity` (its HTTP client, proxy, retries). */
export function clientSecretCredential(
  settings: ClientSecretSettings,
  options: ClientSecretCredentialOptions = {},
): TokenCredential {
  const { tenantId, clientId, clientSecret, authorityHost, disableInstanceDiscovery = false } = settings;
  return {
    // A new instance each time: MSAL keeps tokens inside it, and `@azure/identity` passes on nothing that skips them.
    getToken: async (scopes, getOptions) =>
      new ClientSecretCredential(tenantId, clientId, clientSecret, {
        ...options,
        authorityHost,
        disableInstanceDiscovery,
      }).getToken(scopes, getOptions),
  };
}

/** Entra's numbers for what an administrator can put right. Source: Microsoft's AADSTS error code reference. */
const advice: Readonly<Record<string, string>> = {
  AADSTS7000215: "the client secret is wrong. Put the secret's value, not its id, into AZURE_CLIENT_SECRET",
  AADSTS7000222:
    'the client secret has expired. Make a new one in the app registration and put its value into AZURE_CLIENT_SECRET',
  AADSTS700016:
    'the tenant does not know the application. Check AZURE_CLIENT_ID, and that AZURE_TENANT_ID is the tenant of that app registration',
  AADSTS90002:
    'it does not know the tenant. Check AZURE_TENANT_ID, and that AZURE_AUTHORITY_HOST is the one of your cloud',
  AADSTS500011:
    'it does not know the API of the scope. Check DEFENDER_SCOPE and DEFENDER_CLOUD, and that the tenant has Defender for Endpoint',
};

const otherAdvice =
  'no known reason was given. Check AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_AUTHORITY_HOST, and that Cordon can reach Entra over the network';

/** `AADSTS7000215` where Entra says why it gave no token. */
export function entraErrorNumber(thrown: unknown): string | undefined {
  return /\bAADSTS\d+/.exec(messageOf(thrown))?.[0];
}

function tokenError(thrown: unknown): DefenderError {
  const message = messageOf(thrown);
  const number = entraErrorNumber(thrown);
  const why = (number === undefined ? undefined : advice[number]) ?? otherAdvice;
  const shownNumber = number === undefined ? '' : ` (${number})`;
  return new DefenderError('token_failed', `token: ${redact(message, 500)}`, {
    taken: 'no',
    cause: thrown,
    userText: `Entra gave Cordon no token${shownNumber}: ${why}. Nothing was changed.`,
  });
}
