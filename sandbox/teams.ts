import { createServer } from 'node:http';
import express, { type Request, type Response } from 'express';
import type { EntraStandIn } from './entra.js';
import { FaultPlan, type Fault } from './faults.js';
import { listenOnLoopback } from './loopback.js';
import { answerTo } from './teams/answer.js';
import { type ChannelTokens, createChannelTokens } from './teams/channel-tokens.js';
import { Chats } from './teams/chats.js';
import { type Office, type Route, routes } from './teams/connector.js';
import { refusal } from './teams/errors.js';
import { Rates } from './teams/rates.js';

export interface TeamsOptions {
  /** Unix ms. */
  readonly now: () => number;
  /** Gives the bot its token for the connector; its tenant is the one of this Teams. */
  readonly entra: EntraStandIn;
  readonly users: readonly TeamsUser[];
  readonly conversations: readonly TeamsConversation[];
  /** `aadObjectId`s of those who have the app for themselves; everybody of the tenant when missing. */
  readonly personalApps?: readonly string[];
  /** Teams' rate limits are on unless this is false. */
  readonly rateLimits?: boolean;
}

/** A person of the sandbox's Teams. `userRole` and `tenantId` as the roster gives them. */
export interface TeamsUser {
  /** `29:…`, Teams' id of the person for the bot. */
  readonly id: string;
  readonly aadObjectId: string;
  readonly tenantId: string;
  readonly name: string;
  readonly email: string;
  readonly userRole: 'user' | 'guest' | 'anonymous';
}

/** `teamId` and `teamName` for channels. Personal conversations are made when needed, one for each person. */
export interface TeamsConversation {
  readonly id: string;
  readonly type: 'personal' | 'groupChat' | 'channel';
  readonly name: string;
  readonly teamId?: string;
  readonly teamName?: string;
  /** `aadObjectId`s of its members. */
  readonly members: readonly string[];
  /** Whether the bot is installed there. */
  readonly installed: boolean;
}

/** One message in Teams, of a person or of the bot. */
export interface TeamsMessage {
  readonly id: string;
  /** Without `;messageid=`. */
  readonly conversation: string;
  /** The root's id where it is a reply in a channel thread. */
  readonly root: string | undefined;
  /** `aadObjectId` of the author; undefined for the bot. */
  readonly from: string | undefined;
  /** Only this person (`aadObjectId`) sees it. */
  readonly targetedTo: string | undefined;
  /** Unix ms. */
  readonly at: number;
  readonly editedAt: number | undefined;
  readonly deleted: boolean;
  /** The activity as it was sent: `text`, `textFormat`, `summary`, `attachments`, `entities`. */
  readonly activity: Readonly<Record<string, unknown>>;
}

/** Calls of the connector that can go wrong. */
export type TeamsOperation =
  'createConversation' | 'sendToConversation' | 'replyToActivity' | 'updateActivity' | 'getMember' | 'token';

/** `error` refuses with `error` as the Bot Framework's code and the status that belongs to it; `timeout` never answers; `lost answer` does the work and cuts the connection. */
export type TeamsFaultKind = '429' | '500' | '503' | 'error' | 'timeout' | 'reset' | 'lost answer';
export type TeamsFault = Fault<TeamsOperation, TeamsFaultKind>;

/** One call as the stand-in saw it. */
export interface TeamsCall {
  readonly at: number;
  readonly operation: TeamsOperation | 'other';
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number | 'none';
  readonly error: string | undefined;
}

/** `what` says what happened to the message. */
export interface TeamsEvent {
  readonly what: 'new' | 'updated' | 'deleted';
  readonly message: TeamsMessage;
}

