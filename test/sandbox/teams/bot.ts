import { type Agent, request } from 'node:https';
import { AppCredentials, ServiceClientCredentialsFactory } from 'botframework-connector';

/** The SDK's own credentials ask Microsoft whether the authority is known; these ask the authority that the settings name. */
export class Credentials extends AppCredentials {
  constructor(
    private readonly settings: Readonly<Record<string, string>>,
    private readonly agent: Agent,
  ) {
    super(settings.MicrosoftAppId ?? '', undefined, settings.ToChannelFromBotOAuthScope);
    // The SDK's cache is one for the process, the app's id the same in every test.
    this.tokenCacheKey = settings.ToChannelFromBotLoginUrl ?? '';
  }

  protected override async refreshToken(): Promise<{ accessToken: string; expiresOn: Date }> {
    const form = {
      grant_type: 'client_credentials',
      client_id: this.appId,
      client_secret: this.settings.MicrosoftAppPassword ?? '',
      scope: `${this.oAuthScope}/.default`,
    };
    const body = await postForm(`${this.settings.ToChannelFromBotLoginUrl}/oauth2/v2.0/token`, form, this.agent);
    const { access_token } = JSON.parse(body) as { access_token?: string };
    if (access_token === undefined) throw new Error(body);
    return { accessToken: access_token, expiresOn: new Date(Date.now() + 3_600_000) };
  }
}

export class Factory extends ServiceClientCredentialsFactory {
  constructor(
    private readonly appId: string,
    private readonly credentials: Credentials,
  ) {
    super();
  }
  override isValidAppId(appId: string): Promise<boolean> {
    return Promise.resolve(appId === this.appId);
  }
  override isAuthenticationDisabled(): Promise<boolean> {
    return Promise.resolve(false);
  }
  override createCredentials(): Promise<Credentials> {
    return Promise.resolve(this.credentials);
  }
}

export function postForm(url: string, form: Record<string, string>, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = request(url, { method: 'POST', headers, agent }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        resolve(body);
      });
    });
    sent.on('error', reject);
    sent.end(new URLSearchParams(form).toString());
  });
}
