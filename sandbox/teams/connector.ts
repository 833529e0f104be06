import { z } from 'zod';
import type { TeamsConversation, TeamsMessage, TeamsOperation, TeamsUser } from '../teams.js';
import { cardFaults, cardsOf, type Fields } from './cards.js';
import type { Chats } from './chats.js';
import { refusal } from './errors.js';
import type { RateKind, Rates } from './rates.js';

/** What a call of the connector works on. */
export interface Office {
  readonly chats: Chats;
  readonly tenantId: string;
  /** Undefined where Teams' limits are switched off. */
  readonly rates: Rates | undefined;
}

export interface ConnectorCall {
  /** Of the path: `conversation`, `activity`, `member`. */
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** `complaint`: Teams takes it, but people would be served badly. */
export interface Reply {
  readonly status: 200 | 201;
  readonly body: unknown;
  readonly complaint?: string | undefined;
}

export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Below the service URL. */
  readonly path: string;
  readonly operation: TeamsOperation | 'other';
  run(call: ConnectorCall, office: Office): Reply;
}

const mostBytes = 28 * 1_024;

const attachment = z.looseObject({ contentType: z.string().min(1), content: z.unknown() });
const activitySchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  summary: z.string().optional(),
  textFormat: z.enum(['plain', 'markdown', 'xml']).optional(),
  attachments: z.array(attachment).optional(),
  recipient: z.looseObject({ id: z.string() }).optional(),
});
type Activity = z.infer<typeof activitySchema>;

const newConversation = z.looseObject({
  members: z.array(z.looseObject({ id: z.string() })).optional(),
  tenantId: z.string().optional(),
  channelData: z
    .looseObject({
      tenant: z.looseObject({ id: z.string() }).optional(),
      channel: z.looseObject({ id: z.string() }).optional(),
    })
    .optional(),
  activity: z.unknown().optional(),
});

/** The part of the Bot Framework's connector API that Teams serves, under its own paths. */
export const routes: readonly Route[] = [
  { method: 'post', path: 'v3/conversations', operation: 'createConversation', run: createConversation },
  {
    method: 'post',
    path: 'v3/conversations/:conversation/activities',
    operation: 'sendToConversation',
    run: send,
  },
  {
    method: 'post',
    path: 'v3/conversations/:conversation/activities/:activity',
    operation: 'replyToActivity',
    run: send,
  },
  {
    method: 'put',
    path: 'v3/conversations/:conversation/activities/:activity',
    operation: 'updateActivity',
    run: update,
  },
  { method: 'delete', path: 'v3/conversations/:conversation/activities/:activity', operation: 'other', run: remove },
  {
    method: 'get',
    path: 'v3/conversations/:conversation/members',
    operation: 'getMember',
    run: (call, office) => ({ status: 200, body: roster(call, office) }),
  },
  {
    method: 'get',
    path: 'v3/conversations/:conversation/pagedmembers',
    operation: 'getMember',
    run: (call, office) => ({ status: 200, body: { members: roster(call, office) } }),
  },
  { method: 'get', path: 'v3/conversations/:conversation/members/:member', operation: 'getMember', run: member },
];

/** A one-to-one conversation, or a new post in a channel. */
function createConversation({ body }: ConnectorCall, office: Office): Reply {
  const wanted = read(newConversation, body);
  take(office, 'create', '');
  const channel = wanted.channelData?.channel?.id;
  if (channel !== undefined) {
    const { id, complaint } = post(office, installedIn(office, channel), { root: undefined, body: wanted.activity });
    return { status: 201, body: { id: `${channel};messageid=${id}`, activityId: id }, complaint };
  }
  const tenant = wanted.tenantId ?? wanted.channelData?.tenant?.id;
  if (tenant !== office.tenantId)
    throw refusal.badArgument('the tenant id is missing or not the one of the conversation');
  const [first, ...others] = wanted.members ?? [];
  if (first === undefined || others.length > 0) throw refusal.badArgument('a conversation is made with one member');
  const user = office.chats.findUser(first.id);
  if (user === undefined) throw refusal.unknownConversation();
  const { id } = installedIn(office, office.chats.personalOf(user).id);
  if (wanted.activity === undefined) return { status: 201, body: { id } };
  const sent = post(office, installedIn(office, id), { root: undefined, body: wanted.activity });
  return { status: 201, body: { id, activityId: sent.id }, complaint: sent.complaint };
}

function send(call: ConnectorCall, office: Office): Reply {
  const { conversation, root } = placeOf(call, office);
  const { id, complaint } = post(office, conversation, { root, body: call.body, targeted: isTargeted(call) });
  return { status: 201, body: { id }, complaint };
}

/** A reply in a channel is told by `;messageid=` of the conversation alone, whatever `replyToId` says. */
function post(
  office: Office,
  conversation: TeamsConversation,
  { root, body, targeted = false }: { root: string | undefined; body: unknown; targeted?: boolean },
): { id: string; complaint: string | undefined } {
  const activity = readActivity(body);
  const targetedTo = targeted ? recipientOf(office, conversation, activity) : undefined;
  take(office, 'post', conversation.id);
  // An indicator that somebody types is no message.
  if (activity.type === 'typing') return { id: String(office.chats.now()), complaint: undefined };
  const complaint = checkContent(activity);
  const message = { conversation: conversation.id, root, from: undefined, targetedTo, activity };
  return { id: office.chats.post(message).id, complaint };
}

