import type { ConversationAddress } from './addresses.js';

/** Only channels have threads; where nothing is known of a conversation, its id tells. */
export function isChannel(id: string, address: ConversationAddress | undefined): boolean {
  return address === undefined ? /@thread\.(tacv2|skype)$/.test(id) : address.type === 'channel';
}

/** The id under which a thread of a channel is reached: `19:…@thread.tacv2;messageid=<root>`. */
export function inThread(id: string, root: string | undefined): string {
  return root === undefined ? id : `${id};messageid=${root}`;
}
