import type { TeamsConversation, TeamsMessage, TeamsOnLoopback, TeamsUser } from '../teams.js';
import { installationActivities, invokeActivity, messageActivity, type Scene } from './activities.js';
import { executablesOf, fieldsOf, inputValues, titleOf } from './cards.js';
import { asTyped } from './typed.js';

/** The answer of Cordon to an activity, and the means to send the very same one once more. `body` of an invoke is the invoke response. */
export interface TeamsSent {
  readonly status: number;
  readonly body: unknown;
  again(): Promise<TeamsSent>;
}

/**
 * What people do in Teams, as activities with a real token: the only way in. People are named by `aadObjectId`; conversation
 * `personal` is the one that they have with the bot alone.
 */
export interface TeamsDoor {
  /**
   * Types to the bot. In a channel or group chat with a mention, unless `slash`, which chooses the native slash command: then the
   * activity is targeted (`recipient.isTargeted`). `thread` is the root in a channel; without it a channel message is a new root.
   */
  say(what: { user: string; conversation: string; thread?: string; text: string; slash?: boolean }): Promise<TeamsSent>;
  /** Clicks the `Action.Execute` with this title, also one inside an `Action.ShowCard`, with the values of its inputs by id. */
  press(what: {
    user: string;
    message: TeamsMessage;
    title: string;
    inputs?: Readonly<Record<string, string>>;
  }): Promise<TeamsSent>;
  /** The app is added to the conversation, or to the person with `personal`. */
  install(what: { user: string; conversation: string }): Promise<TeamsSent>;
  uninstall(what: { user: string; conversation: string }): Promise<TeamsSent>;
  /** Any activity, with any token (a good one when missing; none when null). */
  activity(activity: Readonly<Record<string, unknown>>, token?: string | null): Promise<TeamsSent>;
}

export interface TeamsDoorOptions {
  readonly teams: TeamsOnLoopback;
  /** Cordon's `POST /api/messages`. */
  readonly url: string;
  readonly fetch: typeof fetch;
}

export function createTeamsDoor({ teams, url, fetch }: TeamsDoorOptions): TeamsDoor {
  const { chats } = teams;

  /** Where `name` is for this person. Throws where they are no member: they could not do anything there. */
  const placeOf = (user: TeamsUser, name: string): TeamsConversation => {
    const conversation = name === 'personal' ? chats.personalOf(user) : chats.findConversation(name);
    if (conversation === undefined) throw new Error(`There is no conversation ${name}.`);
    if (!conversation.members.includes(user.aadObjectId))
      throw new Error(`${user.name} is not in ${conversation.name}.`);
    return conversation;
  };
  const sceneOf = (user: TeamsUser, conversation: TeamsConversation, root?: string): Scene => ({
    teams,
    user,
    conversation,
    root,
    at: chats.now(),
  });
  const activity: TeamsDoor['activity'] = async (body, token) => {
    const authorization = token === null ? {} : { authorization: `Bearer ${token ?? (await teams.token())}` };
    const headers = { 'content-type': 'application/json; charset=utf-8', ...authorization };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, body: parse(text), again: () => activity(body, token) };
  };
  const setInstalled = async (
    { user: id, conversation: name }: { user: string; conversation: string },
    what: 'add' | 'remove',
  ): Promise<TeamsSent> => {
    const user = chats.user(id);
    const conversation = placeOf(user, name);
    chats.putConversation({ ...conversation, installed: what === 'add' });
    const [first, second] = installationActivities(sceneOf(user, conversation), what);
    const sent = await activity(first ?? {});
    const other = await activity(second ?? {});
    return sent.status === 200 ? other : sent;
  };

  return {
    async say({ user: id, conversation: name, thread, text, slash = false }) {
      const user = chats.user(id);
      const conversation = placeOf(user, name);
      const { type } = conversation;
      if (!conversation.installed) throw new Error(`The bot is not in ${conversation.name}: Teams sends it nothing.`);
      if (thread !== undefined && type !== 'channel') throw new Error(`${conversation.name} has no threads.`);
      if (slash && type === 'personal') throw new Error('Slash commands are for channels and group chats.');
      const kind = type === 'personal' ? 'plain' : slash ? 'targeted' : 'mention';
      const typed = asTyped(text, kind === 'mention');
      const message = chats.post({
        conversation: conversation.id,
        root: thread,
        from: user.aadObjectId,
        targetedTo: slash ? user.aadObjectId : undefined,
        activity: { type: 'message', text: typed.html, textFormat: 'xml' },
      });
      const root = type === 'channel' ? (thread ?? message.id) : undefined;
      return activity(messageActivity(sceneOf(user, conversation, root), message.id, typed, kind));
    },
    async press({ user: id, message: seen, title, inputs = {} }) {
      const user = chats.user(id);
      const conversation = placeOf(user, seen.conversation);
      const message = chats.find(seen.id);
      if (message === undefined || (message.targetedTo !== undefined && message.targetedTo !== id)) {
        throw new Error(`${user.name} sees no message ${seen.id}.`);
      }
      const buttons = executablesOf(message);
      const button = buttons.find((each) => titleOf(each) === title);
      if (button === undefined) {
        throw new Error(`No button ${title}; there are: ${buttons.map(titleOf).join(', ') || 'none'}.`);
      }
      const data = { ...fieldsOf(button.action.data), ...inputValues(button, inputs) };
      const { type, id: actionId, verb } = button.action;
      const action = { type, title, ...(actionId === undefined ? {} : { id: actionId }), verb, data };
      const root = conversation.type === 'channel' ? (message.root ?? message.id) : undefined;
      return activity(invokeActivity(sceneOf(user, conversation, root), message, action));
    },
    install: (what) => setInstalled(what, 'add'),
    uninstall: (what) => setInstalled(what, 'remove'),
    activity,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
