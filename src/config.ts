import { cloudNotices, cloudProblems } from './config/clouds.js';
import { type CredentialChoice, credentialChoice, entraProblems, type EntraSettings, toEntra } from './config/entra.js';
import { type Settings, settingNames, settings } from './config/settings.js';
import { teamsProblems, type TeamsSettings, toTeams, wantsTeams } from './config/teams.js';
import { cloud, type CloudName } from './defender/clouds.js';
import type { QuotaSettings } from './defender/quota.js';
import { CordonError } from './errors.js';
import type { CreateLimits } from './store/store.js';

export type { EntraSettings } from './config/entra.js';
export { settingNames } from './config/settings.js';

/** Everything that an operator can set, validated. docs/configuration.md describes each; a test keeps the two in step. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  /** `GET /metrics` answers. */
  readonly metrics: boolean;
  readonly databaseUrl: string;
  readonly policyPath: string;
  /** Files of the audit keys; the first one signs. */
  readonly auditKeyPaths: readonly string[];
  readonly slack: SlackSettings | undefined;
  readonly teams: TeamsSettings | undefined;
  readonly cloud: CloudName;
  readonly entra: EntraSettings;
  /** Which credential `entra` has, and how it was chosen: for the log. */
  readonly credential: CredentialChoice;
  readonly defender: DefenderSettings;
  /** Microsoft Graph, asked for the members of Entra groups that the policy names. */
  readonly graph: { readonly url: string; readonly scope: string };
  /** What Defender lets Cordon call. */
  readonly quota: QuotaSettings;
  /** The longest Comment sent to Defender, in characters. */
  readonly commentLength: number;
  /** How long Defender is searched after a lost answer before the call may be sent again. */
  readonly settleMs: number;
  /** How often one Request's call may be sent in all. */
  readonly attempts: number;
  /** So many Requests may be open at once, in all and of one person. */
  readonly mostOpen: CreateLimits;
  /** Everything happens but the calls that change something at Defender. */
  readonly dryRun: boolean;
  /** How long after its last sign of life a replica counts as dead. */
  readonly leaseMs: number;
  /** What to warn of at the start though the settings are good. */
  readonly notices: readonly string[];
}

/** HTTP mode has a signing secret, Socket Mode an app token. */
export interface SlackSettings {
  readonly botToken: string;
  readonly signingSecret: string | undefined;
  readonly appToken: string | undefined;
  readonly apiUrl: string | undefined;
}

export interface DefenderSettings {
  readonly apiUrl: string;
  readonly scope: string;
  readonly portalUrl: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Code `config_invalid`. `problems` holds one sentence per mistake, each with the name of the setting and what to do. */
export class ConfigError extends CordonError {
  constructor(readonly problems: readonly string[]) {
    super('config_invalid', problems.join('\n'));
  }
}

/**
 * Reads the settings from the environment; an empty one counts as not set. Throws a `ConfigError` that names every
 * setting that is wrong, unknown or missing from its group.
 */
export function readConfig(env: Env): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = settings.safeParse(given);
  const problems = [
    ...unknownSettings(Object.keys(given)),
    ...(parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${lowerFirst(issue.message)}.`)),
    ...(parsed.success ? groupProblems(parsed.data) : []),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return toConfig(parsed.data);
}

function unknownSettings(names: readonly string[]): string[] {
  return names
    .filter((name) => /^(DEFENDER|CORDON)_/.test(name) && !settingNames.includes(name))
    .map((name) => {
      const known = settingNames.filter((other) => other.startsWith(name.slice(0, name.indexOf('_') + 1)));
      return `${name} is not a setting of Cordon. Known are ${known.join(', ')}.`;
    });
}

const noPlatform =
  'No chat platform is set up. For Slack set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN for Socket Mode): see docs/slack.md. For Teams set MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId: see docs/teams.md. To try Cordon without credentials: npm run sandbox.';

/** A group that is set in part is refused: it would be off, or weaker, without anybody noticing. */
function groupProblems(given: Settings): string[] {
  const problems: string[] = [];
  const slack = [given.SLACK_BOT_TOKEN, given.SLACK_SIGNING_SECRET, given.SLACK_APP_TOKEN, given.SLACK_API_URL];
  if (slack.every((value) => value === undefined)) {
    if (!wantsTeams(given)) problems.push(noPlatform);
  } else if (given.SLACK_BOT_TOKEN === undefined) {
    problems.push('SLACK_BOT_TOKEN is missing, though other SLACK_ settings are there: see docs/slack.md.');
  } else if (given.SLACK_SIGNING_SECRET === undefined && given.SLACK_APP_TOKEN === undefined) {
    problems.push('SLACK_SIGNING_SECRET is missing (or SLACK_APP_TOKEN for Socket Mode): see docs/slack.md.');
  }
  problems.push(...teamsProblems(given));
  problems.push(...entraProblems(given), ...cloudProblems(given));
  return problems;
}

function toConfig(given: Settings): Config {
  const preset = cloud(given.DEFENDER_CLOUD, given.DEFENDER_REGION);
  return {
    host: given.HOST,
    port: given.PORT,
    logLevel: given.CORDON_LOG_LEVEL,
    metrics: given.CORDON_METRICS,
    databaseUrl: given.DATABASE_URL,
    policyPath: given.CORDON_POLICY,
    auditKeyPaths: given.CORDON_AUDIT_KEY,
    slack:
      given.SLACK_BOT_TOKEN === undefined
        ? undefined
        : {
            botToken: given.SLACK_BOT_TOKEN,
            signingSecret: given.SLACK_SIGNING_SECRET,
            appToken: given.SLACK_APP_TOKEN,
            apiUrl: given.SLACK_API_URL ?? preset.slackApiUrl,
          },
    teams: toTeams(given, preset.teams),
    cloud: given.DEFENDER_CLOUD,
    entra: toEntra(given, preset),
    credential: credentialChoice(given) ?? { kind: 'client-secret', how: 'inferred' },
    defender: {
      apiUrl: given.DEFENDER_API_URL ?? preset.apiUrl,
      scope: given.DEFENDER_SCOPE ?? preset.scope,
      portalUrl: preset.portalUrl,
    },
    graph: {
      url: given.CORDON_GRAPH_URL ?? preset.graphUrl,
      scope: given.CORDON_GRAPH_SCOPE ?? `${preset.graphUrl}/.default`,
    },
    quota: {
      scope: given.CORDON_QUOTA_SCOPE,
      callsPerMinute: given.DEFENDER_CALLS_PER_MINUTE,
      callsPerHour: given.DEFENDER_CALLS_PER_HOUR,
    },
    commentLength: given.CORDON_COMMENT_LENGTH,
    settleMs: given.CORDON_SETTLE_SECONDS * 1_000,
    attempts: given.CORDON_ATTEMPTS,
    mostOpen: { open: given.CORDON_OPEN_REQUESTS, openOfRequester: given.CORDON_OPEN_REQUESTS_PER_PERSON },
    dryRun: given.CORDON_DRY_RUN,
    leaseMs: given.CORDON_LEASE_SECONDS * 1_000,
    notices: cloudNotices(given),
  };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
