import type { z } from 'zod';
import type { Account } from '../../src/people/person.js';
import type { Addresses } from '../../src/platform.js';
import { conversationAddress, type ConversationAddress, personAddress, type PersonAddress } from './addresses.js';

/** Where conversations and people are reached, kept over restarts. Only what an authenticated activity said is noted. */
export interface Contacts {
  conversation(id: string): Promise<ConversationAddress | undefined>;
  noteConversation(id: string, address: ConversationAddress): Promise<void>;
  forgetConversation(id: string): Promise<void>;
  person(account: Account): Promise<PersonAddress | undefined>;
  /** Adds to what is known of the person; a field that is missing keeps its value, `undefined` takes it away. */
  notePerson(account: Account, news: PersonAddress): Promise<void>;
  /** Where this tenant's conversations are served: as last seen, else the usual place of the cloud. */
  serviceUrl(tenant: string): Promise<string>;
}

export function createContacts(addresses: Addresses, usualServiceUrl: string): Contacts {
  async function read<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const text = await addresses.find(key);
    return text === undefined ? undefined : schema.parse(JSON.parse(text));
  }
  /** Most activities say nothing new: then nothing is written. */
  async function write(key: string, value: string): Promise<void> {
    if ((await addresses.find(key)) !== value) await addresses.save(key, value);
  }
  return {
    conversation: (id) => read(conversationKey(id), conversationAddress),
    async noteConversation(id, address) {
      await write(conversationKey(id), JSON.stringify(address));
      await write(serviceKey(address.tenant), address.serviceUrl);
    },
    forgetConversation: (id) => addresses.remove(conversationKey(id)),
    person: (account) => read(personKey(account), personAddress),
    async notePerson(account, news) {
      const known = await read(personKey(account), personAddress);
      await write(personKey(account), JSON.stringify({ ...known, ...news }));
    },
    serviceUrl: async (tenant) => (await addresses.find(serviceKey(tenant))) ?? usualServiceUrl,
  };
}

function conversationKey(id: string): string {
  return `conversation:${id}`;
}

function personKey({ tenant, user }: Account): string {
  return `person:${tenant}:${user}`;
}

function serviceKey(tenant: string): string {
  return `service:${tenant}`;
}
