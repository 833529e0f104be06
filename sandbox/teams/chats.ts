import { createHash } from 'node:crypto';
import type { TeamsConversation, TeamsEvent, TeamsMessage, TeamsUser } from '../teams.js';
import { refusal } from './errors.js';

/** A targeted message is gone after so long. */
const targetedMs = 24 * 3_600_000;

type NewMessage = Pick<TeamsMessage, 'conversation' | 'root' | 'from' | 'targetedTo' | 'activity'>;

export interface ChatsSeed {
  readonly users: readonly TeamsUser[];
  readonly conversations: readonly TeamsConversation[];
  /** Whether this person has the app for themselves, as long as nothing else was said about it. */
  readonly hasApp: (user: TeamsUser) => boolean;
}

/** People, conversations and messages of one Teams. */
export class Chats {
  readonly #users = new Map<string, TeamsUser>();
  readonly #conversations = new Map<string, TeamsConversation>();
  readonly #listeners = new Set<(event: TeamsEvent) => void>();
  readonly #hasApp: ChatsSeed['hasApp'];
  #messages: TeamsMessage[] = [];
  #lastId = 0;

  constructor(
    seed: ChatsSeed,
    readonly now: () => number,
  ) {
    this.#hasApp = seed.hasApp;
    for (const user of seed.users) this.putUser(user);
    for (const conversation of seed.conversations) this.putConversation(conversation);
  }

  onMessage(listener: (event: TeamsEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  users(): TeamsUser[] {
    return [...this.#users.values()];
  }

  /** By `29:…` or `aadObjectId`. */
  findUser(id: string): TeamsUser | undefined {
    return this.#users.get(id) ?? this.users().find((user) => user.id === id);
  }

  /** Throws where there is no such person: a mistake of the test, not of Cordon. */
  user(aadObjectId: string): TeamsUser {
    const user = this.#users.get(aadObjectId);
    if (user === undefined) throw new Error(`There is nobody ${aadObjectId} in Teams.`);
    return user;
  }

  putUser(user: TeamsUser): void {
    this.#users.set(user.aadObjectId, user);
  }

  removeUser(aadObjectId: string): void {
    this.#users.delete(aadObjectId);
  }

  conversations(): TeamsConversation[] {
    return [...this.#conversations.values()];
  }

  findConversation(id: string): TeamsConversation | undefined {
    return this.#conversations.get(id);
  }

  putConversation(conversation: TeamsConversation): void {
    this.#conversations.set(conversation.id, conversation);
  }

  /** The conversation of this person with the bot alone, made where there is none yet; the same one each time. */
  personalOf(user: TeamsUser): TeamsConversation {
    const existing = this.#existingPersonal(user.aadObjectId);
    if (existing !== undefined) return existing;
    const conversation: TeamsConversation = {
      id: `a:1${createHash('sha512').update(user.aadObjectId).digest('base64url')}`,
      type: 'personal',
      name: user.name,
      members: [user.aadObjectId],
      installed: this.#hasApp(user),
    };
    this.putConversation(conversation);
    return conversation;
  }

  /** Oldest first. */
  messages(conversation: string): TeamsMessage[] {
    return this.#messages.filter((message) => message.conversation === conversation && !this.#isGone(message));
  }

  personal(aadObjectId: string): TeamsMessage[] {
    const conversation = this.#existingPersonal(aadObjectId);
    return conversation === undefined ? [] : this.messages(conversation.id);
  }

  /** As it is now; undefined for a message that there never was, or not any more. */
  find(id: string): TeamsMessage | undefined {
    return this.#messages.find((message) => message.id === id && !message.deleted && !this.#isGone(message));
  }

  /** Throws `ConversationNotFound` for a thread whose root is not there. Nobody can reply to what one person alone sees. */
  post(message: NewMessage): TeamsMessage {
    const root = message.root === undefined ? undefined : this.#messages.find(({ id }) => id === message.root);
    if (message.root !== undefined && root?.conversation !== message.conversation) throw refusal.unknownConversation();
    if (root?.targetedTo !== undefined) throw refusal.badArgument('a targeted message takes no replies');
    const stored: TeamsMessage = { ...message, id: this.#newId(), at: this.now(), editedAt: undefined, deleted: false };
    this.#messages.push(stored);
    this.#tell({ what: 'new', message: stored });
    return stored;
  }

  edit(id: string, activity: TeamsMessage['activity']): void {
    this.#replace(id, 'updated', { activity, editedAt: this.now() });
  }

  /** What was said is not to be seen any more; that something was said is. */
  remove(id: string): void {
    this.#replace(id, 'deleted', { activity: {}, deleted: true });
  }

  /** Unix ms of the moment as text, as Teams numbers messages; always later than the one before. */
  #newId(): string {
    this.#lastId = Math.max(this.now(), this.#lastId + 1);
    return String(this.#lastId);
  }

  #existingPersonal(aadObjectId: string): TeamsConversation | undefined {
    return this.conversations().find(({ type, members }) => type === 'personal' && members.includes(aadObjectId));
  }

  #isGone(message: TeamsMessage): boolean {
    return message.targetedTo !== undefined && this.now() >= message.at + targetedMs;
  }

  #replace(id: string, what: TeamsEvent['what'], change: Partial<TeamsMessage>): void {
    const old = this.find(id);
    if (old === undefined) return;
    const message = { ...old, ...change };
    this.#messages = this.#messages.map((each) => (each === old ? message : each));
    this.#tell({ what, message });
  }

  #tell(event: TeamsEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
