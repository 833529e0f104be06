import type { TeamsConversation, TeamsMessage, TeamsStandIn, TeamsUser } from '../teams.js';

type Fields = Readonly<Record<string, unknown>>;

/** Where and who, as it is the same in every activity of Teams'. */
export interface Scene {
  readonly teams: TeamsStandIn;
  readonly user: TeamsUser;
  readonly conversation: TeamsConversation;
  /** The thread's root in a channel. */
  readonly root: string | undefined;
}

function common({ teams, user, conversation, root }: Scene, at: number): Fields {
  const time = new Date(at).toISOString();
  const { id, type, teamId } = conversation;
  return {
    timestamp: time,
    localTimestamp: time,
    channelId: 'msteams',
    serviceUrl: teams.serviceUrl,
    from: { id: user.id, name: user.name, aadObjectId: user.aadObjectId },
    conversation: {
      ...(type === 'personal' ? {} : { isGroup: true }),
      conversationType: type,
      tenantId: user.tenantId,
      id: type === 'channel' && root !== undefined ? `${id};messageid=${root}` : id,
    },
    recipient: { id: `28:${teams.appId}`, name: 'Cordon' },
    channelData: {
      tenant: { id: user.tenantId },
      ...(type === 'channel' ? { channel: { id }, team: { id: teamId } } : {}),
    },
    locale: 'en-GB',
  };
}

const clientInfo = { locale: 'en-GB', country: 'GB', platform: 'Web', type: 'clientInfo' };

/** What Teams makes of typed text: entities, non-breaking spaces, and the mention in front. */
export function typedText(text: string, mention: boolean): string {
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return mention ? `<at>Cordon</at>&nbsp;${html}` : html;
}

export function messageActivity(
  scene: Scene,
  message: TeamsMessage,
  typed: { mention: boolean; slash: boolean },
): Fields {
  const base = common(scene, message.at);
  const bot = { id: `28:${scene.teams.appId}`, name: 'Cordon' };
  return {
    ...base,
    type: 'message',
    id: message.id,
    text: message.activity['text'],
    textFormat: 'plain',
    recipient: { ...bot, ...(typed.slash ? { isTargeted: true } : {}) },
    attachments: [{ contentType: 'text/html', content: `<p>${String(message.activity['text'])}</p>` }],
    entities: [...(typed.mention ? [{ type: 'mention', text: '<at>Cordon</at>', mentioned: bot }] : []), clientInfo],
  };
}

export function invokeActivity(
  scene: Scene,
  pressed: { id: string; at: number; replyToId: string; action: Fields },
): Fields {
  return {
    ...common(scene, pressed.at),
    type: 'invoke',
    name: 'adaptiveCard/action',
    id: pressed.id,
    replyToId: pressed.replyToId,
    entities: [clientInfo],
    value: { action: pressed.action, trigger: 'manual' },
  };
}

/** Teams tells of an installation twice: as an `installationUpdate` and as a change of the members. */
export function installationActivities(scene: Scene, what: { id: string; at: number; add: boolean }): Fields[] {
  const base = common(scene, what.at);
  const bot = { id: `28:${scene.teams.appId}` };
  return [
    { ...base, type: 'conversationUpdate', id: `f:${what.id}a`, [what.add ? 'membersAdded' : 'membersRemoved']: [bot] },
    { ...base, type: 'installationUpdate', id: `f:${what.id}b`, action: what.add ? 'add' : 'remove' },
  ];
}