/** Teams and the Bot Framework on loopback: connector, roster, and the service whose tokens Cordon has to believe. */
export interface TeamsStandIn {
  /** `http://127.0.0.1:<port>/teams/`. */
  readonly serviceUrl: string;
  readonly tenantId: string;
  readonly appId: string;
  /** The `MicrosoftApp…` and channel settings with which Cordon talks to this stand-in. */
  readonly settings: Readonly<Record<string, string>>;
  readonly calls: readonly TeamsCall[];
  users(): readonly TeamsUser[];
  conversations(): readonly TeamsConversation[];
  /** All of a conversation, replies included, oldest first, targeted ones included; one that was deleted stays, without its content. */
  messages(conversation: string): TeamsMessage[];
  /** The root and its replies. */
  thread(conversation: string, root: string): TeamsMessage[];
  /** The one-to-one conversation of this person (`aadObjectId`) with the bot. */
  personal(user: string): TeamsMessage[];
  /** Adds, or changes the one with that `aadObjectId`. */
  putUser(user: TeamsUser): void;
  removeUser(aadObjectId: string): void;
  putConversation(conversation: TeamsConversation): void;
  /** As if a person deleted it. */
  deleteMessage(id: string): void;
  fault(fault: TeamsFault): void;
  clearFaults(): void;
  /** A token as the Bot Framework would send it with an activity; `claims` replace the usual ones, `header` the JWT's header fields. */
  token(claims?: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Returns the function that stops listening. */
  onMessage(listener: (event: TeamsEvent) => void): () => void;
  close(): Promise<void>;
}

/** The stand-in with what the door needs besides: a way to write as a person. */
export interface TeamsOnLoopback extends TeamsStandIn {
  readonly chats: Chats;
}

/** The resource for which the connector takes tokens. */
export const connectorResource = 'https://api.botframework.com';
const appId = '3c2a9d84-7b1e-4f60-9a35-c0d0c0d0c0d0';
const password = 'sandbox-bot-secret';

/** Registers the bot's app with the Entra stand-in, and plays Teams for it. */
export async function startTeams(options: TeamsOptions): Promise<TeamsOnLoopback> {
  const { now, entra, users, conversations, personalApps } = options;
  entra.register({ clientId: appId, clientSecret: password, resources: [connectorResource] });
  const hasApp = ({ aadObjectId, tenantId }: TeamsUser): boolean =>
    personalApps?.includes(aadObjectId) ?? tenantId === entra.tenantId;
  const chats = new Chats({ users, conversations, hasApp }, now);
  const faults = new FaultPlan<TeamsOperation, TeamsFaultKind>();
  const calls: TeamsCall[] = [];

  const app = express();
  app.disable('x-powered-by');
  const { port, close } = await listenOnLoopback(createServer(app));
  const origin = `http://127.0.0.1:${port}`;
  const serviceUrl = `${origin}/teams/`;
  const rates = options.rateLimits === false ? undefined : new Rates();
  const office: Office = { chats, tenantId: entra.tenantId, rates };
  const tokens = await createChannelTokens({ origin, appId, serviceUrl, now });

  /** Runs one call under the ordered fault, writes it into the journal and answers. */
  function serve(route: Route, request: Request, response: Response): void {
    const { operation } = route;
    const { method } = request;
    const fault = faults.take(operation);
    const body: unknown = request.body;
    const answer = answerTo(fault, () => {
      const [, bearer = ''] = /^Bearer (.+)$/.exec(request.get('authorization') ?? '') ?? [];
      if (!entra.validToken(bearer, connectorResource)) throw refusal.unauthorized();
      const params = request.params as Readonly<Record<string, string>>;
      return route.run({ params, query: request.query, body }, office);
    });
    const silent = fault?.kind === 'timeout' || fault?.kind === 'reset' || fault?.kind === 'lost answer';
    const status = silent ? 'none' : answer.status;
    const path = decodeURIComponent(request.originalUrl).replace(/^\/teams\//, '/');
    calls.push({ at: now(), operation, method, path, body, status, error: answer.error });
    if (fault?.kind === 'timeout') return;
    if (silent) response.socket?.destroy();
    else response.status(answer.status).set(answer.headers).json(answer.body);
  }

  const json = express.json({ limit: '2mb' });
  for (const route of routes) {
    app[route.method](`/teams/${route.path}`, json, (request, response) => {
      serve(route, request, response);
    });
  }
  app.use(tokens.listener);

  return {
    serviceUrl,
    tenantId: entra.tenantId,
    appId,
    settings: settingsOf(entra, tokens, serviceUrl),
    chats,
    calls,
    users: () => chats.users(),
    conversations: () => chats.conversations(),
    messages: (conversation) => chats.messages(conversation),
    thread: (conversation, root) =>
      chats.messages(conversation).filter((message) => message.id === root || message.root === root),
    personal: (user) => chats.personal(user),
    putUser: (user) => {
      chats.putUser(user);
    },
    removeUser: (aadObjectId) => {
      chats.removeUser(aadObjectId);
    },
    putConversation: (conversation) => {
      chats.putConversation(conversation);
    },
    deleteMessage: (id) => {
      chats.remove(id);
    },
    fault: (fault) => {
      if (fault.operation === 'token') entra.fault(tokenFault(fault), appId);
      else faults.add(fault);
    },
    clearFaults: () => {
      faults.clear();
      entra.clearFaults(appId);
    },
    token: (claims, header) => tokens.token(claims, header),
    onMessage: (listener) => chats.onMessage(listener),
    close,
  };
}

/** Entra's token endpoint knows no lost answer: for who asks, it is a cut connection. */
function tokenFault({ kind, times = 1 }: TeamsFault): Parameters<EntraStandIn['fault']>[0] {
  return { kind: kind === 'lost answer' ? 'reset' : kind, times };
}

function settingsOf(entra: EntraStandIn, tokens: ChannelTokens, serviceUrl: string): Record<string, string> {
  const authority = `${entra.url}/${entra.tenantId}`;
  return {
    MicrosoftAppId: appId,
    MicrosoftAppPassword: password,
    MicrosoftAppType: 'SingleTenant',
    MicrosoftAppTenantId: entra.tenantId,
    ToChannelFromBotLoginUrl: authority,
    ToChannelFromBotOAuthScope: connectorResource,
    ToBotFromChannelTokenIssuer: tokens.issuer,
    ToBotFromChannelOpenIdMetadataUrl: tokens.openIdMetadataUrl,
    ToBotFromEmulatorOpenIdMetadataUrl: `${authority}/v2.0/.well-known/openid-configuration`,
    OAuthUrl: new URL('/token-service', serviceUrl).href,
    CallerId: 'urn:botframework:azure',
    CORDON_TEAMS_SERVICE_URL: serviceUrl,
  };
}
