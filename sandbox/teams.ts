import type { Fault } from './faults.js';

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
  /** As if a person deleted it. */
  deleteMessage(id: string): void;
  fault(fault: TeamsFault): void;
  clearFaults(): void;
  /** A token as the Bot Framework would send it with an activity; `claims` replace the usual ones, `header` the JWT's header fields. */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Returns the function that stops listening. */
  onMessage(listener: (event: TeamsEvent) => void): () => void;
  close(): Promise<void>;
}
