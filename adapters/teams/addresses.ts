/**
 * What the adapter remembers about conversations and people, in the store's address book. Keys: `conversation:<id>` (without
 * `;messageid=`), `person:<tenant>:<object id>`, `service:<tenant>`.
 */
export interface ConversationAddress {
  readonly serviceUrl: string;
  readonly tenant: string;
  /** Bot Framework's `conversation.conversationType`. */
  readonly type: 'personal' | 'groupChat' | 'channel';
}

export interface PersonAddress {
  readonly serviceUrl: string;
  /** Teams' own id of the person for this bot, `29:…`. */
  readonly user: string;
  /** Conversation with the bot alone, once there is one. */
  readonly personal?: string | undefined;
  /** Where they were last seen to be a member, for the roster. */
  readonly seenIn?: string | undefined;
}
