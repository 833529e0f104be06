import { WebAPIRequestError, WebClient, type WebClientOptions } from '@slack/web-api';
import { z } from 'zod';

import {
  type Check,
  counted,
  failed,
  noConnection,
  ok,
  once,
  type Outcome,
  Skip,
  skipped,
  warning,
} from '../../src/ops/doctor/check.js';
import { type Announced, announcedOn } from '../../src/ops/doctor/announced.js';
import type { DoctorPorts, PlatformDoctor } from '../../src/ops/doctor/platform-doctor.js';
import { PlatformError } from '../../src/platform.js';
import type { Policy } from '../../src/policy/policy.js';
import type { SlackAdapterSettings } from './adapter.js';
import { toPlatformError } from './errors.js';
import { createSlackGroups } from './groups.js';
import { slackLogger } from './log.js';
import { createHome, lookUp } from './look-up.js';
import { neededScopes } from './names.js';
import { createSlackPlatform } from './platform.js';
import { createRespond } from './respond.js';

const timeoutMs = 10_000;

const identity = z.object({
  team: z.string().optional(),
  team_id: z.string(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});
type Identity = z.infer<typeof identity>;

const channelInfo = z.object({
  channel: z.object({
    name: z.string().optional(),
    is_member: z.boolean().optional(),
    is_archived: z.boolean().optional(),
  }),
});

const silent = slackLogger({ debug: ignore, info: ignore, warn: ignore, error: ignore });

/**
 * Slack for the doctor. It asks who the token is, who people are and where the bot is, and nothing that Slack would show or deliver
 * differently afterwards: a connection for Socket Mode is asked for, but never made, because Slack would hand it events.
 */
export function createSlackDoctor(settings: SlackAdapterSettings, ports: DoctorPorts): PlatformDoctor {
  const fetch = ports.fetch('slack');
  const endpoint: WebClientOptions = {
    fetch,
    timeout: timeoutMs,
    logger: silent,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    ...(settings.apiUrl === undefined ? {} : { slackApiUrl: `${settings.apiUrl.replace(/\/+$/, '')}/` }),
  };
  const where = new URL(settings.apiUrl ?? 'https://slack.com/api').host;
  const client = new WebClient(settings.botToken, endpoint);
  const home = createHome(client);
  const platform = createSlackPlatform({ client, home, respond: createRespond(fetch, timeoutMs) });
  const whoAmI = once(async (): Promise<Identity> => {
    const answer = await client.auth.test().catch((error: unknown) => {
      throw toPlatformError(error, 'auth.test');
    });
    return identity.parse(answer);
  });
  const known = (): Promise<Identity> =>
    whoAmI().catch(() => {
      throw new Skip('Slack does not take the bot token: see slack.token.');
    });
  return {
    name: 'slack',
    groups: createSlackGroups(client, home),
    async lookUp(account) {
      await known();
      return lookUp(client, home, account);
    },
    post: (conversation, view) => platform.send({ to: 'conversation', conversation }, view),
    checks: (policy) => [
      { id: 'slack.token', area: 'slack', title: 'Bot token', run: () => token(whoAmI, where) },
      {
        id: 'slack.scopes',
        area: 'slack',
        title: 'Scopes of the bot token',
        run: async () => scopes(await known(), policy),
      },
      inbound(settings, endpoint, where),
      {
        id: 'slack.channels',
        area: 'slack',
        title: 'Channels of the policy',
        timeoutMs: 60_000,
        run: async () => {
          await known();
          return channels(client, policy);
        },
      },
    ],
  };
}

async function token(whoAmI: () => Promise<Identity>, where: string): Promise<Outcome> {
  try {
    const { team = '', team_id: id, user = 'the bot', bot_id: bot } = await whoAmI();
    if (bot === undefined) {
      return failed(
        `The token is that of a person or of an app without a bot (${user} in ${team} ${id}).`,
        'Set SLACK_BOT_TOKEN to the Bot User OAuth Token (xoxb-…) of the app’s page Install App.',
      );
    }
    return ok(`Slack knows it as ${user} in ${team} (${id}).`);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const code = error.code.replace(/^slack_/, '');
    if (error.kind === 'later') {
      return failed(
        `Slack cannot be asked at ${where}: ${noConnection(beneath(error))}.`,
        'Check that this machine reaches it (DNS, proxy, firewall), and SLACK_API_URL and DEFENDER_CLOUD, which choose it.',
      );
    }
    return failed(
      `Slack does not take the bot token (${code}).`,
      code === 'account_inactive' || code === 'token_revoked'
        ? 'The app was removed from the workspace: install it again on the app’s page Install App, and set SLACK_BOT_TOKEN to the token that it shows.'
        : 'Set SLACK_BOT_TOKEN to the Bot User OAuth Token (xoxb-…) of the app’s page Install App.',
    );
  }
}

function scopes({ response_metadata: metadata }: Identity, policy: Policy | undefined): Outcome {
  const granted = metadata?.scopes;
  if (granted === undefined)
    return warning('Slack does not say which scopes the token has.', 'Compare them by hand with docs/slack.md.');
  const groups = [...(policy?.sources?.values() ?? [])].flat().some(({ kind }) => kind === 'slack-group');
  const needed = neededScopes({ groups, emails: policy?.people.matchEmail === true });
  const missing = needed.filter(({ scope }) => !granted.includes(scope));
  if (missing.length === 0)
    return ok(`It has all ${needed.length} that it needs: ${needed.map(({ scope }) => scope).join(', ')}.`);
  return failed(
    `It lacks ${missing.map(({ scope, why }) => `${scope} (${why})`).join(', ')}.`,
    `On the app’s page OAuth & Permissions add ${missing.map(({ scope }) => scope).join(', ')} under Bot Token Scopes, or make the app again from its manifest; then Reinstall to Workspace.`,
  );
}

/** How Slack reaches Cordon: with signed requests, or over a socket that Cordon opens. */
function inbound(
  { appToken, signingSecret = '' }: SlackAdapterSettings,
  endpoint: WebClientOptions,
  where: string,
): Check {
  if (appToken !== undefined) {
    return {
      id: 'slack.socket',
      area: 'slack',
      title: 'App token for Socket Mode',
      run: () => socket(appToken, endpoint, where),
    };
  }
  return {
    id: 'slack.signing-secret',
    area: 'slack',
    title: 'Signing secret',
    run: () => {
      if (/^[0-9a-f]{32}$/.test(signingSecret)) {
        return Promise.resolve(
          ok('It looks like one: 32 hex digits. Whether it is this app’s shows only when Slack sends something.'),
        );
      }
      return Promise.resolve(
        failed(
          `It does not look like one: it has ${signingSecret.length} characters, and Slack’s are 32 of 0-9 and a-f.`,
          'Set SLACK_SIGNING_SECRET to the Signing Secret on the app’s page Basic Information; the Verification Token is another one.',
        ),
      );
    },
  };
}

async function socket(appToken: string, endpoint: WebClientOptions, where: string): Promise<Outcome> {
  try {
    await new WebClient(appToken, endpoint).apps.connections.open({});
    return ok(
      'Slack would open a socket for it (connections:write). Whether that of a running Cordon is up says /readyz: see endpoint.ready.',
    );
  } catch (thrown) {
    const error = toPlatformError(thrown, 'apps.connections.open');
    const code = error.code.replace(/^slack_/, '');
    if (code === 'missing_scope') {
      return failed(
        'The app token lacks the scope connections:write.',
        'On the app’s page Basic Information, App-Level Tokens, generate one with connections:write and put it into SLACK_APP_TOKEN.',
      );
    }
    if (error.kind === 'later')
      return failed(
        `Slack cannot be asked at ${where} for a socket: ${noConnection(beneath(error))}.`,
        'Check that this machine reaches slack.com and wss-primary.slack.com.',
      );
    return failed(
      `Slack opens no socket for the app token (${code}).`,
      'Put the token of the app’s page Basic Information, App-Level Tokens (xapp-…) into SLACK_APP_TOKEN, and switch Socket Mode on.',
    );
  }
}

async function channels(client: WebClient, policy: Policy | undefined): Promise<Outcome | Outcome[]> {
  if (policy === undefined) throw new Skip('There is no policy that could name any: see policy.file.');
  const announced = announcedOn('slack', policy);
  if (announced.length === 0)
    throw new Skip('The policy announces in no channel of Slack: requests are shown where they are asked.');
  const outcomes = await Promise.all(announced.map((each) => channel(client, each)));
  const bad = outcomes.filter(({ status }) => status !== 'ok');
  return bad.length > 0
    ? bad
    : ok(
        `${counted(announced.length, 'channel')}: Cordon is in ${announced.length === 1 ? 'it' : 'each'} (${outcomes.map(({ seen }) => seen).join(', ')}).`,
      );
}

async function channel(client: WebClient, { id, by }: Announced): Promise<Outcome> {
  try {
    const { channel: found } = channelInfo.parse(await client.conversations.info({ channel: id }));
    const name = `#${found.name ?? id}`;
    if (found.is_archived === true) {
      return failed(
        `${name} (${id}) is archived: no card can be posted there.`,
        `Unarchive it in Slack, or name another channel under ${by} of the policy.`,
        id,
      );
    }
    if (found.is_member !== true)
      return failed(
        `Cordon is not in ${name} (${id}), where ${by} announces: no card can be posted there.`,
        `In ${name} type /invite @cordon.`,
        id,
      );
    return ok(name);
  } catch (thrown) {
    const error = toPlatformError(thrown, 'conversations.info');
    switch (error.code) {
      case 'slack_missing_scope':
        return skipped(
          `Whether Cordon is in ${id} cannot be seen: its token has no right to look at channels.`,
          `Look in Slack whether Cordon is a member of ${id}, or type /invite @cordon there. Cordon itself does not need it, but with the scopes channels:read and groups:read the doctor can tell.`,
        );
      case 'slack_channel_not_found':
        return failed(
          `Slack knows no channel ${id}, or it is private and Cordon is not in it.`,
          `Type /invite @cordon in that channel, or put its id right under ${by} of the policy (channel details > About, at the bottom).`,
          id,
        );
      default:
        return warning(
          `Slack does not say anything about ${id}: ${error.message}.`,
          'Run cordon doctor again in a minute.',
          id,
        );
    }
  }
}

/** Slack's client keeps what fetch threw to itself. */
function beneath({ cause }: PlatformError): unknown {
  return cause instanceof WebAPIRequestError ? cause.original : cause;
}

function ignore(): void {
  // What Slack's client has to say, the checks say.
}
