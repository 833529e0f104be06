import type { MessageEvent, SlackStandIn, StoredMessage } from './slack.js';

/** Shows what happens in the workspace as lines of text, in the words of the messages' fallback texts. */
export function transcriber(slack: SlackStandIn, print: (line: string) => void): (event: MessageEvent) => void {
  const cards = new Map<string, string>();
  return ({ what, stored }) => {
    const { message } = stored;
    if (message.bot_id === undefined && what !== 'deleted') return;
    const text = readable(message.text, slack);
    const key = `${stored.channel}/${message.ts}`;
    if (what === 'updated' && cards.get(key) === text) return;
    cards.set(key, text);
    // A card that changed says its title and state again, not all that stayed.
    const [first = '', ...more] = text.split('\n').slice(0, what === 'updated' ? 2 : undefined);
    const before = `${place(stored, slack)} ${marks[what]}`;
    print(`${before} ${first}`);
    for (const line of more) print(`${' '.repeat(before.length)} ${line}`);
  };
}

const marks: Readonly<Record<MessageEvent['what'], string>> = {
  posted: '│',
  updated: '│ (card now)',
  deleted: '│ (deleted)',
  ephemeral: '│ (only you)',
};

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
