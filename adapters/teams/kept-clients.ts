import { ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import {
  type AuthenticateRequestResult,
  type ClaimsIdentity,
  type ConnectorClient,
  ConnectorFactory,
  type UserTokenClient,
} from 'botframework-connector';

/** A cloud has some ten service URLs, one a region. */
const most = 16;

/**
 * The SDK's authentication, which makes two clients with a pipeline each for every activity, though Cordon answers by its own connector
 * and has no sign-in. Here they are made once. Who is let in is not touched: each activity goes through all the SDK's checks, and what is
 * kept, by service URL and audience, belongs to the bot and to nobody who writes to it.
 */
export class AuthenticationWithKeptClients extends ConfigurationBotFrameworkAuthentication {
  readonly #connectors = new Map<string, ConnectorClient>();
  #userTokens: UserTokenClient | undefined;

  override async authenticateRequest(
    ...given: Parameters<ConfigurationBotFrameworkAuthentication['authenticateRequest']>
  ) {
    const result: AuthenticateRequestResult = await super.authenticateRequest(...given);
    return result.connectorFactory === undefined
      ? result
      : { ...result, connectorFactory: new Keeping(result.connectorFactory, this.#connectors) };
  }

  /** Every identity that was let in is one that speaks to this bot, and the client is for the bot's app. */
  override async createUserTokenClient(identity: ClaimsIdentity): Promise<UserTokenClient> {
    this.#userTokens ??= await super.createUserTokenClient(identity);
    return this.#userTokens;
  }
}

class Keeping extends ConnectorFactory {
  constructor(
    private readonly factory: ConnectorFactory,
    private readonly kept: Map<string, ConnectorClient>,
  ) {
    super();
  }

  override async create(serviceUrl: string, audience?: string): Promise<ConnectorClient> {
    const key = JSON.stringify([serviceUrl, audience]);
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    const made = await this.factory.create(serviceUrl, audience);
    if (this.kept.size >= most) this.kept.clear();
    this.kept.set(key, made);
    return made;
  }
}
