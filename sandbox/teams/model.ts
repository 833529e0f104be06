import type { TeamsConversation, TeamsEvent, TeamsMessage, TeamsUser } from '../teams.js';

/** A refusal of the Bot Framework: HTTP status and code. */
export class BotError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message = code,
  ) {
    super(message);
  }
}

type New = Pick<TeamsMessage, 'conversation' | 'root' | 'from' | 'targetedTo' | 'activity'>;

/** People, conversations and messages of one tenant. */
export class Tenant {
  readonly #users = new Map<string, TeamsUser>();
  readonly #conversations = new Map<string, TeamsConversation>();
  readonly #messages = new Map<string, TeamsMessage>();
  readonly #listeners = new Set<(event: TeamsEvent) => void>();
  #lastId = 0;

  constructor(
    seed: { readonly users: readonly TeamsUser[]; readonly conversations: readonly TeamsConversation[] },
    readonly now: () => number,
  ) {
    for (const user of seed.users) this.putUser(user);
    for (const conversation of seed.conversations) this.putConversation(conversation);
  }

  users(): TeamsUser[] {
    return [...this.#users.values()];
  }

  /** By Entra object id or Teams' own id. Throws `MemberNotFoundInConversation`. */
  user(id: string): TeamsUser {
    const found = this.users().find((user) => user.aadObjectId === id || user.id === id);
    if (found === undefined) throw new BotError(404, 'MemberNotFoundInConversation');
    return found;
  }

  putUser(user: TeamsUser): void {
    this.#users.set(user.aadObjectId, user);
  }

  removeUser(aadObjectId: string): void {
    this.#users.delete(aadObjectId);
    for (const each of this.conversations()) {
      this.putConversation({ ...each, members: each.members.filter((member) => member !== aadObjectId) });
    }
  }

  conversations(): TeamsConversation[] {
    return [...this.#conversations.values()];
  }

  /** Throws `ConversationNotFound`. */
  conversation(id: string): TeamsConversation {
    const found = this.#conversations.get(id);
    if (found === undefined) throw new BotError(404, 'ConversationNotFound');
    return found;
  }

  putConversation(conversation: TeamsConversation): void {
    this.#conversations.set(conversation.id, conversation);
  }

  /** The one-to-one conversation with the bot, as Teams keeps it whether or not the app is installed. */
  personal(user: TeamsUser): TeamsConversation {
    const id = `a:1${user.aadObjectId}`;
    const found = this.#conversations.get(id);
    if (found !== undefined) return found;
    const made: TeamsConversation = {
      id,
      type: 'personal',
      name: user.name,
      members: [user.aadObjectId],
      installed: true,
    };
    this.putConversation(made);
    return made;
  }

  messages(conversation: string): TeamsMessage[] {
    return [...this.#messages.values()].filter((message) => message.conversation === conversation);
  }

  /** Throws `ActivityNotFoundInConversation` for an unknown or deleted one. */
  message(id: string): TeamsMessage {
    const found = this.#messages.get(id);
    if (found === undefined || found.deleted) throw new BotError(404, 'ActivityNotFoundInConversation');
    return found;
  }

  add(message: New): TeamsMessage {
    const at = this.now();
    this.#lastId = Math.max(this.#lastId + 1, at);
    const stored = { ...message, id: String(this.#lastId), at, editedAt: undefined, deleted: false };
    return this.#keep('new', stored);
  }

  edit(message: TeamsMessage, activity: TeamsMessage['activity']): TeamsMessage {
    return this.#keep('updated', { ...message, activity, editedAt: this.now() });
  }

  remove(message: TeamsMessage): void {
    this.#keep('deleted', { ...message, deleted: true });
  }

  onMessage(listener: (event: TeamsEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #keep(what: TeamsEvent['what'], message: TeamsMessage): TeamsMessage {
    this.#messages.set(message.id, message);
    for (const listener of this.#listeners) listener({ what, message });
    return message;
  }
}
