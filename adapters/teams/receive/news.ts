import { z } from 'zod';
import type { Account } from '../../../src/people/person.js';
import type { ConversationAddress, PersonAddress } from '../addresses.js';
import type { Contacts } from '../contacts.js';
import { type Envelope, teamsAccount } from './envelope.js';

const member = z.object({ id: z.string(), aadObjectId: z.string().min(1).nullish() });
const update = z.object({ membersRemoved: z.array(z.unknown()).nullish() });

/** What an activity says about where people and conversations are reached, apart from what it wants. */
export interface News {
  readonly conversation: string;
  /** Undefined where the bot was taken out of it. */
  readonly address: ConversationAddress | undefined;
  readonly from: { readonly account: Account; readonly address: PersonAddress } | undefined;
  /** Who is no member of the conversation any more. */
  readonly left: readonly Account[];
}

/** Every activity that was let in has some. Pure, never throws. */
export function readNews(envelope: Envelope, tenant: string, body: unknown): News {
  const { serviceUrl, conversation, conversationType: type, from } = envelope;
  const removed = removedMembers(envelope, body);
  const uninstalled = envelope.type === 'installationUpdate' && /^remove(-upgrade)?$/.test(envelope.action ?? '');
  const out = uninstalled || removed.some(({ id }) => id === envelope.bot);
  const left = removed.flatMap(({ aadObjectId }) =>
    typeof aadObjectId === 'string' ? [teamsAccount(tenant, aadObjectId)] : [],
  );
  const account = from && teamsAccount(tenant, from.aadObjectId);
  // Who leaves by themselves is the sender too: nothing of theirs is in there, and where else they were seen still holds.
  const away = out || left.some(({ user }) => user === account?.user);
  const place =
    type === 'personal' ? { personal: out ? undefined : conversation } : away ? {} : { seenIn: conversation };
  return {
    conversation,
    address: out ? undefined : { serviceUrl, tenant, type },
    from: from && account && { account, address: { serviceUrl, user: from.user, ...place } },
    left,
  };
}

function removedMembers({ type }: Envelope, body: unknown): z.infer<typeof member>[] {
  if (type !== 'conversationUpdate') return [];
  const members = update.safeParse(body).data?.membersRemoved ?? [];
  return members.flatMap((one) => member.safeParse(one).data ?? []);
}

/** Throws what the store throws. */
export async function learn(contacts: Contacts, { conversation, address, from, left }: News): Promise<void> {
  if (address === undefined) await contacts.forgetConversation(conversation);
  else await contacts.noteConversation(conversation, address);
  if (from !== undefined) await contacts.notePerson(from.account, from.address);
  for (const account of left) {
    const known = await contacts.person(account);
    if (known === undefined) continue;
    const { serviceUrl, user, personal, seenIn } = known;
    await contacts.notePerson(account, {
      serviceUrl,
      user,
      personal: personal === conversation ? undefined : personal,
      seenIn: seenIn === conversation ? undefined : seenIn,
    });
  }
}
