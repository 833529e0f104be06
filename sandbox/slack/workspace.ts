import {
  SlackError,
  type Block,
  type MessageEvent,
  type SlackApp,
  type SlackChannel,
  type SlackGroup,
  type SlackMessage,
  type SlackUser,
  type StoredMessage,
  type Team,
} from './model.js';

interface Content {
  readonly text: string;
  readonly blocks?: readonly Block[] | undefined;
  readonly thread_ts?: string | undefined;
}

/** People, channels and messages of one workspace. */
export class Workspace {
  readonly #users = new Map<string, SlackUser>();
  readonly #channels = new Map<string, SlackChannel>();
  readonly #groups = new Map<string, SlackGroup>();
  readonly #listeners = new Set<(event: MessageEvent) => void>();
  #messages: StoredMessage[] = [];
  #lastMicros = 0;
  #lastId = 0;

  constructor(
    readonly team: Team,
    readonly app: SlackApp,
    seed: { readonly users: readonly SlackUser[]; readonly channels: readonly SlackChannel[] },
    readonly now: () => number,
  ) {
    for (const user of seed.users) this.putUser(user);
    for (const channel of seed.channels) this.putChannel(channel);
  }

  onMessage(listener: (event: MessageEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  users(): SlackUser[] {
    return [...this.#users.values()];
  }

  user(id: string): SlackUser {
    const user = this.#users.get(id);
    if (user === undefined) throw new SlackError('user_not_found');
    return user;
  }

  putUser(user: SlackUser): void {
    this.#users.set(user.id, user);
  }

  findGroup(id: string): SlackGroup | undefined {
    return this.#groups.get(id);
  }

  putGroup(group: SlackGroup): void {
    this.#groups.set(group.id, group);
  }

  channels(): SlackChannel[] {
    return [...this.#channels.values()];
  }

  putChannel(channel: SlackChannel): void {
    this.#channels.set(channel.id, channel);
  }

  findChannel(id: string): SlackChannel | undefined {
    return this.#channels.get(id);
  }

  /** What the bot can see: a private channel that it is not in does not exist for it. */
  visibleChannel(id: string): SlackChannel {
    const channel = this.#channels.get(id);
    if (channel === undefined || (channel.is_private && !this.botIsIn(channel))) {
      throw new SlackError('channel_not_found');
    }
    return channel;
  }

  botIsIn(channel: SlackChannel): boolean {
    return channel.members.includes(this.app.botUser);
  }

  /** The direct conversation of this user with the bot, opened where there is none yet. */
  openDirect(userId: string): SlackChannel {
    const existing = this.channels().find(({ im }) => im === userId);
    if (existing !== undefined) return existing;
    const members = [userId, this.app.botUser];
    const channel: SlackChannel = {
      id: this.newId('D0'),
      name: 'directmessage',
      is_private: true,
      is_archived: false,
      is_ext_shared: false,
      members,
      im: userId,
    };
    this.putChannel(channel);
    return channel;
  }

  messages(channel: string): StoredMessage[] {
    return this.#messages.filter((stored) => stored.channel === channel && stored.ephemeralTo === undefined);
  }

  ephemerals(user: string): StoredMessage[] {
    return this.#messages.filter((stored) => stored.ephemeralTo === user);
  }

  find(channel: string, ts: string): StoredMessage | undefined {
    return this.#messages.find((stored) => stored.channel === channel && stored.message.ts === ts);
  }

  postAsBot(channel: SlackChannel, content: Content): StoredMessage {
    return this.#post(channel, { ...this.#botMessage(content), ...this.#asReply(channel, content.thread_ts) });
  }

  postAsUser(channel: SlackChannel, user: SlackUser, content: Content): StoredMessage {
    const message = {
      type: 'message' as const,
      user: user.id,
      team: user.team_id,
      client_msg_id: this.newId('client-'),
      ts: this.newTs(),
      text: content.text,
      blocks: content.blocks,
    };
    return this.#post(channel, { ...message, ...this.#asReply(channel, content.thread_ts) });
  }

  whisper(channel: SlackChannel, user: string, content: Content): StoredMessage {
    const message = { ...this.#botMessage(content), ...(content.thread_ts ? { thread_ts: content.thread_ts } : {}) };
    return this.#add({ channel: channel.id, message, ephemeralTo: user }, 'ephemeral');
  }

  replace(stored: StoredMessage, content: Content): StoredMessage {
    const message: SlackMessage = {
      ...stored.message,
      text: content.text,
      blocks: content.blocks,
      edited: { user: this.app.botUser, ts: this.newTs() },
    };
    const changed = { ...stored, message };
    this.#messages = this.#messages.map((each) => (each === stored ? changed : each));
    this.#tell({ what: 'updated', stored: changed });
    return changed;
  }

  remove(stored: StoredMessage): void {
    this.#messages = this.#messages.filter((each) => each !== stored);
    this.#tell({ what: 'deleted', stored });
  }

  newId(prefix: string): string {
    this.#lastId += 1;
    return `${prefix}${this.#lastId.toString(36).toUpperCase().padStart(8, '0')}`;
  }

  /** Seconds and six digits; always later than the one before, even when the clock stands still. */
  newTs(): string {
    this.#lastMicros = Math.max(this.now() * 1_000, this.#lastMicros + 1);
    const digits = String(this.#lastMicros).padStart(7, '0');
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  }

  #botMessage(content: Content): SlackMessage {
    return {
      type: 'message',
      user: this.app.botUser,
      bot_id: this.app.botId,
      app_id: this.app.id,
      team: this.team.id,
      ts: this.newTs(),
      text: content.text,
      blocks: content.blocks,
    };
  }

  /** Marks the root as the root of a thread, as Slack does at the first reply. */
  #asReply(channel: SlackChannel, thread?: string): Pick<SlackMessage, 'thread_ts' | 'parent_user_id'> {
    if (thread === undefined) return {};
    const root = this.find(channel.id, thread);
    if (root === undefined) throw new SlackError('thread_not_found');
    const message = { ...root.message, thread_ts: thread, reply_count: (root.message.reply_count ?? 0) + 1 };
    this.#messages = this.#messages.map((each) => (each === root ? { ...root, message } : each));
    return { thread_ts: thread, parent_user_id: root.message.user };
  }

  #post(channel: SlackChannel, message: SlackMessage): StoredMessage {
    return this.#add({ channel: channel.id, message }, 'posted');
  }

  #add(stored: StoredMessage, what: MessageEvent['what']): StoredMessage {
    this.#messages.push(stored);
    this.#tell({ what, stored });
    return stored;
  }

  #tell(event: MessageEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
