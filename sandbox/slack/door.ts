import type { SlackStandIn } from '../slack.js';
import { readView } from './methods.js';
import type { Block, OpenView, SlackChannel, StoredMessage } from './model.js';
import {
  blockActionsPayload,
  eventPayload,
  messageShortcutPayload,
  slashCommandPayload,
  viewClosedPayload,
  viewSubmissionPayload,
  type Pressed,
} from './payloads.js';
import {
  httpSender,
  postSigned,
  socketSender,
  type AppAnswer,
  type HttpSenderOptions,
  type Payload,
  type Retry,
  type Send,
} from './senders.js';

/** The app's answer, and the means to send the very same thing once more, as Slack does when an answer was late. */
export interface Sent extends AppAnswer {
  readonly payload: Payload;
  again(retry?: Retry): Promise<Sent>;
}

/** What people do in Slack, as requests to the app. All ids are Slack's. `over` replaces fields of the payload, to forge one. */
export interface SlackDoor {
  /** `text` as Slack sends it: `asTyped` escapes what a person typed. */
  slashCommand(said: { user: string; channel: string; command: string; text: string; over?: Payload }): Promise<Sent>;
  /** `text` follows the mention of the bot. Throws where the bot is not in the channel: Slack sends nothing then. */
  mention(said: { user: string; channel: string; text: string; thread_ts?: string; over?: Payload }): Promise<Sent>;
  directMessage(said: { user: string; text: string; thread_ts?: string; over?: Payload }): Promise<Sent>;
  /**
   * Presses a button of the message as it was when the caller read it. The button is named by one of `actionId`, `label`,
   * `token` (its value); `action` replaces fields of `actions[0]`. Throws when the message has no such button.
   */
  press(press: {
    user: string;
    message: StoredMessage;
    actionId?: string;
    label?: string;
    token?: string;
    action?: Payload;
    over?: Payload;
  }): Promise<Sent>;
  /** `values` by `action_id` or `block_id`. The modal closes, stays or changes as the app's answer says. */
  submitView(submission: {
    user: string;
    view: OpenView;
    values: Readonly<Record<string, string>>;
    over?: Payload;
  }): Promise<Sent>;
  /** Undefined where the view did not ask to be told (`notify_on_close`). */
  closeView(closing: { user: string; view: OpenView }): Promise<Sent | undefined>;
  messageShortcut(use: { user: string; message: StoredMessage; callbackId: string; over?: Payload }): Promise<Sent>;
}

/** The door over HTTP, which can also post any body under a real (or, by `headers`, a wrong) signature. */
export interface HttpSlackDoor extends SlackDoor {
  raw(body: string, headers?: Readonly<Record<string, string>>): Promise<AppAnswer>;
}

export function createSlackDoor(options: HttpSenderOptions & { readonly slack: SlackStandIn }): HttpSlackDoor {
  return {
    ...doorOver(options.slack, httpSender(options)),
    raw: (body, headers) => postSigned(options, body, headers),
  };
}

/** The door over the stand-in's Socket Mode connection. */
export function createSocketDoor(slack: SlackStandIn): SlackDoor {
  return doorOver(slack, socketSender(slack.socket));
}

