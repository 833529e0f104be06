import { describeView } from './describe.js';
import type { Block, OpenView, SlackChannel, SlackUser, StoredMessage } from './model.js';
import type { Payload } from './senders.js';
import type { Workspace } from './workspace.js';

/**
 * What Slack sends an app, field for field. Sources: docs.slack.dev `reference/interaction-payloads`,
 * `apis/events-api` and `interactivity/implementing-slash-commands`.
 */

/** Slack's old verification token; nobody may rely on it, and every payload still has it. */
const verificationToken = 'sandbox-verification-token';

export interface Tickets {
  readonly trigger_id: string;
  readonly response_url: string;
}

export function slashCommandPayload(
  workspace: Workspace,
  said: { user: SlackUser; channel: SlackChannel; command: string; text: string },
  tickets: Tickets,
): Payload {
  const { user, channel } = said;
  return {
    token: verificationToken,
    team_id: user.team_id,
    team_domain: workspace.team.domain,
    channel_id: channel.id,
    // Slack does not tell an app the name of a private channel.
    channel_name: channel.im !== undefined ? 'directmessage' : channel.is_private ? 'privategroup' : channel.name,
    user_id: user.id,
    user_name: user.name,
    command: said.command,
    text: said.text,
    api_app_id: workspace.app.id,
    is_enterprise_install: false,
    ...tickets,
  };
}

/** `app_mention`, or `message` in a direct conversation. */
export function eventPayload(workspace: Workspace, stored: StoredMessage, channel: SlackChannel): Payload {
  const { team, app } = workspace;
  const { message } = stored;
  const event =
    channel.im === undefined
      ? { ...message, type: 'app_mention', channel: channel.id, event_ts: message.ts }
      : { ...message, channel: channel.id, event_ts: message.ts, channel_type: 'im' };
  return {
    token: verificationToken,
    team_id: team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: app.id,
    event,
    type: 'event_callback',
    event_id: workspace.newId('Ev0'),
    event_time: Math.floor(Number(message.ts)),
    authorizations: [
      { enterprise_id: null, team_id: team.id, user_id: app.botUser, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: channel.is_ext_shared,
    event_context: workspace.newId('4-'),
  };
}

/** A pressed button, and the block it is in. */
export interface Pressed {
  readonly button: Block;
  readonly blockId: string;
}

export function blockActionsPayload(
  workspace: Workspace,
  press: { user: SlackUser; stored: StoredMessage; pressed: Pressed },
  tickets: Tickets,
): Payload {
  const { channel, message, ephemeralTo } = press.stored;
  const { action_id, text, value, style } = press.pressed.button;
  const action = { action_id, block_id: press.pressed.blockId, text, value, style, type: 'button' };
  return {
    type: 'block_actions',
    user: shortUser(press.user),
    api_app_id: workspace.app.id,
    token: verificationToken,
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel,
      is_ephemeral: ephemeralTo !== undefined,
      ...(message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }),
    },
    trigger_id: tickets.trigger_id,
    team: shortTeam(workspace),
    enterprise: null,
    is_enterprise_install: false,
    channel: shortChannel(workspace, channel),
    // Slack does not keep ephemeral messages, so it cannot send them back.
    ...(ephemeralTo === undefined ? { message } : {}),
    state: { values: {} },
    response_url: tickets.response_url,
    actions: [{ ...action, action_ts: workspace.newTs() }],
  };
}

export function messageShortcutPayload(
  workspace: Workspace,
  use: { user: SlackUser; stored: StoredMessage; callbackId: string },
  tickets: Tickets,
): Payload {
  return {
    type: 'message_action',
    token: verificationToken,
    action_ts: workspace.newTs(),
    team: shortTeam(workspace),
    user: shortUser(use.user),
    channel: shortChannel(workspace, use.stored.channel),
    is_enterprise_install: false,
    enterprise: null,
    callback_id: use.callbackId,
    api_app_id: workspace.app.id,
    message_ts: use.stored.message.ts,
    message: use.stored.message,
    ...tickets,
  };
}

/** `values`: what was filled in, by `action_id` or `block_id`; fields without an entry were left empty. */
export function viewSubmissionPayload(
  workspace: Workspace,
  open: OpenView,
  user: SlackUser,
  values: Readonly<Record<string, string>>,
  trigger_id: string,
): Payload {
  return {
    type: 'view_submission',
    team: shortTeam(workspace),
    user: shortUser(user),
    api_app_id: workspace.app.id,
    token: verificationToken,
    trigger_id,
    view: { ...describeView(open.view, workspace), state: { values: stateOf(open, values) } },
    response_urls: [],
    is_enterprise_install: false,
    enterprise: null,
  };
}

export function viewClosedPayload(workspace: Workspace, open: OpenView, user: SlackUser): Payload {
  return {
    type: 'view_closed',
    team: shortTeam(workspace),
    user: shortUser(user),
    api_app_id: workspace.app.id,
    token: verificationToken,
    view: describeView(open.view, workspace),
    is_cleared: false,
    is_enterprise_install: false,
    enterprise: null,
  };
}

/** Throws for a value that no field of the view takes: nobody could have typed it. */
function stateOf({ view }: OpenView, values: Readonly<Record<string, string>>): Payload {
  const left = new Set(Object.keys(values));
  const state: Record<string, unknown> = {};
  for (const { type, block_id, element } of view.blocks) {
    if (type !== 'input' || typeof element !== 'object' || element === null) continue;
    const field: Record<string, unknown> = { ...element };
    const [blockId, actionId] = [textOf(block_id), textOf(field.action_id)];
    const value = values[actionId] ?? values[blockId] ?? null;
    left.delete(actionId);
    left.delete(blockId);
    state[blockId] = { [actionId]: { type: field.type, ...answered(field, value) } };
  }
  if (left.size > 0) throw new Error(`The modal has no field ${[...left].join(', ')}.`);
  return state;
}

/** A field of choices answers with the chosen option, its initial one if nobody touched it; every other with its text. */
function answered(field: Readonly<Record<string, unknown>>, value: string | null): Payload {
  if (!Array.isArray(field.options)) return { value };
  const options = field.options as readonly Readonly<Record<string, unknown>>[];
  const chosen = value === null ? field.initial_option : options.find((option) => option.value === value);
  if (value !== null && chosen === undefined) throw new Error(`The modal offers no ${value}.`);
  return { selected_option: chosen ?? null };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function shortTeam({ team }: Workspace): Payload {
  return { id: team.id, domain: team.domain };
}

function shortUser({ id, name, team_id }: SlackUser): Payload {
  return { id, username: name, name, team_id };
}

function shortChannel(workspace: Workspace, id: string): Payload {
  const channel = workspace.findChannel(id);
  if (channel?.im !== undefined) return { id, name: 'directmessage' };
  return { id, name: channel?.is_private === true ? 'privategroup' : channel?.name };
}
