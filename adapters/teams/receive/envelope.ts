import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Origin } from '../../../src/command/model.js';
import type { Account } from '../../../src/people/person.js';
import type { ConversationAddress } from '../addresses.js';

/** Ids and the like: never empty. Without a file of its own the Agents Playground's are no GUIDs. */
export const id = z.string().min(1).max(255);
const conversationId = z.string().min(1).max(1_000);

const activity = z.object({
  type: id,
  id: id.nullish(),
  name: z.string().nullish(),
  action: z.string().nullish(),
  timestamp: z.string().nullish(),
  replyToId: id.nullish(),
  serviceUrl: z.url({ protocol: /^https?$/ }),
  from: z.object({ id: id.nullish(), aadObjectId: id.nullish(), role: z.string().nullish() }).nullish(),
  recipient: z.object({ id: id.nullish(), isTargeted: z.boolean().nullish() }).nullish(),
  conversation: z.object({
    id: conversationId,
    conversationType: z.string().nullish(),
    isGroup: z.boolean().nullish(),
    tenantId: id.nullish(),
  }),
  channelData: z.object({ tenant: z.object({ id: id.nullish() }).nullish() }).nullish(),
});

type Wire = z.infer<typeof activity>;

/** What all activities have in common, as far as Cordon reads it. */
export interface Envelope {
  readonly type: string;
  readonly name: string | undefined;
  readonly action: string | undefined;
  /** The activity's own id, or a hash of what the Bot Framework vouched for: the same for every redelivery. */
  readonly id: string;
  readonly serviceUrl: string;
  /** The message that a button is on. */
  readonly replyTo: string | undefined;
  /** Undefined where the activity names none, or two that differ. */
  readonly tenant: string | undefined;
  /** Without `;messageid=`. */
  readonly conversation: string;
  /** The thread in a channel; of a new post it is the post itself. */
  readonly root: string | undefined;
  readonly conversationType: ConversationAddress['type'];
  /** Undefined for whoever has no Entra object id, and for bots. */
  readonly from: { readonly aadObjectId: string; readonly user: string } | undefined;
  /** The bot's own id in Teams, `28:…`. */
  readonly bot: string | undefined;
  /** Only the sender and the bot see it: a native slash command. */
  readonly targeted: boolean;
}

/** Throws a `ZodError` for what is no activity. */
export function readEnvelope(body: unknown): Envelope {
  const wire = activity.parse(body);
  const [conversation = '', ...marks] = wire.conversation.id.split(';');
  return {
    type: wire.type,
    name: wire.name ?? undefined,
    action: wire.action ?? undefined,
    id: wire.id ?? hashOf(body),
    serviceUrl: wire.serviceUrl,
    replyTo: wire.replyToId ?? undefined,
    tenant: tenantOf(wire),
    conversation,
    root: marks.find((mark) => mark.startsWith('messageid='))?.slice('messageid='.length),
    conversationType: typeOf(wire, conversation),
    from: personOf(wire),
    bot: wire.recipient?.id ?? undefined,
    targeted: wire.recipient?.isTargeted === true,
  };
}

export function teamsAccount(tenant: string, aadObjectId: string): Account {
  return { platform: 'teams', tenant, user: lowerGuid(aadObjectId) };
}

export function teamsOrigin(envelope: Envelope, tenant: string): Origin {
  const thread = threadOf(envelope);
  return {
    platform: 'teams',
    tenant,
    conversation: envelope.conversation,
    direct: envelope.conversationType === 'personal',
    ...(thread === undefined ? {} : { thread }),
  };
}

/** A slash command that starts a post of its own is seen by nobody else: an answer below it would be lost. */
function threadOf({ conversationType, root, targeted, id }: Envelope): string | undefined {
  if (conversationType !== 'channel' || (targeted && root === id)) return undefined;
  return root;
}

function tenantOf({ channelData, conversation }: Wire): string | undefined {
  const [first, ...others] = [channelData?.tenant?.id, conversation.tenantId].flatMap((tenant) =>
    typeof tenant === 'string' ? [lowerGuid(tenant)] : [],
  );
  return others.every((tenant) => tenant === first) ? first : undefined;
}

const conversationTypes = ['personal', 'groupChat', 'channel'] as const;

/** The shapes of ids are Teams' own; they are asked only where `conversationType` is missing. */
function typeOf({ conversation }: Wire, base: string): ConversationAddress['type'] {
  const said = conversationTypes.find((type) => type === conversation.conversationType);
  if (said !== undefined) return said;
  if (/;messageid=/.test(conversation.id) || /@thread\.(tacv2|skype)$/.test(base)) return 'channel';
  if (conversation.isGroup === true || base.endsWith('@thread.v2')) return 'groupChat';
  return 'personal';
}

function personOf({ from }: Wire): Envelope['from'] {
  if (typeof from?.id !== 'string' || typeof from.aadObjectId !== 'string' || from.role === 'bot') return undefined;
  return { aadObjectId: from.aadObjectId, user: from.id };
}

/** Entra compares GUIDs without case; other ids are kept as they are. */
function lowerGuid(text: string): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : text;
}

function hashOf(body: unknown): string {
  return `sha256-${createHash('sha256').update(JSON.stringify(body)).digest('base64url')}`;
}
