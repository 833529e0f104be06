import { acceptBlocks, acceptModal } from './blocks.js';
import { describeChannel, describeUser, describeView } from './describe.js';
import { SlackError, type Block, type OpenView, type SlackChannel, type SlackView } from './model.js';
import type { Tickets } from './tickets.js';
import type { Workspace } from './workspace.js';

/** The Web API methods that the stand-in has: those that Cordon uses. */
export type SlackMethod =
  | 'auth.test'
  | 'apps.connections.open'
  | 'chat.delete'
  | 'chat.getPermalink'
  | 'chat.postEphemeral'
  | 'chat.postMessage'
  | 'chat.update'
  | 'conversations.info'
  | 'conversations.open'
  | 'usergroups.users.list'
  | 'users.info'
  | 'views.open'
  | 'views.update';

export type Arguments = Readonly<Record<string, unknown>>;

/** What the methods work on. */
export interface Office {
  readonly workspace: Workspace;
  readonly tickets: Tickets;
  /** Open modals by view id. */
  readonly views: Map<string, OpenView>;
  readonly scopes: ReadonlySet<string>;
  readonly openSocket: () => string;
}

interface Method {
  /** One of these, for this call; none needed when empty. */
  readonly scopes: (args: Arguments, office: Office) => readonly string[];
  readonly run: (args: Arguments, office: Office) => Record<string, unknown>;
}

const maxText = 40_000;
const needs =
  (...scopes: string[]) =>
  (): readonly string[] =>
    scopes;

const methods: Readonly<Record<SlackMethod, Method>> = {
  'auth.test': {
    scopes: needs(),
    run: (_args, { workspace: { team, app } }) => ({
      url: `https://${team.domain}.slack.com/`,
      team: team.name,
      user: app.name,
      team_id: team.id,
      user_id: app.botUser,
      bot_id: app.botId,
      is_enterprise_install: false,
    }),
  },
  'apps.connections.open': {
    scopes: needs('connections:write'),
    run: (_args, { openSocket }) => ({ url: openSocket() }),
  },
  'chat.postMessage': { scopes: needs('chat:write'), run: postMessage },
  'chat.postEphemeral': { scopes: needs('chat:write'), run: postEphemeral },
  'chat.update': { scopes: needs('chat:write'), run: update },
  'chat.delete': {
    scopes: needs('chat:write'),
    run: (args, { workspace }) => {
      const stored = ownMessage(args, workspace, 'cant_delete_message');
      workspace.remove(stored);
      return { channel: stored.channel, ts: stored.message.ts };
    },
  },
  'chat.getPermalink': {
    scopes: needs(),
    run: (args, { workspace }) => {
      const channel = workspace.visibleChannel(text(args.channel));
      const stored = workspace.find(channel.id, text(args.message_ts));
      if (stored === undefined) throw new SlackError('message_not_found');
      const { ts, thread_ts } = stored.message;
      const thread = thread_ts === undefined || thread_ts === ts ? '' : `?thread_ts=${thread_ts}&cid=${channel.id}`;
      const permalink = `https://${workspace.team.domain}.slack.com/archives/${channel.id}/p${ts.replace('.', '')}${thread}`;
      return { channel: channel.id, permalink };
    },
  },
  'conversations.open': { scopes: needs('im:write'), run: openConversation },
  'conversations.info': {
    scopes: (args, { workspace }) => {
      const channel = workspace.findChannel(text(args.channel));
      if (channel?.im !== undefined) return ['im:read'];
      return [channel?.is_private === true ? 'groups:read' : 'channels:read'];
    },
    run: (args, { workspace }) => {
      const channel = workspace.visibleChannel(text(args.channel));
      return { channel: describeChannel(channel, workspace) };
    },
  },
  'usergroups.users.list': {
    scopes: needs('usergroups:read'),
    run: (args, { workspace }) => {
      const group = workspace.findGroup(text(args.usergroup));
      const disabled = String(args.include_disabled) === 'true';
      if (group === undefined || (group.disabled && !disabled)) throw new SlackError('no_such_subteam');
      return { users: group.users };
    },
  },
  'users.info': {
    scopes: needs('users:read'),
    run: (args, { workspace, scopes }) => ({
      user: describeUser(workspace.user(text(args.user)), workspace, scopes.has('users:read.email')),
    }),
  },
  'views.open': { scopes: needs(), run: openView },
  'views.update': {
    scopes: needs(),
    run: (args, { workspace, views }) => {
      const open = views.get(text(args.view_id));
      if (open === undefined) throw new SlackError('not_found');
      const view = readView(args.view, workspace, open.view.id);
      views.set(view.id, { user: open.user, view });
      return { view: describeView(view, workspace) };
    },
  },
};

/** Undefined for a method that the stand-in does not have. */
export function methodNamed(name: string): Method | undefined {
  return Object.hasOwn(methods, name) ? methods[name as SlackMethod] : undefined;
}

