import { type CloudName, cloud } from '../defender/clouds.js';
import type { Settings } from './settings.js';

/**
 * Whether the settings that replace a part of a cloud belong to it. A token asked of one cloud is worth nothing in another, and a
 * mixture says so only at the first call, hours after the start. Guarantees: a value known to be of another cloud is refused at the
 * start. Does not: an address that is not in this table, a proxy say, is taken as it is.
 */

/** Which clouds a host belongs to. `none`: a Microsoft cloud that has no Defender for Endpoint API. */
interface Known {
  readonly host: RegExp;
  readonly clouds: readonly CloudName[];
}

const commercial = ['commercial'] as const;
const gcc = ['gcc'] as const;
const worldwide = ['commercial', 'gcc'] as const;
const government = ['gcc-high', 'dod'] as const;
const none = [] as const;

/** Sources: learn.microsoft.com `entra/identity-platform/authentication-national-cloud`; the older names are MSAL's aliases. */
const authorities: readonly Known[] = [
  {
    host: /^(login\.microsoftonline\.com|login\.windows\.net|login\.microsoft\.com|sts\.windows\.net)$/,
    clouds: worldwide,
  },
  { host: /^(login\.microsoftonline\.us|login\.usgovcloudapi\.net)$/, clouds: government },
  { host: /^(login\.partner\.microsoftonline\.cn|login\.chinacloudapi\.cn)$/, clouds: none },
];

/** Sources: defender-docs `gov.md`, `improve-request-performance.md`; the older names are those of its earlier pages. */
const defenderApis: readonly Known[] = [
  { host: /^([a-z]+\.)?api\.security\.microsoft\.com$/, clouds: commercial },
  { host: /^(api|api-(us|eu|uk|au)\d?)\.securitycenter\.(microsoft|windows)\.com$/, clouds: commercial },
  { host: /^api-gcc\.(securitycenter|security)\.microsoft\.us$/, clouds: gcc },
  { host: /^api-gov\.(securitycenter|security)\.microsoft\.us$/, clouds: government },
];

/** What a token for Defender may be for: the API's own host, or the older identifiers of the same app. */
const defenderScopes: readonly Known[] = [
  ...defenderApis,
  { host: /^securitycenter\.onmicrosoft\.com$/, clouds: worldwide },
  { host: /^securitycenter\.onmicrosoft\.us$/, clouds: government },
];

/** Source: learn.microsoft.com `graph/deployments`. */
const graphs: readonly Known[] = [
  { host: /^graph\.microsoft\.com$/, clouds: worldwide },
  { host: /^graph\.microsoft\.us$/, clouds: ['gcc-high'] },
  { host: /^dod-graph\.microsoft\.us$/, clouds: ['dod'] },
  { host: /^microsoftgraph\.chinacloudapi\.cn$/, clouds: none },
];

/** Sources: the constants of botframework-connector 4.23.3 (`AuthenticationConstants`, `GovernmentConstants`). */
const channels: readonly Known[] = [
  { host: /^(api|login)\.botframework\.com$/, clouds: worldwide },
  { host: /^(api\.botframework\.us|(login\.|api\.)?botframework\.azure\.us)$/, clouds: government },
  { host: /^(api|login)\.botframework\.azure\.cn$/, clouds: none },
];

const teamsServices: readonly Known[] = [
  { host: /^smba\.trafficmanager\.net$/, clouds: commercial },
  { host: /^smba\.infra\.gcc\.teams\.microsoft\.com$/, clouds: gcc },
  { host: /^smba\.infra\.gov\.teams\.microsoft\.us$/, clouds: ['gcc-high'] },
  { host: /^smba\.infra\.dod\.teams\.microsoft\.us$/, clouds: ['dod'] },
];

