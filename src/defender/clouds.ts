import { CordonError } from '../errors.js';

/** The Microsoft clouds that have a Defender for Endpoint API. Source: defender-docs `gov.md`. */
export const cloudNames = ['commercial', 'gcc', 'gcc-high', 'dod'] as const;
export type CloudName = (typeof cloudNames)[number];

/** Regional hosts of the commercial cloud. Source: defender-docs `includes/improve-request-performance.md`. */
export const regions = ['us', 'eu', 'uk', 'au', 'swa', 'ina'] as const;
export type Region = (typeof regions)[number];

/** Where a tenant's Defender, Entra, Graph and Teams are, and its people's Slack. Each value can be replaced by a setting. */
export interface Cloud {
  /** Without a trailing slash; `/api/...` is appended. */
  readonly apiUrl: string;
  readonly scope: string;
  readonly authorityHost: string;
  readonly portalUrl: string;
  /** Microsoft Graph, without a trailing slash. Source: learn.microsoft.com `graph/deployments`. */
  readonly graphUrl: string;
  /**
   * Base URL of Slack's Web API, without a trailing slash. GovSlack, on its own domain and isolated from slack.com, is for what has to
   * be held at FedRAMP High or DoD IL4. Source: api.slack-gov.com `gov-slack/about`.
   */
  readonly slackApiUrl: string;
  readonly teams: TeamsCloud;
}

/** Where a tenant's Teams and its bots' channel are. */
export interface TeamsCloud {
  /** The Bot Framework's channel service; `government` is `ChannelService=https://botframework.azure.us`. */
  readonly channelService: 'public' | 'government';
  /**
   * Where a conversation is reached that never wrote to the bot. Source: learn.microsoft.com "Send proactive messages", and the
   * constants of Microsoft's `agents-hosting`.
   */
  readonly serviceUrl: string;
}

const slack = 'https://slack.com/api';
const govSlack = 'https://slack-gov.com/api';

const usGovernmentApi = 'https://api-gov.securitycenter.microsoft.us';

const clouds: Readonly<Record<CloudName, Cloud>> = {
  commercial: {
    apiUrl: 'https://api.security.microsoft.com',
    // The audience of the older host: with one for the newer host the API answers 403.
    scope: 'https://api.securitycenter.microsoft.com/.default',
    authorityHost: 'https://login.microsoftonline.com',
    portalUrl: 'https://security.microsoft.com',
    graphUrl: 'https://graph.microsoft.com',
    slackApiUrl: slack,
    teams: { channelService: 'public', serviceUrl: 'https://smba.trafficmanager.net/teams/' },
  },
  // Microsoft does not publish the scopes of the government clouds; clients in use ask for the API's own host.
  gcc: {
    apiUrl: 'https://api-gcc.securitycenter.microsoft.us',
    scope: 'https://api-gcc.securitycenter.microsoft.us/.default',
    authorityHost: 'https://login.microsoftonline.com',
    portalUrl: 'https://security.microsoft.com',
    graphUrl: 'https://graph.microsoft.com',
    slackApiUrl: slack,
    teams: { channelService: 'public', serviceUrl: 'https://smba.infra.gcc.teams.microsoft.com/teams/' },
  },
  'gcc-high': {
    apiUrl: usGovernmentApi,
    scope: `${usGovernmentApi}/.default`,
    authorityHost: 'https://login.microsoftonline.us',
    portalUrl: 'https://security.microsoft.us',
    graphUrl: 'https://graph.microsoft.us',
    slackApiUrl: govSlack,
    teams: { channelService: 'government', serviceUrl: 'https://smba.infra.gov.teams.microsoft.us/teams/' },
  },
  dod: {
    apiUrl: usGovernmentApi,
    scope: `${usGovernmentApi}/.default`,
    authorityHost: 'https://login.microsoftonline.us',
    portalUrl: 'https://security.apps.mil',
    graphUrl: 'https://dod-graph.microsoft.us',
    slackApiUrl: govSlack,
    teams: { channelService: 'government', serviceUrl: 'https://smba.infra.dod.teams.microsoft.us/teams/' },
  },
};

/** Throws `CordonError` code `region_not_available` for a region outside the commercial cloud. */
export function cloud(name: CloudName, region?: Region): Cloud {
  if (region === undefined) return clouds[name];
  if (name !== 'commercial') {
    throw new CordonError('region_not_available', `The ${name} cloud has no region ${region}`, {
      userText: `DEFENDER_REGION is for the commercial cloud only. Remove it, or set DEFENDER_CLOUD to commercial.`,
    });
  }
  return { ...clouds.commercial, apiUrl: `https://${region}.api.security.microsoft.com` };
}
