/** A Block Kit block as it was sent, with the `block_id` that Slack adds where there is none. */
export type Block = Readonly<Record<string, unknown>>;

export interface Team {
  readonly id: string;
  readonly domain: string;
  readonly name: string;
}

/** The installed app and its bot user. */
export interface SlackApp {
  readonly id: string;
  readonly botId: string;
  readonly botUser: string;
  readonly name: string;
}

/** A user as `users.info` shows one. Of another organisation (Slack Connect) where `team_id` is not the workspace's. */
export interface SlackUser {
  readonly id: string;
  readonly team_id: string;
  readonly name: string;
  readonly real_name: string;
  readonly email: string;
  readonly tz: string;
  readonly deleted: boolean;
  readonly is_bot: boolean;
  readonly is_restricted: boolean;
  readonly is_ultra_restricted: boolean;
}

export interface SlackChannel {
  readonly id: string;
  readonly name: string;
  readonly is_private: boolean;
  readonly is_archived: boolean;
  readonly is_ext_shared: boolean;
  /** User ids, the bot's included where it was invited. */
  readonly members: readonly string[];
  /** Set for a direct conversation between the bot and this user. */
  readonly im?: string;
}

/** A user group, “@soc-leads” say. */
export interface SlackGroup {
  readonly id: string;
  /** User ids. */
  readonly users: readonly string[];
  readonly disabled: boolean;
}

/** A message as Slack stores and shows it. A root that has replies carries its own `ts` as `thread_ts`. */
export interface SlackMessage {
  readonly type: 'message';
  readonly subtype?: string;
  readonly ts: string;
  readonly user: string;
  readonly team: string;
  readonly text: string;
  readonly bot_id?: string;
  readonly app_id?: string;
  readonly client_msg_id?: string;
  readonly blocks?: readonly Block[] | undefined;
  readonly thread_ts?: string;
  readonly parent_user_id?: string;
  readonly reply_count?: number;
  readonly edited?: { readonly user: string; readonly ts: string };
}

/** A message and where it is. `ephemeralTo`: only this user sees it, and it is gone when the client restarts. */
export interface StoredMessage {
  readonly channel: string;
  readonly message: SlackMessage;
  readonly ephemeralTo?: string;
}

export interface SlackView {
  readonly id: string;
  readonly type: 'modal';
  readonly title: unknown;
  readonly submit: unknown;
  readonly close: unknown;
  readonly blocks: readonly Block[];
  readonly private_metadata: string;
  readonly callback_id: string;
  readonly notify_on_close: boolean;
  readonly hash: string;
}

/** A modal that is open in this user's client. */
export interface OpenView {
  readonly user: string;
  readonly view: SlackView;
}

/** What happened to a message, for whoever shows the conversations. */
export interface MessageEvent {
  readonly what: 'posted' | 'updated' | 'deleted' | 'ephemeral';
  readonly stored: StoredMessage;
}

/** Slack's `{ok: false, error}`; `extra` are further fields of the answer. */
export class SlackError extends Error {
  constructor(
    readonly error: string,
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(error);
  }
}

/** A workspace member; `over` replaces fields. */
export function slackUser(over: Partial<SlackUser> & Pick<SlackUser, 'id'>): SlackUser {
  const name = over.name ?? over.id.toLowerCase();
  return {
    team_id: 'T0HOME',
    name,
    real_name: name,
    email: `${name}@contoso.example`,
    tz: 'Europe/Amsterdam',
    deleted: false,
    is_bot: false,
    is_restricted: false,
    is_ultra_restricted: false,
    ...over,
  };
}

/** A public channel with nobody in it; `over` replaces fields. */
export function slackChannel(over: Partial<SlackChannel> & Pick<SlackChannel, 'id'>): SlackChannel {
  return {
    name: over.id.toLowerCase(),
    is_private: false,
    is_archived: false,
    is_ext_shared: false,
    members: [],
    ...over,
  };
}