/** What each setting is, and where its value may be known from. */
const parts = {
  AZURE_AUTHORITY_HOST: { is: 'the Entra', known: authorities },
  DEFENDER_API_URL: { is: 'the Defender', known: defenderApis },
  DEFENDER_SCOPE: { is: 'the Defender', known: defenderScopes },
  CORDON_GRAPH_URL: { is: 'the Microsoft Graph', known: graphs },
  CORDON_GRAPH_SCOPE: { is: 'the Microsoft Graph', known: graphs },
  ChannelService: { is: 'the Bot Framework', known: channels },
  CORDON_TEAMS_SERVICE_URL: { is: 'the Teams', known: teamsServices },
  ToChannelFromBotLoginUrl: { is: 'the Entra', known: authorities },
  ToChannelFromBotOAuthScope: { is: 'the Bot Framework', known: channels },
  ToBotFromChannelTokenIssuer: { is: 'the Bot Framework', known: channels },
  ToBotFromChannelOpenIdMetadataUrl: { is: 'the Bot Framework', known: channels },
} as const satisfies Partial<Record<keyof Settings, { readonly is: string; readonly known: readonly Known[] }>>;

type Part = keyof typeof parts;
const names = Object.keys(parts) as Part[];

/** One sentence per setting that disagrees with the cloud, with both names and what to change. No value is repeated. */
export function cloudProblems(given: Settings): string[] {
  const { DEFENDER_CLOUD: chosen, DEFENDER_REGION: region } = given;
  const problems = names.flatMap((name) => {
    const home = homeOf(name, given[name]);
    return home === undefined || home.includes(chosen) ? [] : [disagreement(name, home, chosen)];
  });
  if (region === undefined) return problems;
  if (chosen !== 'commercial') {
    return [...problems, `DEFENDER_REGION is for DEFENDER_CLOUD=commercial alone, not for ${chosen}.`];
  }
  const host = hostOf(given.DEFENDER_API_URL);
  const known = host !== undefined && defenderApis.some((each) => each.host.test(host));
  if (known && host !== hostOf(cloud(chosen, region).apiUrl) && problems.length === 0) {
    problems.push(
      `DEFENDER_API_URL names another Defender than that of DEFENDER_REGION=${region}: remove one of the two.`,
    );
  }
  return problems;
}

function disagreement(name: Part, home: readonly CloudName[], chosen: CloudName): string {
  const { is } = parts[name];
  if (home.length === 0) {
    return `${name} names ${is} of a cloud that has no Defender for Endpoint API, but DEFENDER_CLOUD is ${chosen}: remove ${name}.`;
  }
  const own = home.join(' and ');
  const other = home.map((each) => `DEFENDER_CLOUD=${each}`).join(' or ');
  return `${name} names ${is} of ${own}, but DEFENDER_CLOUD is ${chosen}: set ${other} if that is the tenant's cloud, else remove ${name}.`;
}

/** What an operator should know though nothing is wrong: Slack belongs to no tenant of Microsoft, so it is never refused. */
export function cloudNotices(given: Settings): string[] {
  if (given.SLACK_BOT_TOKEN === undefined) return [];
  const { DEFENDER_CLOUD: chosen } = given;
  const preset = cloud(chosen).slackApiUrl;
  const usual = isGovSlack(preset);
  if (given.SLACK_API_URL === undefined) {
    return usual
      ? [
          `Slack is GovSlack (${preset}), because DEFENDER_CLOUD is ${chosen}: for a workspace on slack.com set SLACK_API_URL=https://slack.com/api`,
        ]
      : [];
  }
  const gov = isGovSlack(given.SLACK_API_URL);
  const publicSlack = /^(www\.)?slack\.com$/.test(hostOf(given.SLACK_API_URL) ?? '');
  if (usual ? !publicSlack : !gov) return [];
  return [
    `SLACK_API_URL names ${gov ? 'GovSlack' : 'the public Slack'}, but DEFENDER_CLOUD is ${chosen}: it is taken as it is, so make sure that what is said about devices may be there`,
  ];
}

function isGovSlack(url: string): boolean {
  return /(^|\.)slack-gov\.com$/.test(hostOf(url) ?? '');
}

/** Undefined where nothing is known of the value. */
function homeOf(name: Part, value: string | undefined): readonly CloudName[] | undefined {
  const host = hostOf(value);
  if (host === undefined) return undefined;
  return parts[name].known.find((each) => each.host.test(host))?.clouds;
}

/** Of a URL; scopes are URLs too, or the id of an app, which is the same in every cloud. */
function hostOf(value: string | undefined): string | undefined {
  return value !== undefined && URL.canParse(value)
    ? new URL(value).hostname.toLowerCase().replace(/\.$/, '')
    : undefined;
}
