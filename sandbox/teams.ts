import { createServer } from 'node:http';
import { type Fault, FaultPlan } from './faults.js';
import type { EntraStandIn } from './entra.js';
import { listenOnLoopback } from './loopback.js';
import { connectorApp } from './teams/connector.js';
import { Tenant } from './teams/model.js';
import { PostRate } from './teams/rate.js';
import { startTokenService } from './teams/token-service.js';

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
  readonly operation: TeamsOperation;
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
  /** All of a conversation, replies included, oldest first, targeted ones included. */
  messages(conversation: string): TeamsMessage[];
  /** The root and its replies. */
  thread(conversation: string, root: string): TeamsMessage[];
  /** The one-to-one conversation of this person (`aadObjectId`) with the bot. */
  personal(user: string): TeamsMessage[];
  /** Adds, or changes the one with that `aadObjectId`. */
  putUser(user: TeamsUser): void;
  removeUser(aadObjectId: string): void;
  putConversation(conversation: TeamsConversation): void;
  /** As if a person wrote it; Cordon hears of it through the door alone. */
  post(message: Pick<TeamsMessage, 'conversation' | 'root' | 'from' | 'targetedTo' | 'activity'>): TeamsMessage;
  /** As if a person deleted it. */
  deleteMessage(id: string): void;
  fault(fault: TeamsFault): void;
  clearFaults(): void;
  /** A token as the Bot Framework would send it with an activity; `claims` replace the usual ones. */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Returns the function that stops listening. */
  onMessage(listener: (event: TeamsEvent) => void): () => void;
  close(): Promise<void>;
}

export interface TeamsOptions {
  /** Unix ms. */
  readonly now: () => number;
  readonly entra: EntraStandIn;
  readonly users: readonly TeamsUser[];
  readonly conversations: readonly TeamsConversation[];
  /** Teams' rate limit is on unless this is false. */
  readonly rateLimits?: boolean;
}

/** The bot's app registration in the Entra stand-in. */
export const teamsApp = {
  clientId: 'b07c0fd0-0000-4000-8000-00000000c02d',
  clientSecret: 'sandbox-bot-password',
  resource: 'https://api.botframework.com',
} as const;

export async function startTeams(options: TeamsOptions): Promise<TeamsStandIn> {
  const { now, entra } = options;
  const tenant = new Tenant(options, now);
  const faults = new FaultPlan<TeamsOperation, TeamsFaultKind>();
  const calls: TeamsCall[] = [];
  const tokens = await startTokenService();
  const app = connectorApp({
    tenant,
    tenantId: entra.tenantId,
    bot: `28:${teamsApp.clientId}`,
    validToken: (token) => entra.validToken(token, teamsApp.resource),
    faults,
    calls,
    rate: options.rateLimits === false ? undefined : new PostRate(),
    now,
  });
  const { port, close } = await listenOnLoopback(createServer(app));
  const serviceUrl = `http://127.0.0.1:${port}/teams/`;

  return {
    serviceUrl,
    tenantId: entra.tenantId,
    appId: teamsApp.clientId,
    settings: {
      MicrosoftAppId: teamsApp.clientId,
      MicrosoftAppPassword: teamsApp.clientSecret,
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppTenantId: entra.tenantId,
      ToChannelFromBotLoginUrl: `${entra.url}/${entra.tenantId}`,
      ToChannelFromBotOAuthScope: teamsApp.resource,
      ToBotFromChannelTokenIssuer: tokens.issuer,
      ToBotFromChannelOpenIdMetadataUrl: tokens.openIdMetadataUrl,
      CORDON_TEAMS_SERVICE_URL: serviceUrl,
    },
    calls,
    users: () => tenant.users(),
    conversations: () => tenant.conversations(),
    messages: (conversation) => tenant.messages(conversation),
    thread: (conversation, root) =>
      tenant.messages(conversation).filter((message) => message.id === root || message.root === root),
    personal: (user) => tenant.messages(tenant.personal(tenant.user(user)).id),
    putUser: (user) => {
      tenant.putUser(user);
    },
    removeUser: (aadObjectId) => {
      tenant.removeUser(aadObjectId);
    },
    putConversation: (conversation) => {
      tenant.putConversation(conversation);
    },
    post: (message) => tenant.add(message),
    deleteMessage: (id) => {
      tenant.remove(tenant.message(id));
    },
    fault: (fault) => {
      faults.add(fault);
    },
    clearFaults: () => {
      faults.clear();
    },
    token: (claims = {}) => {
      const at = Math.floor(now() / 1_000);
      const usual = { aud: teamsApp.clientId, serviceurl: serviceUrl, nbf: at - 5, iat: at, exp: at + 3_600 };
      return tokens.token({ ...usual, ...claims });
    },
    onMessage: (listener) => tenant.onMessage(listener),
    close: async () => {
      await Promise.all([close(), tokens.close()]);
    },
  };
}