function update(call: ConnectorCall, office: Office): Reply {
  const message = ownMessage(call, office);
  const activity = readActivity(call.body);
  if (message.targetedTo !== undefined && activity.recipient !== undefined) {
    throw refusal.badArgument('a targeted message keeps its recipient, which must not be sent');
  }
  take(office, 'post', message.conversation);
  const complaint = checkContent(activity);
  office.chats.edit(message.id, activity);
  return { status: 200, body: { id: message.id }, complaint };
}

function remove(call: ConnectorCall, office: Office): Reply {
  office.chats.remove(ownMessage(call, office).id);
  return { status: 200, body: {} };
}

function member(call: ConnectorCall, office: Office): Reply {
  const { conversation } = placeOf(call, office);
  take(office, 'members', conversation.id);
  const user = office.chats.findUser(call.params.member ?? '');
  if (user === undefined || !conversation.members.includes(user.aadObjectId)) throw refusal.unknownMember();
  return { status: 200, body: rosterEntry(user) };
}

function roster(call: ConnectorCall, office: Office): Fields[] {
  const { conversation } = placeOf(call, office);
  take(office, 'members', conversation.id);
  return office.chats
    .users()
    .filter(({ aadObjectId }) => conversation.members.includes(aadObjectId))
    .map(rosterEntry);
}

function rosterEntry({ id, aadObjectId, name, email, tenantId, userRole }: TeamsUser): Fields {
  const [givenName = '', ...surnames] = name.split(' ');
  // A guest's principal name is of the directory that they are a guest in.
  const userPrincipalName = userRole === 'guest' ? `${email.replace('@', '_')}#EXT#@contoso.onmicrosoft.com` : email;
  const names = { name, givenName, surname: surnames.join(' ') };
  return { id, objectId: aadObjectId, aadObjectId, ...names, email, userPrincipalName, tenantId, userRole };
}

/** `19:…@thread.tacv2;messageid=<root>`, as the bot sends it. */
function placeOf(
  { params }: ConnectorCall,
  office: Office,
): { conversation: TeamsConversation; root: string | undefined } {
  const [, id = '', root] = /^([^;]*)(?:;messageid=(\d+))?$/.exec(params.conversation ?? '') ?? [];
  return { conversation: installedIn(office, id), root };
}

function installedIn({ chats }: Office, id: string): TeamsConversation {
  const conversation = chats.findConversation(id);
  if (conversation === undefined) throw refusal.unknownConversation();
  if (!conversation.installed) throw refusal.notInstalled();
  return conversation;
}

function ownMessage(call: ConnectorCall, office: Office): TeamsMessage {
  const { conversation } = placeOf(call, office);
  const message = office.chats.find(call.params.activity ?? '');
  if (message?.conversation !== conversation.id) throw refusal.unknownMessage();
  // The two kinds are kept apart: neither is found by the call for the other.
  if ((message.targetedTo !== undefined) !== isTargeted(call)) throw refusal.unknownMessage();
  if (message.from !== undefined) throw refusal.notYours();
  return message;
}

function recipientOf({ chats }: Office, conversation: TeamsConversation, { recipient }: Activity): string {
  if (recipient === undefined) throw refusal.badArgument('a targeted message needs a recipient');
  if (conversation.type === 'personal') throw refusal.badArgument('a one-to-one conversation has no targeted messages');
  const user = chats.users().find(({ id }) => id === recipient.id);
  if (user === undefined || !conversation.members.includes(user.aadObjectId)) {
    throw refusal.badArgument('the recipient is not in the conversation');
  }
  return user.aadObjectId;
}

function isTargeted({ query }: ConnectorCall): boolean {
  return query.isTargetedActivity === 'true';
}

function readActivity(body: unknown): Activity {
  if (Buffer.byteLength(JSON.stringify(body ?? null)) > mostBytes) throw refusal.tooBig();
  const activity = read(activitySchema, body);
  if (activity.type !== 'message' && activity.type !== 'typing') {
    throw refusal.badArgument(`an activity of type ${activity.type} cannot be sent`);
  }
  return activity;
}

/** Throws `BadSyntax` for what Teams does not show; returns what it would show badly. */
function checkContent(activity: Activity): string | undefined {
  const cards = cardsOf(activity);
  const faults = cards.flatMap(cardFaults);
  if (faults.length > 0) throw refusal.badSyntax(faults.join(' '));
  if ((activity.text ?? '') === '' && (activity.attachments ?? []).length === 0) {
    throw refusal.badSyntax('Activity must include a text or an attachment.');
  }
  if (cards.length === 0) return undefined;
  if ((activity.summary ?? '') === '')
    return 'complaint: without a summary the notification says only that a card came';
  if (cards.some(({ fallbackText }) => typeof fallbackText !== 'string' || fallbackText === '')) {
    return 'complaint: without a fallbackText an old client shows nothing of the card';
  }
  return undefined;
}

function take({ rates, chats }: Office, kind: RateKind, conversation: string): void {
  const wait = rates?.take(kind, conversation, chats.now());
  if (wait !== undefined) throw refusal.throttled(wait);
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw refusal.badSyntax(z.prettifyError(result.error));
}
