import type { RichTextElement, RichTextSection } from '@slack/types';
import type { Account } from '../../../src/people/person.js';
import { clean, clip } from '../../../src/view/clip.js';
import type { Inline, Line } from '../../../src/view/inline.js';
import { plain } from '../../../src/view/model.js';
import { escape } from '../escape.js';

/** One literal piece of a line; what is longer belongs into a quotation. */
const longestPiece = 1_000;
const dateFormat = '{date_short_pretty} {time}';

/**
 * A line as rich text. Slack shows rich text as it is, so nothing that a person or Defender wrote can format, link or
 * ping; only a Person or a channel that Cordon names becomes a mention.
 */
export function richLine(line: Line): RichTextElement[] {
  return line.map(richInline).filter((element) => element.type !== 'text' || element.text !== '');
}

export function richSection(...elements: RichTextElement[]): RichTextSection {
  return { type: 'rich_text_section', elements };
}

export function richText(text: string, style?: { bold?: true; code?: true }): RichTextElement {
  return { type: 'text', text: clip(clean(text), longestPiece), ...(style === undefined ? {} : { style }) };
}

function richInline(part: Inline): RichTextElement {
  if (typeof part === 'string') return richText(part);
  if ('bold' in part) return richText(part.bold, { bold: true });
  if ('code' in part) return richText(part.code, { code: true });
  if ('person' in part) {
    return isSlackUser(part.person) ? { type: 'user', user_id: part.person.user } : richText(part.name, { bold: true });
  }
  if ('at' in part) {
    return { type: 'date', timestamp: seconds(part.at), format: dateFormat, fallback: iso(part.at) };
  }
  if ('channel' in part) {
    return isSlackChannel(part) ? { type: 'channel', channel_id: part.channel } : richText(plain([part]));
  }
  return isWebUrl(part.link)
    ? { type: 'link', url: part.link, text: clip(clean(part.label), longestPiece) }
    : richText(part.label);
}

/**
 * A line for the `text` of a message, which notifications and screen readers use: escaped, names instead of mentions, and
 * times still in the reader's own time zone.
 */
export function fallbackLine(line: Line): string {
  return line.map(fallbackInline).join('');
}

export function fallbackText(text: string): string {
  return escape(clean(text));
}

function fallbackInline(part: Inline): string {
  if (typeof part === 'string') return fallbackText(part);
  if ('bold' in part) return fallbackText(part.bold);
  if ('code' in part) return fallbackText(part.code);
  if ('person' in part) return fallbackText(part.name);
  if ('at' in part) return `<!date^${seconds(part.at)}^${dateFormat}|${iso(part.at)}>`;
  if ('channel' in part) return isSlackChannel(part) ? `<#${part.channel}>` : fallbackText(plain([part]));
  return fallbackText(part.label);
}

function isSlackUser(account: Account): boolean {
  return account.platform === 'slack' && /^[UW][A-Z0-9]+$/.test(account.user);
}

function isSlackChannel({ channel, on }: Extract<Inline, { channel: string }>): boolean {
  return on === 'slack' && /^[CDG][A-Z0-9]+$/.test(channel);
}

function isWebUrl(link: string): boolean {
  return /^https?:\/\//.test(link);
}

function seconds(at: number): number {
  return Math.floor(at / 1_000);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