function postMessage(args: Arguments, { workspace, scopes }: Office): Record<string, unknown> {
  const channel = postableChannel(text(args.channel), workspace);
  if (!workspace.botIsIn(channel) && !scopes.has('chat:write.public')) throw new SlackError('not_in_channel');
  const { channel: id, message } = workspace.postAsBot(channel, {
    ...readContent(args, workspace),
    thread_ts: optionalText(args.thread_ts),
  });
  return { channel: id, ts: message.ts, message };
}

function postEphemeral(args: Arguments, { workspace }: Office): Record<string, unknown> {
  const channel = postableChannel(text(args.channel), workspace);
  const user = text(args.user);
  if (!workspace.botIsIn(channel)) throw new SlackError('not_in_channel');
  if (!channel.members.includes(user)) throw new SlackError('user_not_in_channel');
  const content = { ...readContent(args, workspace), thread_ts: optionalText(args.thread_ts) };
  return { message_ts: workspace.whisper(channel, user, content).message.ts };
}

function update(args: Arguments, { workspace }: Office): Record<string, unknown> {
  const stored = ownMessage(args, workspace, 'cant_update_message');
  if (workspace.findChannel(stored.channel)?.is_archived === true) throw new SlackError('is_inactive');
  const { channel, message } = workspace.replace(stored, readContent(args, workspace));
  return { channel, ts: message.ts, text: message.text, message };
}

function openConversation(args: Arguments, { workspace }: Office): Record<string, unknown> {
  const ids = text(args.users).split(',').filter(Boolean);
  const [id] = ids;
  if (id === undefined) throw new SlackError('users_list_not_supplied');
  // Cordon opens conversations with one person only; group conversations are not stood in for.
  if (ids.length > 1) throw new SlackError('invalid_user_combination');
  const user = workspace.user(id);
  if (user.is_bot) throw new SlackError('cannot_dm_bot');
  if (user.deleted) throw new SlackError('user_disabled');
  return { channel: { id: workspace.openDirect(id).id } };
}

function openView(args: Arguments, { workspace, tickets, views }: Office): Record<string, unknown> {
  const view = readView(args.view, workspace, workspace.newId('V0'));
  views.set(view.id, { user: tickets.exchangeTrigger(args.trigger_id), view });
  return { view: describeView(view, workspace) };
}

/** By id; by `#name`; or a user's id, which reaches the conversation with that user. */
function postableChannel(id: string, workspace: Workspace): SlackChannel {
  const byName = workspace.channels().find(({ name }) => `#${name}` === id);
  const direct = workspace.users().find((user) => user.id === id);
  const channel = direct === undefined ? workspace.visibleChannel(byName?.id ?? id) : workspace.openDirect(direct.id);
  if (channel.is_archived) throw new SlackError('is_archived');
  return channel;
}

function ownMessage(args: Arguments, workspace: Workspace, notOwn: string): ReturnType<Workspace['postAsBot']> {
  const channel = workspace.visibleChannel(text(args.channel));
  const stored = workspace.find(channel.id, text(args.ts));
  if (stored === undefined || stored.ephemeralTo !== undefined) throw new SlackError('message_not_found');
  if (stored.message.bot_id !== workspace.app.botId) throw new SlackError(notOwn);
  return stored;
}

/** `text` and `blocks` of a message. Throws `no_text`, `msg_too_long`, `invalid_blocks`, `invalid_blocks_format`. */
export function readContent(args: Arguments, workspace: Workspace): { text: string; blocks: Block[] | undefined } {
  const words = optionalText(args.text) ?? '';
  const sent = readJson(args.blocks, 'invalid_blocks_format');
  const hasBlocks = Array.isArray(sent) ? sent.length > 0 : sent !== undefined;
  if (words === '' && !hasBlocks) throw new SlackError('no_text');
  if (words.length > maxText) throw new SlackError('msg_too_long');
  return { text: words, blocks: hasBlocks ? acceptBlocks(sent, () => workspace.newId('b')) : undefined };
}

export function readView(sent: unknown, workspace: Workspace, id: string): SlackView {
  const parsed = readJson(sent, 'invalid_arguments');
  if (typeof parsed !== 'object' || parsed === null) throw new SlackError('invalid_arguments');
  const view: Record<string, unknown> = { ...parsed };
  return {
    id,
    type: 'modal',
    blocks: acceptModal(view, () => workspace.newId('b')),
    title: view.title,
    submit: view.submit ?? null,
    close: view.close ?? null,
    private_metadata: optionalText(view.private_metadata) ?? '',
    callback_id: optionalText(view.callback_id) ?? '',
    notify_on_close: view.notify_on_close === true,
    hash: workspace.newId('hash.'),
  };
}

function readJson(value: unknown, error: string): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new SlackError(error);
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
