import { teamsCommands } from '../../commands.js';
import type { InvokeResponse, Outcome, TeamsState } from '../../model.js';
import type { TeamsConversation, TeamsMessage, TeamsUser } from '../../../teams.js';
import { act } from '../act.js';
import type { Chat, Desk, Place, Post, Someone } from '../chat/model.js';
import { Card } from './card.js';
import { MessageText } from './text.js';

/** The chat with Cordon alone, which exists before its first message. */
const personal = 'personal';
const cardType = 'application/vnd.microsoft.card.adaptive';

/** Cards that the bot answered a press with, shown to who pressed until the message itself changes; by person and message. */
export type Answers = Readonly<Record<string, { readonly version: string; readonly card: unknown }>>;

interface TeamsChatOptions {
  readonly teams: TeamsState;
  readonly desk: Desk;
  readonly answers: Answers;
  readonly onAnswer: (key: string, answer: Answers[string]) => void;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Teams as the person at the desk sees it: what others see alone is left out. */
export function teamsChat({ teams, desk, answers, onAnswer, onOutcome }: TeamsChatOptions): Chat {
  const { person: user, place, thread } = desk;
  const conversation = place === personal ? personalChat(teams, user)?.id : place;
  const visible = teams.messages.filter(
    ({ targetedTo, deleted }) => !deleted && (targetedTo === undefined || targetedTo === user),
  );
  const post = (message: TeamsMessage, replies: readonly TeamsMessage[] = []): Post => {
    const version = JSON.stringify(message.activity);
    const key = `${user}/${message.id}`;
    const answered = answers[key]?.version === version ? answers[key].card : undefined;
    const press = async (title: string, inputs: Readonly<Record<string, string>>): Promise<void> => {
      const outcome = await act({ on: 'teams', do: 'press', user, message: message.id, title, inputs });
      const card = outcome.invoke?.type === cardType ? outcome.invoke.value : undefined;
      if (card !== undefined) onAnswer(key, { version, card });
      onOutcome({ ...outcome, ...problemOf(outcome.invoke) });
    };
    const cards = answered === undefined ? cardsOf(message) : [answered];
    const text = message.activity.text;
    return {
      id: message.id,
      author: message.from === undefined ? 'Cordon' : nameOf(message.from, teams),
      isBot: message.from === undefined,
      at: message.at,
      edited: message.editedAt !== undefined,
      onlyYou: message.targetedTo === undefined ? undefined : 'Only you can see this',
      version: JSON.stringify(cards) + String(text),
      body: (
        <>
          {typeof text === 'string' && text !== '' && <MessageText html={text} />}
          {cards.map((content, index) => (
            <Card key={index} content={content} onPress={press} />
          ))}
        </>
      ),
      replies: replies.map((reply) => post(reply)),
      menu: undefined,
    };
  };
  const here = teams.conversations.find(({ id }) => id === conversation);
  return {
    platform: 'teams',
    name: 'Teams',
    people: teams.users.map((each) => someone(each, teams)),
    places: placesOf(teams, user, visible),
    posts: threads(visible.filter((message) => message.conversation === conversation)).map(([root, replies]) =>
      post(root, replies),
    ),
    offers: [
      ...(place === personal ? [] : [{ insert: '@cordon ', hint: 'restrict, status, help, …' }]),
      ...teamsCommands,
    ],
    prompt: place === personal ? 'Message Cordon' : '/restrict … or @Cordon …',
    empty:
      here?.installed === false ? (
        <p>Cordon is not installed here.</p>
      ) : place === personal ? (
        <p>Cordon answers here in private. Try “help”.</p>
      ) : (
        <p>
          Nothing has been said here. Mention <code>@Cordon</code>, or choose a command with <code>/</code>.
        </p>
      ),
    say: (text) =>
      act({
        ...{ on: 'teams', do: 'say', user, conversation: place, text },
        ...(thread === undefined ? {} : { thread }),
      }),
  };
}

/** The conversation at the desk where Cordon has to be installed before it hears anything. */
export function withoutCordon({ conversations }: TeamsState, { person, place }: Desk): boolean {
  const found = conversations.find(({ id, type, members }) =>
    place === personal ? type === 'personal' && members.includes(person) : id === place,
  );
  return found?.installed === false;
}

function threads(messages: readonly TeamsMessage[]): [TeamsMessage, TeamsMessage[]][] {
  const ids = new Set(messages.map(({ id }) => id));
  const isReply = ({ id, root }: TeamsMessage): boolean => root !== undefined && root !== id && ids.has(root);
  return messages
    .filter((message) => !isReply(message))
    .map((root) => [root, messages.filter((message) => isReply(message) && message.root === root.id)]);
}

function placesOf(teams: TeamsState, user: string, visible: readonly TeamsMessage[]): Place[] {
  const latest = (id: string | undefined): number =>
    Math.max(0, ...visible.filter(({ conversation }) => conversation === id).map(({ at }) => at));
  const shared = teams.conversations
    .filter(({ type, members }) => type !== 'personal' && members.includes(user))
    .map((each): Place => ({
      id: each.id,
      name: each.name,
      kind: each.type === 'channel' ? 'channel' : 'private',
      latest: latest(each.id),
    }));
  return [...shared, { id: personal, name: 'Cordon', kind: 'direct', latest: latest(personalChat(teams, user)?.id) }];
}

function personalChat({ conversations }: TeamsState, user: string): TeamsConversation | undefined {
  return conversations.find(({ type, members }) => type === 'personal' && members.includes(user));
}

function someone({ aadObjectId, name, tenantId, userRole }: TeamsUser, teams: TeamsState): Someone {
  const about = tenantId !== teams.tenantId ? 'another company' : userRole === 'user' ? undefined : userRole;
  return { id: aadObjectId, name, ...(about === undefined ? {} : { about }) };
}

function nameOf(aadObjectId: string, { users }: TeamsState): string {
  return users.find((user) => user.aadObjectId === aadObjectId)?.name ?? aadObjectId;
}

function cardsOf({ activity: { attachments } }: TeamsMessage): unknown[] {
  if (!Array.isArray(attachments)) return [];
  return attachments.flatMap((each: unknown) =>
    typeof each === 'object' &&
    each !== null &&
    'contentType' in each &&
    each.contentType === cardType &&
    'content' in each
      ? [each.content]
      : [],
  );
}

/** What Teams shows of an invoke response that is no card. */
function problemOf(invoke: InvokeResponse | undefined): Outcome {
  if (invoke === undefined || invoke.type === cardType) return {};
  const { value } = invoke;
  if (typeof value === 'string') return invoke.statusCode === 200 ? {} : { problem: value };
  if (typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string') {
    return { problem: value.message };
  }
  return invoke.statusCode === 200 ? {} : { problem: 'Unable to reach app. Please try again.' };
}
