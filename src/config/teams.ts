import type { TeamsCloud } from '../defender/clouds.js';
import { isLoopback, type Settings } from './settings.js';

/** What the Teams adapter is started with. */
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
  readonly channel: TeamsChannelSettings;
  /** For private authorities: Entra's public instance is not asked whether the authority is known. */
  readonly disableInstanceDiscovery: boolean;
  /**
   * Nobody is authenticated: for Microsoft 365 Agents Playground on this machine. allowed on loopback alone, with a
   * Defender on loopback.
   */
  readonly anonymous: boolean;
}

/** Where the Bot Framework lives; the public cloud's values unless the Bot Framework's own settings say otherwise. */
export interface TeamsChannelSettings {
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

const app = ['MicrosoftAppId', 'MicrosoftAppPassword', 'MicrosoftAppType', 'MicrosoftAppTenantId'] as const;
/** Without one of these, tokens would be taken from, or asked of, another cloud than the rest. */
const channel = [
  'ToChannelFromBotLoginUrl',
  'ToChannelFromBotOAuthScope',
  'ToBotFromChannelTokenIssuer',
  'ToBotFromChannelOpenIdMetadataUrl',
] as const;
/** Taken so that a complete set of the Bot Framework's settings starts; Cordon has no use for them. */
const unused = ['OAuthUrl', 'ToBotFromEmulatorOpenIdMetadataUrl', 'CallerId', 'ValidateAuthority'] as const;
const rest = ['ChannelService', 'CORDON_TEAMS_TENANTS', 'CORDON_TEAMS_SERVICE_URL'] as const;

const guide = 'see docs/teams.md';

type Name = keyof Settings;

/** Whether anything was set that is for Teams. */
export function wantsTeams(given: Settings): boolean {
  return given.CORDON_PLAYGROUND || [...app, ...channel, ...unused, ...rest].some((name) => given[name] !== undefined);
}

export function teamsProblems(given: Settings): string[] {
  if (!wantsTeams(given)) return [];
  return given.CORDON_PLAYGROUND ? playgroundProblems(given) : [...appProblems(given), ...channelProblems(given)];
}

/** Without authentication anybody who reaches the port is whoever they say they are. */
function playgroundProblems(given: Settings): string[] {
  const problems: string[] = [];
  const there = set(given, [...app, ...channel, ...unused, 'ChannelService']);
  if (there.length > 0) {
    problems.push(`CORDON_PLAYGROUND switches authentication off, so ${list(there)} must not be set with it.`);
  }
  if (!isLoopback(given.HOST)) {
    problems.push('CORDON_PLAYGROUND is for this machine alone: set HOST to 127.0.0.1.');
  }
  if (given.DEFENDER_API_URL === undefined || !isLoopback(new URL(given.DEFENDER_API_URL).hostname)) {
    problems.push(
      'CORDON_PLAYGROUND is for a Defender on this machine alone: set DEFENDER_API_URL to one on loopback, as the sandbox does.',
    );
  }
  return problems;
}

function appProblems(given: Settings): string[] {
  const { MicrosoftAppType: type = 'SingleTenant' } = given;
  if (given.MicrosoftAppId === undefined) {
    const there = set(given, [...app, ...channel, ...unused, ...rest]);
    return [`MicrosoftAppId is missing, though ${list(there)} ${there.length === 1 ? 'is' : 'are'} there: ${guide}.`];
  }
  const problems: string[] = [];
  if (type === 'UserAssignedMSI') {
    if (given.MicrosoftAppPassword !== undefined) {
      problems.push(
        'MicrosoftAppPassword must not be set with MicrosoftAppType=UserAssignedMSI: a managed identity has none.',
      );
    }
  } else if (given.MicrosoftAppPassword === undefined) {
    problems.push(`MicrosoftAppPassword is missing, which MicrosoftAppType=${type} needs: ${guide}.`);
  }
  if (given.MicrosoftAppTenantId === undefined) {
    if (type !== 'MultiTenant') {
      problems.push(`MicrosoftAppTenantId is missing, which MicrosoftAppType=${type} needs: ${guide}.`);
    } else if (given.CORDON_TEAMS_TENANTS === undefined) {
      problems.push('CORDON_TEAMS_TENANTS is missing: say from which Entra tenants people may speak to Cordon.');
    }
  }
  return problems;
}

function channelProblems(given: Settings): string[] {
  const there = set(given, [...channel, 'OAuthUrl', 'ToBotFromEmulatorOpenIdMetadataUrl']);
  const missing = channel.filter((name) => given[name] === undefined);
  if (there.length === 0 || missing.length === 0) return [];
  return [
    `${list(missing)} ${missing.length === 1 ? 'is' : 'are'} missing, though ${list(there)} is set: set all of them or none.`,
  ];
}

/** Undefined where Teams is off. Expects settings without problems. */
export function toTeams(given: Settings, cloud: TeamsCloud): TeamsSettings | undefined {
  if (!wantsTeams(given)) return undefined;
  const { MicrosoftAppTenantId: tenantId, MicrosoftAppType: appType = 'SingleTenant' } = given;
  return {
    appId: given.MicrosoftAppId,
    appType,
    password: given.MicrosoftAppPassword,
    tenantId: appType === 'MultiTenant' ? undefined : tenantId,
    tenants: given.CORDON_TEAMS_TENANTS ?? (tenantId === undefined ? [] : [tenantId]),
    channel: channelOf(given, cloud),
    disableInstanceDiscovery: given.ENTRA_DISABLE_INSTANCE_DISCOVERY,
    anonymous: given.CORDON_PLAYGROUND,
  };
}

/** The Playground's own, so that nothing is ever sent to Microsoft from there. */
const playgroundUrl = 'http://localhost:56150/_connector';

/**
 * Sources: the constants of botframework-connector 4.23.3 (`AuthenticationConstants`, `GovernmentConstants`).
 */
function channelOf(given: Settings, cloud: TeamsCloud): TeamsChannelSettings {
  const government = given.ChannelService !== undefined || cloud.channelService === 'government';
  const home = given.MicrosoftAppType === 'MultiTenant' ? undefined : given.MicrosoftAppTenantId;
  const usual = government
    ? {
        loginUrl: `https://login.microsoftonline.us/${home ?? 'MicrosoftServices.onmicrosoft.us'}`,
        name: 'https://api.botframework.us',
        openIdMetadataUrl: 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration',
      }
    : {
        loginUrl: undefined,
        name: 'https://api.botframework.com',
        openIdMetadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
      };
  return {
    loginUrl: given.ToChannelFromBotLoginUrl ?? usual.loginUrl,
    oAuthScope: given.ToChannelFromBotOAuthScope ?? usual.name,
    tokenIssuer: given.ToBotFromChannelTokenIssuer ?? usual.name,
    openIdMetadataUrl: given.ToBotFromChannelOpenIdMetadataUrl ?? usual.openIdMetadataUrl,
    serviceUrl: given.CORDON_TEAMS_SERVICE_URL ?? (given.CORDON_PLAYGROUND ? playgroundUrl : cloud.serviceUrl),
  };
}

function set(given: Settings, names: readonly Name[]): Name[] {
  return names.filter((name) => given[name] !== undefined);
}

function list(names: readonly Name[]): string {
  return names.join(', ');
}
