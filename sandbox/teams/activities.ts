import { randomUUID } from 'node:crypto';
import type { TeamsConversation, TeamsMessage, TeamsStandIn, TeamsUser } from '../teams.js';
import type { Fields } from './cards.js';
import { botName, type Typed } from './typed.js';

/** Who does something, where, and when. */
export interface Scene {
  readonly teams: Pick<TeamsStandIn, 'appId' | 'serviceUrl' | 'tenantId'>;
  readonly user: TeamsUser;
  readonly conversation: TeamsConversation;
  /** Of the thread in a channel. */
  readonly root?: string | undefined;
  /** Unix ms. */
  readonly at: number;
}

const locale = 'en-US';
const localTimezone = 'Europe/Amsterdam';
const clientInfo = { locale, country: 'US', platform: 'Web', timezone: localTimezone, type: 'clientInfo' };

/** A message as Teams posts it to the bot; `targeted` is a native slash command. */
export function messageActivity(
  scene: Scene,
  id: string,
  typed: Typed,
  kind: 'mention' | 'targeted' | 'plain',
): Fields {
  const { recipient, ...envelope } = envelopeOf(scene);
  const mention = { mentioned: recipient, text: `<at>${botName}</at>`, type: 'mention' };
  return {
    ...envelope,
    type: 'message',
    id,
    text: typed.text,
    textFormat: 'plain',
    attachments: [{ contentType: 'text/html', content: typed.html }],
    recipient: kind === 'targeted' ? { ...recipient, isTargeted: true } : recipient,
    entities: [...(kind === 'mention' ? [mention] : []), clientInfo],
    channelData: channelDataOf(scene),
    locale,
  };
}

/** The click on an `Action.Execute`. */
export function invokeActivity(scene: Scene, message: TeamsMessage, action: Fields): Fields {
  return {
    ...envelopeOf(scene),
    type: 'invoke',
    name: 'adaptiveCard/action',
    id: `f:${randomUUID()}`,
    replyToId: message.id,
    entities: [clientInfo],
    channelData: { ...channelDataOf(scene), source: { name: 'message' } },
    value: { action, trigger: 'manual' },
    locale,
  };
}

/** The two activities that Teams posts when an app comes or goes. */
export function installationActivities(scene: Scene, what: 'add' | 'remove'): Fields[] {
  const envelope = envelopeOf(scene);
  const channelData = channelDataOf(scene);
  const teamEvent = what === 'add' ? 'teamMemberAdded' : 'teamMemberRemoved';
  const event = scene.conversation.type === 'channel' ? { eventType: teamEvent } : {};
  return [
    {
      ...envelope,
      type: 'installationUpdate',
      action: what,
      id: `f:${randomUUID()}`,
      channelData: { ...channelData, settings: selectedChannel(scene.conversation), source: { name: 'message' } },
      entities: [clientInfo],
      locale,
    },
    {
      ...envelope,
      type: 'conversationUpdate',
      id: `f:${randomUUID()}`,
      [what === 'add' ? 'membersAdded' : 'membersRemoved']: [{ id: envelope.recipient.id }],
      channelData: { ...channelData, ...event },
    },
  ];
}

function envelopeOf({ teams, user, conversation, root, at }: Scene) {
  const timestamp = new Date(at).toISOString();
  const group = conversation.type === 'personal' ? {} : { isGroup: true };
  return {
    timestamp,
    localTimestamp: timestamp.replace('Z', '+00:00'),
    localTimezone,
    channelId: 'msteams',
    serviceUrl: teams.serviceUrl,
    from: { id: user.id, name: user.name, aadObjectId: user.aadObjectId },
    conversation: {
      ...group,
      conversationType: conversation.type,
      tenantId: teams.tenantId,
      id: root === undefined ? conversation.id : `${conversation.id};messageid=${root}`,
    },
    recipient: { id: `28:${teams.appId}`, name: botName },
  };
}

/** The tenant is that of the conversation; a person of another one is told by the roster alone. */
function channelDataOf({ teams, conversation }: Scene): Fields {
  const tenant = { id: teams.tenantId };
  if (conversation.type !== 'channel') return { tenant };
  return {
    teamsChannelId: conversation.id,
    teamsTeamId: conversation.teamId,
    channel: { id: conversation.id },
    team: { id: conversation.teamId },
    tenant,
  };
}

function selectedChannel({ type, id }: TeamsConversation): Fields {
  return type === 'channel' ? { selectedChannel: { id } } : {};
}
