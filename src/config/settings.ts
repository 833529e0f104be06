import { z } from 'zod';
import { cloudNames, regions } from '../defender/clouds.js';
import { documentedQuota } from '../defender/quota.js';
import { credentialKinds } from './entra.js';

const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]|::1)$/;

/** Whether a host name or address is this machine by its form alone: no name is looked up. */
export function isLoopback(host: string): boolean {
  return loopback.test(host);
}

const url = z
  .url({ protocol: /^https?$/ })
  .refine((text) => text.startsWith('https:') || isLoopback(new URL(text).hostname), {
    error: 'has to start with https:// (http is for loopback alone)',
  })
  .transform((text) => text.replace(/\/+$/, ''));

const httpsUrl = url.refine((text) => text.startsWith('https:'), { error: 'has to start with https://' });

const count = (fallback: number, least: number, most: number) =>
  z.coerce.number({ error: 'has to be a number' }).int().min(least).max(most).default(fallback);

const truth = z.enum(['true', 'false', '1', '0'], { error: 'has to be true or false' });

const isYes = (text: z.infer<typeof truth>): boolean => text === 'true' || text === '1';

const yes = truth.default('false').transform(isYes);

const yesUnlessNo = z
  .enum(['true', 'false', '1', '0'], { error: 'has to be true or false' })
  .default('true')
  .transform((text) => text === 'true' || text === '1');

/** In lower case, as Entra and the Bot Framework write their ids. */
const guidOr = (error: string) =>
  z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { error });

const guid = guidOr('has to be an id like 11111111-2222-4333-8444-555555555555');

/** Entra would take a domain as well, but then nobody and no group of the policy, which all name their tenant by its id, were of this one. */
const tenantId = guidOr(
  'has to be the id of the tenant, like 11111111-2222-4333-8444-555555555555, and no domain: copy the Directory (tenant) ID of the app registration (docs/entra.md)',
);

const guids = z
  .string()
  .transform((text) => text.split(',').filter((part) => part.trim() !== ''))
  .pipe(z.array(guid).min(1, { error: 'has to be one or more tenant ids, separated by commas' }));

/** Microsoft's own samples write these in several ways. */
const appType = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(
    z.enum(['singletenant', 'multitenant', 'userassignedmsi'], {
      error: 'has to be SingleTenant, MultiTenant or UserAssignedMSI',
    }),
  )
  .transform((text) => {
    switch (text) {
      case 'singletenant':
        return 'SingleTenant';
      case 'multitenant':
        return 'MultiTenant';
      case 'userassignedmsi':
        return 'UserAssignedMSI';
    }
  });

/** The Bot Framework's own settings, under its own names. */
const botFramework = {
  MicrosoftAppId: guid.optional(),
  MicrosoftAppPassword: z.string().optional(),
  MicrosoftAppType: appType.optional(),
  MicrosoftAppTenantId: guid.optional(),
  ChannelService: z
    .string()
    .transform((text) => text.trim().toLowerCase().replace(/\/+$/, ''))
    .pipe(z.literal('https://botframework.azure.us', { error: 'has to be empty or https://botframework.azure.us' }))
    .optional(),
  ToChannelFromBotLoginUrl: httpsUrl
    .refine((text) => /^\/[^/]+$/.test(new URL(text).pathname), {
      error: 'has to end with the tenant, as in https://login.microsoftonline.com/botframework.com',
    })
    .optional(),
  ToChannelFromBotOAuthScope: z
    .string()
    .transform((text) => text.trim().replace(/\/\.default$/, ''))
    .optional(),
  ToBotFromChannelTokenIssuer: z.string().trim().optional(),
  ToBotFromChannelOpenIdMetadataUrl: url.optional(),
  OAuthUrl: z.string().optional(),
  ToBotFromEmulatorOpenIdMetadataUrl: z.string().optional(),
  CallerId: z.string().optional(),
  ValidateAuthority: z.string().optional(),
};

/** One entry per setting. The keys are the names of the environment variables. */
export const settings = z.object({
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number({ error: 'has to be a port number' }).int().min(0).max(65_535).default(3_978),
  DATABASE_URL: z.string().default('sqlite:data/cordon.db'),
  CORDON_POLICY: z.string().default('policy.yaml'),
  CORDON_AUDIT_KEY: z
    .string()
    .default('data/audit-key.pem')
    .transform((text) => text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()])))
    .pipe(z.array(z.string()).min(1, { error: 'has to be the path of a key file, or several separated by commas' })),
  CORDON_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  CORDON_METRICS: yesUnlessNo,
  CORDON_COMMENT_LENGTH: count(1_000, 200, 10_000),
  CORDON_SETTLE_SECONDS: count(60, 5, 3_600),
  CORDON_QUOTA_SCOPE: z
    .enum(['operation', 'app'], { error: 'has to be operation or app' })
    .default(documentedQuota.scope),
  CORDON_ATTEMPTS: count(3, 1, 10),
  CORDON_DRY_RUN: yes,
  CORDON_LEASE_SECONDS: count(20, 2, 600),
  CORDON_OPEN_REQUESTS: count(10_000, 1, 1_000_000),
  CORDON_OPEN_REQUESTS_PER_PERSON: count(500, 1, 1_000_000),
  CORDON_GRAPH_URL: url.optional(),
  CORDON_GRAPH_SCOPE: z.string().endsWith('/.default', { error: 'has to end with /.default' }).optional(),
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-', { error: 'has to start with xoxb-' }).optional(),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_APP_TOKEN: z.string().startsWith('xapp-', { error: 'has to start with xapp-' }).optional(),
  SLACK_API_URL: url.optional(),
  ...botFramework,
  CORDON_TEAMS_TENANTS: guids.optional(),
  CORDON_TEAMS_SERVICE_URL: url.transform((text) => `${text}/`).optional(),
  CORDON_PLAYGROUND: yes,
  AZURE_TENANT_ID: tenantId.optional(),
  AZURE_CLIENT_ID: z.string().optional(),
  CORDON_CREDENTIAL: z
    .enum(credentialKinds, {
      error: `has to be ${credentialKinds.slice(0, -1).join(', ')} or ${credentialKinds.at(-1)}`,
    })
    .optional(),
  AZURE_CLIENT_SECRET: z.string().optional(),
  AZURE_CLIENT_CERTIFICATE_PATH: z.string().optional(),
  AZURE_CLIENT_CERTIFICATE_PASSWORD: z.string().optional(),
  AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: truth.transform(isYes).optional(),
  AZURE_FEDERATED_TOKEN_FILE: z.string().optional(),
  AZURE_AUTHORITY_HOST: httpsUrl.optional(),
  ENTRA_DISABLE_INSTANCE_DISCOVERY: yes,
  DEFENDER_CLOUD: z.enum(cloudNames).default('commercial'),
  DEFENDER_REGION: z.enum(regions).optional(),
  DEFENDER_API_URL: url.optional(),
  DEFENDER_CALLS_PER_MINUTE: count(documentedQuota.callsPerMinute, 1, 100_000),
  DEFENDER_CALLS_PER_HOUR: count(documentedQuota.callsPerHour, 1, 1_000_000),
  DEFENDER_SCOPE: z.string().endsWith('/.default', { error: 'has to end with /.default' }).optional(),
});

export type Settings = z.infer<typeof settings>;

/** Names of all settings, for the test that keeps the documentation true. */
export const settingNames = Object.keys(settings.shape);
