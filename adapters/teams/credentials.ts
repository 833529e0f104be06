import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { AppCredentials, type AuthenticatorResult, ServiceClientCredentialsFactory } from 'botframework-connector';
import { clientSecretCredential, entraErrorNumber } from '../../src/defender/credentials.js';
import { messageOf } from '../../src/errors.js';
import { PlatformError } from '../../src/platform.js';
import type { Log } from './log.js';
import type { TeamsSettings } from '../../src/config/teams.js';
import { within } from '../../src/time.js';

const publicAuthority = 'https://login.microsoftonline.com';
/** Tenant of bots that are registered for every tenant. Source: `AuthenticationConstants.DefaultChannelAuthTenant`. */
const multiTenantHome = 'botframework.com';
const timeoutMs = 15_000;

/**
 * Cordon's own token for the Bot Framework's connector, through the same library as its token for Defender. The SDK's own
 * credentials take Microsoft's authorities alone. The cache, five minutes short of expiry, is `AppCredentials`' own.
 */
export class BotCredentials extends AppCredentials {
  readonly #credential: TokenCredential;
  #asking: Promise<AuthenticatorResult> | undefined;

  constructor(settings: TeamsSettings, credential: TokenCredential = botCredential(settings)) {
    // Without an app id, which is `anonymous`, `AppCredentials` asks for no token.
    super(settings.appId ?? '', undefined, settings.channel.oAuthScope);
    this.#credential = credential;
    // The cache is shared by the process: one app may be known to two authorities.
    this.tokenCacheKey += `@${settings.channel.loginUrl ?? publicAuthority}`;
  }

  /** However many calls need a token at the same time, Entra is asked once. */
  protected override async refreshToken(): Promise<AuthenticatorResult> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    const { accessToken, expiresOn } = await this.#asking;
    // `AppCredentials` moves the date that it is given.
    return { accessToken, expiresOn: new Date(expiresOn) };
  }

  async #ask(): Promise<AuthenticatorResult> {
    const answer = await within(timeoutMs, this.#credential.getToken(`${this.oAuthScope}/.default`));
    if (answer === null) throw new Error('the credential gave no token');
    return { accessToken: answer.token, expiresOn: new Date(answer.expiresOnTimestamp) };
  }
}

/** `loginUrl` wins where it is set, its tenant included. */
export function botCredential({ appId = '', password = '', appType, ...settings }: TeamsSettings): TokenCredential {
  if (appType === 'UserAssignedMSI') return new ManagedIdentityCredential({ clientId: appId });
  const usual = `${publicAuthority}/${settings.tenantId ?? multiTenantHome}`;
  const authority = new URL(settings.channel.loginUrl ?? usual);
  const { disableInstanceDiscovery } = settings;
  // Made at the first token: with `anonymous` there is nothing to make one of.
  return {
    getToken: (scopes, options) =>
      clientSecretCredential({
        tenantId: authority.pathname.slice(1),
        clientId: appId,
        clientSecret: password,
        authorityHost: authority.origin,
        disableInstanceDiscovery,
      }).getToken(scopes, options),
  };
}

/** What the SDK asks about the bot: one app, and authentication is off with `anonymous` alone, never for want of an app id. */
export class BotCredentialsFactory extends ServiceClientCredentialsFactory {
  constructor(
    private readonly settings: Pick<TeamsSettings, 'appId' | 'anonymous'>,
    private readonly credentials: BotCredentials,
  ) {
    super();
  }

  override isValidAppId(appId: string): Promise<boolean> {
    return Promise.resolve(this.settings.appId !== undefined && appId === this.settings.appId);
  }

  override isAuthenticationDisabled(): Promise<boolean> {
    return Promise.resolve(this.settings.anonymous);
  }

  override createCredentials(): Promise<BotCredentials> {
    return Promise.resolve(this.credentials);
  }
}

/** Entra's numbers for what an administrator can put right. Source: Microsoft's AADSTS error code reference. */
const advice: Readonly<Record<string, string>> = {
  AADSTS7000215: "the client secret is wrong. Put the secret's value, not its id, into MicrosoftAppPassword",
  AADSTS7000222: 'the client secret has expired. Make a new one and put its value into MicrosoftAppPassword',
  AADSTS700016:
    'the tenant does not know the app. Check MicrosoftAppId, MicrosoftAppType, and that MicrosoftAppTenantId is the tenant of the app registration',
  AADSTS90002: 'it does not know the tenant. Check MicrosoftAppTenantId, and ChannelService for a government cloud',
};

/** A `PlatformError` code `teams_credentials` where Entra refused for good; undefined for everything that may pass, such as an outage. */
export function credentialsRefused(error: unknown): PlatformError | undefined {
  const number = entraErrorNumber(error);
  const why = number === undefined ? undefined : advice[number];
  if (number === undefined || why === undefined) return undefined;
  return new PlatformError('credentials', 'teams_credentials', `the bot gets no token: ${number}`, {
    cause: error,
    userText: `Entra gave the bot no token (${number}): ${why}. See docs/teams.md.`,
  });
}

/** Asks for a token once. Throws what `credentialsRefused` makes of a refusal; whatever may pass is only logged. */
export async function checkCredentials(credentials: Pick<BotCredentials, 'getToken'>, log: Log): Promise<void> {
  try {
    await credentials.getToken();
  } catch (error) {
    const refused = credentialsRefused(error);
    if (refused !== undefined) throw refused;
    log.warn({ err: error }, `the bot gets no token yet: ${messageOf(error)}`);
  }
}
