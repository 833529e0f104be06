import { LogLevel, WebClient } from '@slack/web-api';
import { slackChannel, slackUser, startSlack, type SlackOptions, type SlackStandIn } from '../../../sandbox/slack.js';

export const noon = Date.parse('2026-11-23T12:00:00Z');

export const mira = slackUser({ id: 'U0MIRA', name: 'mira' });
export const omar = slackUser({ id: 'U0OMAR', name: 'omar' });
export const guest = slackUser({ id: 'U0GUEST', is_restricted: true });
export const leaver = slackUser({ id: 'U0GONE', deleted: true });
export const partner = slackUser({ id: 'U0PARTNER', team_id: 'T0OTHER' });
export const robot = slackUser({ id: 'U0ROBOT', is_bot: true });

export const incidents = slackChannel({
  id: 'C0INCIDENTS',
  name: 'incidents',
  is_ext_shared: true,
  members: ['U0CORDON', 'U0MIRA', 'U0OMAR', 'U0PARTNER'],
});
export const lobby = slackChannel({ id: 'C0LOBBY', members: ['U0MIRA'] });
export const secret = slackChannel({ id: 'C0SECRET', is_private: true, members: ['U0MIRA'] });
export const attic = slackChannel({ id: 'C0ATTIC', is_archived: true, members: ['U0CORDON', 'U0MIRA'] });

export interface SlackBench {
  readonly slack: SlackStandIn;
  /** Slack's own client, without retries. */
  readonly client: WebClient;
  readonly now: () => number;
  wait(ms: number): void;
}

export async function startSlackBench(options: Partial<SlackOptions> = {}): Promise<SlackBench> {
  let now = noon;
  const slack = await startSlack({
    now: () => now,
    users: [mira, omar, guest, leaver, partner, robot],
    channels: [incidents, lobby, secret, attic],
    ...options,
  });
  return {
    slack,
    client: clientOf(slack, slack.botToken),
    now: () => now,
    wait: (ms) => {
      now += ms;
    },
  };
}

export function clientOf(slack: SlackStandIn, token: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: { ...silent, setLevel: () => undefined, setName: () => undefined, getLevel: () => LogLevel.ERROR },
  });
}

const ignore = (): void => undefined;
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** The error name of a call that Slack's client rejected. */
export async function errorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (thrown) {
    const { data, code } = thrown as { data?: { error?: string }; code?: string };
    return data?.error ?? code ?? 'unknown';
  }
  return 'no error';
}

export const section = (text: string): { type: 'section'; text: { type: 'mrkdwn'; text: string } } => ({
  type: 'section',
  text: { type: 'mrkdwn', text },
});

export const button = (
  label: string,
  over: Record<string, unknown> = {},
): { type: 'button'; action_id: string; text: { type: 'plain_text'; text: string }; value: string } => ({
  type: 'button',
  action_id: label.toLowerCase(),
  text: { type: 'plain_text', text: label },
  value: `token-${label}`,
  ...over,
});
