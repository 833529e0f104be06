import { createServer } from 'node:http';
import express, { type Request, type Response } from 'express';
import { FaultPlan } from './faults.js';
import { listenOnLoopback } from './loopback.js';
import {
  answerTo,
  argumentsOf,
  RateLimited,
  type SlackFault,
  type SlackFaultKind,
  type SlackOperation,
} from './slack/answer.js';
import { methodNamed, type Arguments, type Office } from './slack/methods.js';
import {
  SlackError,
  type MessageEvent,
  type OpenView,
  type SlackApp,
  type SlackChannel,
  type SlackGroup,
  type SlackUser,
  type StoredMessage,
  type Team,
} from './slack/model.js';
import { Rates } from './slack/rates.js';
import { respond } from './slack/respond.js';
import { SocketMode } from './slack/socket-mode.js';
import { Tickets } from './slack/tickets.js';
import { Workspace } from './slack/workspace.js';

export type { MessageEvent, SlackFault, StoredMessage };
export { slackChannel, slackUser } from './slack/model.js';

export interface SlackOptions {
  /** Unix ms. */
  readonly now: () => number;
  readonly users: readonly SlackUser[];
  readonly channels: readonly SlackChannel[];
  readonly team?: Team;
  /** Accepted tokens and their scopes; when missing, `xoxb-sandbox` and `xapp-sandbox` with all that Cordon needs. */
  readonly tokens?: Readonly<Record<string, readonly string[]>>;
  /** Slack's rate limits are on unless this is false. */
  readonly rateLimits?: boolean;
}

/** One call as the stand-in saw it. `status` is `none` when the caller never got an answer. */
export interface SlackCall {
  readonly at: number;
  readonly method: string;
  readonly args: Arguments;
  readonly status: number | 'none';
  readonly error: string | undefined;
}

/** Slack on loopback: the Web API, `response_url`s and Socket Mode, with Slack's limits and errors. */
export interface SlackStandIn {
  /** For `SLACK_API_URL`: ends in `/api/`. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly workspace: Workspace;
  readonly tickets: Tickets;
  readonly socket: SocketMode;
  readonly views: Map<string, OpenView>;
  readonly calls: readonly SlackCall[];
  /** All of a channel, replies included, oldest first. */
  messages(channel: string): StoredMessage[];
  /** The root and its replies. */
  thread(channel: string, ts: string): StoredMessage[];
  /** What only this user sees, in any channel. */
  ephemerals(user: string): StoredMessage[];
  /** The conversation of this user with the bot. */
  dm(user: string): StoredMessage[];
  /** The modals in this user's client (everybody's when missing). */
  openViews(user?: string): OpenView[];
  /** Adds the user, or changes the one with that id: deactivates, makes a guest, … */
  putUser(user: SlackUser): void;
  putChannel(channel: SlackChannel): void;
  /** Adds the user group, or changes the one with that id. */
  putGroup(group: SlackGroup): void;
  /** As if a person deleted it. */
  deleteMessage(channel: string, ts: string): void;
  /** A fresh `trigger_id` of an interaction by this user. */
  newTrigger(user: string): string;
  /** A fresh `response_url` for this conversation. */
  newResponseUrl(channel: string, user: string, source?: StoredMessage): string;
  fault(fault: SlackFault): void;
  clearFaults(): void;
  /** Returns the function that stops listening. */
  onMessage(listener: (event: MessageEvent) => void): () => void;
  close(): Promise<void>;
}

export const sandboxApp: SlackApp = { id: 'A0CORDON', botId: 'B0CORDON', botUser: 'U0CORDON', name: 'cordon' };
export const sandboxTeam: Team = { id: 'T0HOME', domain: 'contoso', name: 'Contoso' };

const botToken = 'xoxb-sandbox';
const appToken = 'xapp-sandbox';
const defaultTokens: Readonly<Record<string, readonly string[]>> = {
  [botToken]: ['app_mentions:read', 'channels:read', 'chat:write', 'commands', 'groups:read'].concat([
    'im:history',
    'im:read',
    'im:write',
    'usergroups:read',
    'users:read',
    'users:read.email',
  ]),
  [appToken]: ['connections:write'],
};

