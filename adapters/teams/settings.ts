/** The settings of the Teams adapter, as src/config.ts hands them over. */
export interface TeamsSettings {
  /** Undefined only with `anonymous`. */
  readonly appId: string | undefined;
  readonly appType: 'SingleTenant' | 'MultiTenant' | 'UserAssignedMSI';
  /** Undefined for UserAssignedMSI, and with `anonymous`. */
  readonly password: string | undefined;
  /** The Entra tenant in which the bot's app lives; undefined for MultiTenant. */
  readonly tenantId: string | undefined;
  /** Entra tenants whose members may speak to Cordon. Empty only with `anonymous`, where any tenant is taken. */
  readonly tenants: readonly string[];
  readonly channel: ChannelSettings;
  /** For private authorities: Entra's public instance is not asked whether the authority is known. */
  readonly disableInstanceDiscovery: boolean;
  /**
   * Nobody is authenticated: for Microsoft 365 Agents Playground on this machine. src/config.ts allows it on loopback alone, with a
   * Defender on loopback.
   */
  readonly anonymous: boolean;
}

/** Where the Bot Framework lives; the public cloud's values unless the Bot Framework's own settings say otherwise. */
export interface ChannelSettings {
  /** https authority, tenant included, that gives the bot its token for the connector (`ToChannelFromBotLoginUrl`); undefined for the usual one. */
  readonly loginUrl: string | undefined;
  /** `ToChannelFromBotOAuthScope`, without `/.default`. */
  readonly oAuthScope: string;
  /** `ToBotFromChannelTokenIssuer`. */
  readonly tokenIssuer: string;
  /** `ToBotFromChannelOpenIdMetadataUrl`. */
  readonly openIdMetadataUrl: string;
  /** Where a conversation is reached that never wrote to the bot: `https://smba.trafficmanager.net/teams/` in the public cloud. */
  readonly serviceUrl: string;
}