/** What Slack makes of typed text before an app sees it. */
export function asTyped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function asRead(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function doorOver(slack: SlackStandIn, send: Send): SlackDoor {
  const { workspace, views } = slack;
  const ticketsFor = (
    user: string,
    channel: string,
    source?: StoredMessage,
  ): Parameters<typeof slashCommandPayload>[2] => ({
    trigger_id: slack.newTrigger(user),
    response_url: slack.newResponseUrl(channel, user, source),
  });
  const channelOf = (id: string): SlackChannel => {
    const channel = workspace.findChannel(id);
    if (channel === undefined) throw new Error(`There is no channel ${id}.`);
    return channel;
  };
  const deliver = async (type: Parameters<Send>[0], payload: Payload, retry?: Retry): Promise<Sent> => {
    const answer = await send(type, payload, retry);
    return { ...answer, payload, again: (next) => deliver(type, payload, next) };
  };
  const sayTo = (channel: SlackChannel, said: { user: string; text: string; thread_ts?: string; over?: Payload }) => {
    const user = workspace.user(said.user);
    const content = { text: said.text, blocks: richText(said.text, workspace.newId('b')), thread_ts: said.thread_ts };
    const stored = workspace.postAsUser(channel, user, content);
    return deliver('events_api', { ...eventPayload(workspace, stored, channel), ...said.over });
  };

  return {
    slashCommand: async (said) => {
      const user = workspace.user(said.user);
      const channel = channelOf(said.channel);
      const payload = slashCommandPayload(workspace, { ...said, user, channel }, ticketsFor(user.id, channel.id));
      const sent = await deliver('slash_commands', { ...payload, ...said.over });
      const text = fieldOf(sent.body, 'text');
      if (typeof text === 'string') workspace.whisper(channel, user.id, { text });
      return sent;
    },
    mention: async (said) => {
      const channel = channelOf(said.channel);
      if (!workspace.botIsIn(channel)) throw new Error(`The bot is not in ${channel.id}: Slack sends it nothing.`);
      return sayTo(channel, { ...said, text: `<@${workspace.app.botUser}> ${said.text}` });
    },
    directMessage: (said) => sayTo(workspace.openDirect(said.user), said),
    press: async (press) => {
      const user = workspace.user(press.user);
      const pressed = findButton(press.message, press);
      const tickets = ticketsFor(user.id, press.message.channel, press.message);
      const payload = blockActionsPayload(workspace, { user, stored: press.message, pressed }, tickets);
      const [action] = payload.actions as readonly Payload[];
      return deliver('interactive', { ...payload, actions: [{ ...action, ...press.action }], ...press.over });
    },
    submitView: async ({ user: userId, view: open, values, over }) => {
      const user = workspace.user(userId);
      const payload = viewSubmissionPayload(workspace, open, user, values, slack.newTrigger(userId));
      const sent = await deliver('interactive', { ...payload, ...over });
      const action = fieldOf(sent.body, 'response_action');
      if (action === 'update') {
        const view = readView(fieldOf(sent.body, 'view'), workspace, open.view.id);
        views.set(view.id, { user: userId, view });
      } else if (action !== 'errors' && sent.status === 200) views.delete(open.view.id);
      return sent;
    },
    closeView: async ({ user, view: open }) => {
      views.delete(open.view.id);
      if (!open.view.notify_on_close) return undefined;
      return deliver('interactive', viewClosedPayload(workspace, open, workspace.user(user)));
    },
    messageShortcut: async (use) => {
      const user = workspace.user(use.user);
      const tickets = ticketsFor(user.id, use.message.channel, use.message);
      const payload = messageShortcutPayload(workspace, { ...use, user, stored: use.message }, tickets);
      return deliver('interactive', { ...payload, ...use.over });
    },
  };
}

/** All buttons of a message with the blocks they are in, wherever in the block they stand. */
export function buttonsOf({ message }: StoredMessage): Pressed[] {
  const within = (value: unknown, blockId: string): Pressed[] => {
    if (Array.isArray(value)) return value.flatMap((each: unknown) => within(each, blockId));
    if (typeof value !== 'object' || value === null) return [];
    const fields: Block = { ...value };
    return fields.type === 'button' ? [{ button: fields, blockId }] : within(Object.values(fields), blockId);
  };
  return (message.blocks ?? []).flatMap((block) => within(block, String(block.block_id)));
}

function findButton(
  message: StoredMessage,
  by: { readonly actionId?: string; readonly label?: string; readonly token?: string },
): Pressed {
  const buttons = buttonsOf(message);
  const found = buttons.find(
    ({ button }) =>
      (by.actionId === undefined || button.action_id === by.actionId) &&
      (by.label === undefined || fieldOf(button.text, 'text') === by.label) &&
      (by.token === undefined || button.value === by.token),
  );
  if (found !== undefined) return found;
  const labels = buttons.map(({ button }) => String(fieldOf(button.text, 'text')));
  throw new Error(`No button ${JSON.stringify([by.actionId, by.label, by.token])}; there are: ${labels.join(', ')}.`);
}

/** The blocks that Slack's composer makes of plain text: unescaped, and with the mention as an element of its own. */
function richText(text: string, block_id: string): Block[] {
  const [, mentioned, rest = ''] = /^<@(\w+)>(.*)$/s.exec(text) ?? [];
  const elements =
    mentioned === undefined
      ? [{ type: 'text', text: asRead(text) }]
      : [
          { type: 'user', user_id: mentioned },
          { type: 'text', text: asRead(rest) },
        ];
  return [{ type: 'rich_text', block_id, elements: [{ type: 'rich_text_section', elements }] }];
}

function fieldOf(value: unknown, name: string): unknown {
  const fields: Payload = typeof value === 'object' && value !== null ? { ...value } : {};
  return fields[name];
}
