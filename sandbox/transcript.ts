import type { MessageEvent, SlackStandIn, StoredMessage } from './slack.js';
import type { TeamsEvent, TeamsMessage, TeamsOnLoopback } from './teams.js';
import { wordsOf } from './teams/words.js';

type Print = (line: string) => void;
type What = 'posted' | 'updated' | 'deleted' | 'ephemeral';

const marks: Readonly<Record<What, string>> = {
  posted: '│',
  updated: '│ (card now)',
  deleted: '│ (deleted)',
  ephemeral: '│ (only you)',
};

/** Shows what happens in the workspace as lines of text, in the words of the messages' fallback texts. */
export function transcriber(slack: SlackStandIn, print: Print): (event: MessageEvent) => void {
  const tell = teller(print);
  return ({ what, stored }) => {
    const { message } = stored;
    if (message.bot_id === undefined && what !== 'deleted') return;
    tell({
      what,
      key: `${stored.channel}/${message.ts}`,
      where: place(stored, slack),
      text: readable(message.text, slack),
    });
  };
}

/** The same of Teams, in the words of its cards. */
export function teamsTranscriber(teams: Pick<TeamsOnLoopback, 'chats'>, print: Print): (event: TeamsEvent) => void {
  const tell = teller(print);
  return ({ what, message }) => {
    if (message.from !== undefined && what !== 'deleted') return;
    const posted = message.targetedTo === undefined ? 'posted' : 'ephemeral';
    const where = teamsPlace(message, teams);
    tell({ what: what === 'new' ? posted : what, key: message.id, where, text: wordsOf(message) });
  };
}

interface Told {
  readonly what: What;
  readonly key: string;
  readonly where: string;
  readonly text: string;
}

function teller(print: Print): (told: Told) => void {
  const shown = new Map<string, string>();
  return ({ what, key, where, text }) => {
    if (what === 'updated' && shown.get(key) === text) return;
    shown.set(key, text);
    // A card that changed says its title and state again, not all that stayed.
    const [first = '', ...more] = text.split('\n').slice(0, what === 'updated' ? 2 : undefined);
    const before = `${where} ${marks[what]}`;
    print(`${before} ${first}`);
    for (const line of more) print(`${' '.repeat(before.length)} ${line}`);
  };
}

function teamsPlace(
  { conversation, root, targetedTo }: TeamsMessage,
  { chats }: Pick<TeamsOnLoopback, 'chats'>,
): string {
  const found = chats.findConversation(conversation);
  const name = found?.type === 'personal' ? `chat with ${found.name}` : (found?.name ?? conversation);
  const only = targetedTo === undefined ? '' : ` → ${chats.findUser(targetedTo)?.name ?? targetedTo}`;
  return `  [teams] ${name}${root === undefined ? '' : ' ↳'}${only}`;
}

function place({ channel, message, ephemeralTo }: StoredMessage, slack: SlackStandIn): string {
  const found = slack.workspace.findChannel(channel);
  const name = found?.im === undefined ? `#${found?.name ?? channel}` : `DM ${slack.workspace.user(found.im).name}`;
  const inThread = message.thread_ts !== undefined && message.thread_ts !== message.ts;
  return `  ${name}${inThread ? ' ↳' : ''}${ephemeralTo === undefined ? '' : ` → ${slack.workspace.user(ephemeralTo).name}`}`;
}

/** Slack's markup as its client shows it. */
export function readable(text: string, slack: SlackStandIn): string {
  return text
    .replaceAll(/<!date\^\d+\^[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(/<@(\w+)>/g, (_all, id: string) => `@${slack.workspace.user(id).name}`)
    .replaceAll(/<#(\w+)(?:\|[^>]*)?>/g, (_all, id: string) => `#${slack.workspace.findChannel(id)?.name ?? id}`)
    .replaceAll(/<[^|>]+\|([^>]+)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
