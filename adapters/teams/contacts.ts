import type { z } from 'zod';
import type { Account } from '../../src/people/person.js';
import type { Addresses } from '../../src/platform.js';
import { conversationAddress, type ConversationAddress, personAddress, type PersonAddress } from './addresses.js';
import { withShortMemory } from './short-memory.js';

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

/** `now`: Unix ms. */
export function createContacts(book: Addresses, usualServiceUrl: string, now: () => number): Contacts {
  const addresses = withShortMemory(book, now);

  async function read<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined> {
    return parse(await addresses.find(key), schema);
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
      const key = personKey(account);
      const together = (known: string | undefined): string =>
        JSON.stringify({ ...parse(known, personAddress), ...news });
      const remembered = await addresses.find(key);
      if (remembered === together(remembered)) return;
      // Only a part of it is news, and the rest may be news to another replica.
      const known = await addresses.findNow(key);
      const all = together(known);
      if (all !== known) await addresses.save(key, all);
    },
    serviceUrl: async (tenant) => (await addresses.find(serviceKey(tenant))) ?? usualServiceUrl,
  };
}

function parse<T>(text: string | undefined, schema: z.ZodType<T>): T | undefined {
  return text === undefined ? undefined : schema.parse(JSON.parse(text));
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
