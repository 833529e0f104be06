import type { StoredMessage } from '../slack/model.js';
import { blocksToHtml, escapeHtml, type Reader } from './blocks.js';

/** One pane of the client: a channel, a thread, a direct conversation. */
export interface Pane {
  readonly title: string;
  /** What the reader is looking at, in a few words. */
  readonly caption: string;
  readonly messages: readonly StoredMessage[];
}

/** A page that needs nothing from outside: columns of panes, side by side. */
export function page(columns: readonly (readonly Pane[])[], reader: Reader): string {
  const body = columns.map(
    (panes) => `<div class="column">${panes.map((pane) => paneToHtml(pane, reader)).join('')}</div>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Cordon in Slack</title><style>${css}</style><body>${body.join('')}</body></html>`;
}

function paneToHtml({ title, caption, messages }: Pane, reader: Reader): string {
  const shown = messages.map((stored, index) => messageToHtml(stored, messages[index - 1], reader)).join('\n');
  return `<section><header><b>${escapeHtml(title)}</b><span>${escapeHtml(caption)}</span></header>${shown}</section>`;
}

function messageToHtml(stored: StoredMessage, before: StoredMessage | undefined, reader: Reader): string {
  const { message, ephemeralTo } = stored;
  if (message.blocks === undefined) throw new Error('The picture shows messages with blocks only.');
  const name = escapeHtml(reader.user(message.user));
  const badge = message.bot_id === undefined ? '' : '<span class="app">APP</span>';
  const time = escapeHtml(reader.date(Math.floor(Number(message.ts)), '{time}'));
  const joins = before !== undefined && goesOn(stored, before);
  const avatar = joins ? '<span class="gap"></span>' : `<span class="avatar">${name.slice(0, 1).toUpperCase()}</span>`;
  const who = joins ? '' : `<p class="who"><b>${name}</b>${badge}<time>${time}</time></p>`;
  const only = ephemeralTo === undefined ? '' : '<p class="only">Only visible to you</p>';
  return `<article>${avatar}<div class="body">${who}${only}${blocksToHtml(message.blocks, reader)}</div></article>${replies(stored)}`;
}

/** Slack shows the name once above what one author says within minutes; a thread's root stands alone. */
function goesOn({ message }: StoredMessage, { message: before }: StoredMessage): boolean {
  const close = Number(message.ts) - Number(before.ts) < 300;
  return close && message.user === before.user && (before.reply_count ?? 0) === 0;
}

function replies({ message: { reply_count: count = 0 } }: StoredMessage): string {
  return count === 0 ? '' : `<p class="replies">${count} ${count === 1 ? 'reply' : 'replies'}</p>`;
}

const css = `
* { box-sizing: border-box; margin: 0; }
body { display: flex; gap: 14px; align-items: stretch; padding: 14px; background: #ece9ee; color: #1d1c1d;
  font: 15px/1.466 "Liberation Sans", Arial, "Noto Color Emoji", sans-serif; }
.column { flex: 1 1 0; min-width: 0; display: flex; flex-direction: column; gap: 14px; }
section { background: #fff; border: 1px solid #d9d6dc; border-radius: 8px; padding-bottom: 8px; }
header { display: flex; gap: 8px; align-items: baseline; padding: 9px 16px; border-bottom: 1px solid #e6e4e8; margin-bottom: 4px; }
header b { white-space: nowrap; }
header span { color: #616061; font-size: 13px; }
article { display: flex; gap: 9px; padding: 4px 16px; }
.avatar { flex: none; width: 34px; height: 34px; margin-top: 3px; border-radius: 6px; background: #0b4f6c; color: #fff;
  font-weight: bold; text-align: center; line-height: 34px; }
.gap { flex: none; width: 34px; }
.replies { display: flex; gap: 8px; align-items: center; padding: 2px 16px; color: #616061; font-size: 13px; }
.replies::after { content: ""; flex: 1; border-top: 1px solid #e6e4e8; }
.body { min-width: 0; flex: 1; overflow-wrap: anywhere; }
.who b { margin-right: 5px; font-weight: 900; }
.app { font-size: 10px; background: #e8e6ea; color: #616061; border-radius: 2px; padding: 1px 3px; margin-right: 6px; vertical-align: 1px; }
time, .only { color: #616061; font-size: 12px; }
h2 { font-size: 18px; line-height: 1.33; margin: 2px 0 4px; }
.rich { margin: 2px 0 4px; white-space: pre-wrap; }
blockquote { border-left: 4px solid #ddd; padding-left: 12px; margin: 4px 0; }
ul { padding-left: 22px; }
code { background: #f8f8f8; border: 1px solid #e1e1e1; border-radius: 3px; padding: 1px 3px; color: #c01343;
  font: 12px/1.5 "Liberation Mono", monospace; }
.mention { background: #e8f0f8; color: #1264a3; border-radius: 3px; padding: 0 2px 1px; }
.link { color: #1264a3; }
.context { color: #616061; font-size: 13px; line-height: 1.38; margin: 4px 0 6px; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 4px; }
.button { border: 1px solid #bcbabd; border-radius: 8px; padding: 0 12px; font-weight: bold; line-height: 32px; }
.button.primary { background: #007a5a; border-color: #007a5a; color: #fff; }
.button.danger { background: #e01e5a; border-color: #e01e5a; color: #fff; }
`;
