import { startEntra, type EntraStandIn } from '../../../sandbox/entra.js';
import { objectIds, teamsConversations, teamsIds, teamsPeople } from '../../../sandbox/cast.js';
import {
  connectorResource,
  startTeams,
  type TeamsConversation,
  type TeamsOnLoopback,
  type TeamsOptions,
} from '../../../sandbox/teams.js';

export const noon = Date.parse('2026-11-23T12:00:00Z');
export { objectIds, teamsIds };

/** A channel and a group chat in which the bot is not. */
export const lobby: TeamsConversation = {
  id: '19:lobby0000000000000000000000000000@thread.tacv2',
  type: 'channel',
  name: 'Lobby',
  teamId: '19:other@thread.tacv2',
  teamName: 'Other team',
  members: [objectIds.alice],
  installed: false,
};

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
}

export interface TeamsBench {
  readonly teams: TeamsOnLoopback;
  readonly entra: EntraStandIn;
  wait(ms: number): void;
  /** A call of the connector; `path` below `v3/conversations`, without a leading slash. */
  call(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  /** Sends a message as the bot and returns its id. */
  post(conversation: string, body: object, query?: string): Promise<string>;
  close(): Promise<void>;
}

/** With a clock that stands still, unless the options bring another. */
export async function startTeamsBench(options: Partial<TeamsOptions> = {}): Promise<TeamsBench> {
  let time = noon;
  const now = options.now ?? ((): number => time);
  const entra = await startEntra({ now });
  const conversations = [...teamsConversations, lobby];
  const teams = await startTeams({ now, entra, users: teamsPeople, conversations, rateLimits: false, ...options });
  const call: TeamsBench['call'] = async (method, path, body, token = entra.issue(connectorResource)) => {
    const response = await fetch(`${teams.serviceUrl}v3/conversations${path === '' ? '' : `/${path}`}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Answer['body'];
    const error = answer.error as { code?: string } | undefined;
    return {
      status: response.status,
      body: answer,
      code: error?.code,
      retryAfter: response.headers.get('retry-after'),
    };
  };
  return {
    teams,
    entra,
    wait: (ms) => {
      time += ms;
    },
    call,
    async post(conversation, body, query = '') {
      const answer = await call('POST', `${encodeURIComponent(conversation)}/activities${query}`, body);
      if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
      return String(answer.body.id);
    },
    async close() {
      await teams.close();
      await entra.close();
    },
  };
}

export const text = (words: string): object => ({ type: 'message', text: words });

/** A message with an Adaptive Card; `over` replaces fields of the card. */
export function card(over: Readonly<Record<string, unknown>> = {}): object {
  const content = {
    type: 'AdaptiveCard',
    version: '1.5',
    fallbackText: 'Restrict laptop-7?',
    body: [{ type: 'TextBlock', text: 'Restrict laptop-7?' }],
    actions: [
      { type: 'Action.Execute', title: 'Approve', verb: 'press', data: { token: 'yes' }, associatedInputs: 'none' },
      {
        type: 'Action.ShowCard',
        title: 'Deny',
        card: {
          type: 'AdaptiveCard',
          body: [{ type: 'Input.Text', id: 'reason', label: 'Why?', isRequired: true, errorMessage: 'Say why.' }],
          actions: [{ type: 'Action.Execute', title: 'Deny it', verb: 'press', data: { token: 'no' } }],
        },
      },
    ],
    ...over,
  };
  const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content }];
  return { type: 'message', summary: 'Restrict laptop-7?', attachments };
}