export async function startSlack(options: SlackOptions): Promise<SlackStandIn> {
  const { now, tokens = defaultTokens } = options;
  const bot: SlackUser = {
    id: sandboxApp.botUser,
    team_id: (options.team ?? sandboxTeam).id,
    name: sandboxApp.name,
    real_name: 'Cordon',
    email: '',
    tz: 'UTC',
    deleted: false,
    is_bot: true,
    is_restricted: false,
    is_ultra_restricted: false,
  };
  const seed = { users: [...options.users, bot], channels: options.channels };
  const workspace = new Workspace(options.team ?? sandboxTeam, sandboxApp, seed, now);
  const tickets = new Tickets(now);
  const views = new Map<string, OpenView>();
  const rates = options.rateLimits === false ? undefined : new Rates();
  const faults = new FaultPlan<SlackOperation, SlackFaultKind>();
  const calls: SlackCall[] = [];

  const app = express();
  app.disable('x-powered-by');
  app.use(express.urlencoded({ extended: false, limit: '2mb' }), express.json({ limit: '2mb' }));
  const server = createServer(app);
  const socket = new SocketMode(server, sandboxApp.id);
  const { port, close } = await listenOnLoopback(server);

  /** Runs one call under the ordered fault, writes it into the journal and answers. */
  function serve(request: Request, response: Response, method: string, work: (args: Arguments) => object): void {
    const args = argumentsOf(request);
    const fault = faults.take(method);
    const answer = answerTo(fault, () => work(args));
    const silent = fault?.kind === 'timeout' || fault?.kind === 'reset' || fault?.kind === 'lost answer';
    calls.push({ at: now(), method, args, status: silent ? 'none' : answer.status, error: answer.error });
    if (fault?.kind === 'timeout') return;
    if (silent) response.socket?.destroy();
    else response.status(answer.status).set(answer.headers).json(answer.body);
  }

  app.all('/api/:method', (request, response) => {
    const name = request.params.method;
    serve(request, response, name, (args) => {
      const method = methodNamed(name);
      if (method === undefined) throw new SlackError('unknown_method', { req_method: name });
      const [, bearer] = /^Bearer (.+)$/.exec(request.get('authorization') ?? '') ?? [];
      const token = bearer ?? args.token;
      if (typeof token !== 'string') throw new SlackError('not_authed');
      const held = tokens[token];
      if (held === undefined) throw new SlackError('invalid_auth');
      response.set('X-OAuth-Scopes', held.join(','));
      if ((name === 'apps.connections.open') !== token.startsWith('xapp-'))
        throw new SlackError('not_allowed_token_type');
      const openSocket = (): string => `ws://127.0.0.1:${port}${socket.newLink()}`;
      const office: Office = { workspace, tickets, views, scopes: new Set(held), openSocket };
      const needed = method.scopes(args, office);
      response.set('X-Accepted-OAuth-Scopes', needed.join(','));
      if (needed.length > 0 && !needed.some((scope) => held.includes(scope))) {
        throw new SlackError('missing_scope', { needed: needed.join(','), provided: held.join(',') });
      }
      const wait = rates?.take(name, typeof args.channel === 'string' ? args.channel : '', now());
      if (wait !== undefined) throw new RateLimited(wait);
      return method.run(args, office);
    });
  });
  app.post('/respond/:id', (request, response) => {
    serve(request, response, 'respond', (args) => {
      respond(request.params.id, args, workspace, tickets);
      return {};
    });
  });

  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    botToken: Object.keys(tokens).find((token) => token.startsWith('xoxb-')) ?? botToken,
    appToken: Object.keys(tokens).find((token) => token.startsWith('xapp-')) ?? appToken,
    workspace,
    tickets,
    socket,
    views,
    calls,
    messages: (channel) => workspace.messages(channel),
    thread: (channel, ts) =>
      workspace.messages(channel).filter(({ message }) => message.ts === ts || message.thread_ts === ts),
    ephemerals: (user) => workspace.ephemerals(user),
    dm: (user) => workspace.messages(workspace.channels().find(({ im }) => im === user)?.id ?? ''),
    openViews: (user) => [...views.values()].filter((open) => user === undefined || open.user === user),
    putUser: (user) => {
      workspace.putUser(user);
    },
    putChannel: (channel) => {
      workspace.putChannel(channel);
    },
    putGroup: (group) => {
      workspace.putGroup(group);
    },
    deleteMessage: (channel, ts) => {
      const stored = workspace.find(channel, ts);
      if (stored !== undefined) workspace.remove(stored);
    },
    newTrigger: (user) => {
      const id = workspace.newId('13345224609.');
      tickets.addTrigger(id, user);
      return id;
    },
    newResponseUrl: (channel, user, source) => {
      const id = workspace.newId('r');
      tickets.addUrl(id, { channel, user, ...(source === undefined ? {} : { source }) });
      return `http://127.0.0.1:${port}/respond/${id}`;
    },
    fault: (fault) => {
      faults.add(fault);
    },
    clearFaults: () => {
      faults.clear();
    },
    onMessage: (listener) => workspace.onMessage(listener),
    close: async () => {
      await socket.close();
      await close();
    },
  };
}
