import type { TeamsConversation, TeamsMessage, TeamsStandIn, TeamsUser } from '../teams.js';
import { installationActivities, invokeActivity, messageActivity, type Scene, typedText } from './activities.js';

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

type Fields = Readonly<Record<string, unknown>>;

export interface TeamsDoorOptions {
  readonly teams: TeamsStandIn;
  /** Of Cordon's `/api/messages`. */
  readonly url: string;
  readonly now: () => number;
  readonly fetch: typeof globalThis.fetch;
}

export function createTeamsDoor({ teams, url, now, fetch }: TeamsDoorOptions): TeamsDoor {
  const userOf = (id: string): TeamsUser => {
    const found = teams.users().find(({ aadObjectId }) => aadObjectId === id);
    if (found === undefined) throw new Error(`There is nobody ${id} in Teams.`);
    return found;
  };
  const sceneOf = (user: string, conversation: string, root?: string): Scene => {
    const who = userOf(user);
    return { teams, user: who, conversation: conversationOf(who, conversation), root };
  };
  const conversationOf = (user: TeamsUser, id: string): TeamsConversation => {
    if (id === 'personal') teams.personal(user.aadObjectId);
    const wanted = id === 'personal' ? `a:1${user.aadObjectId}` : id;
    const found = teams.conversations().find((each) => each.id === wanted);
    if (found === undefined) throw new Error(`There is no conversation ${id}.`);
    if (!found.members.includes(user.aadObjectId)) throw new Error(`${user.name} is not in ${found.name}.`);
    return found;
  };
  const send = async (activity: Fields, token?: string | null): Promise<TeamsSent> => {
    const bearer = token === undefined ? await teams.token() : token;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(activity),
    });
    const text = await response.text();
    return { status: response.status, body: jsonIn(text), again: () => send(activity, token) };
  };
  const install = async (user: string, conversation: string, add: boolean): Promise<TeamsSent> => {
    const scene = sceneOf(user, conversation);
    teams.putConversation({ ...scene.conversation, installed: add });
    const [first = {}, second = {}] = installationActivities(scene, { id: String(now()), at: now(), add });
    await send(first);
    return send(second);
  };
  let invokes = 0;

  return {
    say({ user, conversation, thread, text, slash = false }) {
      const scene = sceneOf(user, conversation, thread);
      const { type } = scene.conversation;
      const mention = type !== 'personal' && !slash;
      const message = teams.post({
        conversation: scene.conversation.id,
        root: type === 'channel' ? thread : undefined,
        from: user,
        targetedTo: slash && type !== 'personal' ? user : undefined,
        activity: { text: typedText(text, mention) },
      });
      const root = thread ?? message.id;
      return send(messageActivity({ ...scene, root }, message, { mention, slash: slash && type !== 'personal' }));
    },
    press({ user, message, title, inputs = {} }) {
      const scene = sceneOf(user, message.conversation, message.root ?? message.id);
      const action = findAction(message.activity['attachments'], title);
      if (action === undefined) throw new Error(`The card has no action “${title}”.`);
      checkInputs(action.inputs, inputs);
      invokes += 1;
      const data = { ...fieldsOf(action.execute['data']), ...inputs };
      return send(
        invokeActivity(scene, {
          id: `f:${now()}-${invokes}`,
          at: now(),
          replyToId: message.id,
          action: { ...action.execute, data },
        }),
      );
    },
    install: ({ user, conversation }) => install(user, conversation, true),
    uninstall: ({ user, conversation }) => install(user, conversation, false),
    activity: (activity, token) => send(activity, token),
  };
}

interface Found {
  readonly execute: Fields;
  /** Inputs of the card that it is on. */
  readonly inputs: readonly Fields[];
}

/** The `Action.Execute` of this title, wherever it is; one inside an `Action.ShowCard` goes before an outer one. */
function findAction(value: unknown, title: string): Found | undefined {
  return actionsIn(value, []).findLast(({ execute }) => execute['title'] === title);
}

function actionsIn(value: unknown, inputs: readonly Fields[]): Found[] {
  if (Array.isArray(value)) return value.flatMap((each: unknown) => actionsIn(each, inputs));
  const fields = fieldsOf(value);
  if (fields['type'] === 'Action.Execute') return [{ execute: fields, inputs }];
  const own = fields['type'] === 'AdaptiveCard' ? [...inputs, ...inputsIn(fields['body'])] : inputs;
  return Object.values(fields).flatMap((each) => (typeof each === 'object' ? actionsIn(each, own) : []));
}

function inputsIn(body: unknown): Fields[] {
  const elements = Array.isArray(body) ? body.map(fieldsOf) : [];
  return elements.filter(({ type }) => String(type).startsWith('Input.'));
}

/** The client itself asks for what is required before it sends anything. */
function checkInputs(inputs: readonly Fields[], given: Readonly<Record<string, string>>): void {
  for (const { id, isRequired, errorMessage } of inputs) {
    if (isRequired === true && (given[String(id)] ?? '').trim() === '') throw new Error(String(errorMessage));
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
