import { z } from 'zod';

/**
 * What the adapter remembers about conversations and people, in the store's address book. Keys: `conversation:<id>` (without
 * `;messageid=`), `person:<tenant>:<object id>`, `service:<tenant>`.
 */
export const conversationAddress = z.object({
  serviceUrl: z.string(),
  tenant: z.string(),
  /** Bot Framework's `conversation.conversationType`. */
  type: z.enum(['personal', 'groupChat', 'channel']),
});
export type ConversationAddress = Readonly<z.infer<typeof conversationAddress>>;

export const personAddress = z.object({
  serviceUrl: z.string(),
  /** Teams' own id of the person for this bot, `29:…`; the Entra object id until they wrote to it. */
  user: z.string(),
  /** Conversation with the bot alone, once there is one. */
  personal: z.string().optional(),
  /** Where they were last seen to be a member, for the roster. */
  seenIn: z.string().optional(),
});
export type PersonAddress = Readonly<z.infer<typeof personAddress>>;
