import { clean, clip } from '../../../src/view/clip.js';
import type { Inline, Line } from '../../../src/view/inline.js';
import { plain } from '../../../src/view/model.js';
import type { RichTextBlock, TextRun } from './elements.js';

/** One literal piece of a line; what is longer belongs into a quotation. */
const longestPiece = 500;

type Style = Omit<TextRun, 'type' | 'text'>;

/**
 * A line as rich text. A `TextRun` is never read as Markdown and never holds a mention, so nothing that a person or Defender wrote can
 * format, link or ping. People are named, not mentioned. Links are Cordon's own.
 */
export function richLine(line: Line, style: Style = {}, spacing?: RichTextBlock['spacing']): RichTextBlock {
  return { type: 'RichTextBlock', ...(spacing === undefined ? {} : { spacing }), inlines: runs(line, style) };
}

/** Empty where nothing of the line is to be seen. */
export function runs(line: Line, style: Style = {}): TextRun[] {
  return line.map((part) => ({ ...run(part), ...style })).filter(({ text }) => text !== '');
}

export function literal(text: string): string {
  // Clients replace `{{DATE(…)}}` and `{{TIME(…)}}` in every text. The word joiner between the braces is not seen.
  return clean(text).replaceAll('{{', '{\u2060{');
}

function run(part: Inline): TextRun {
  if (typeof part === 'string') return text(part);
  if ('bold' in part) return { ...text(part.bold), weight: 'Bolder' };
  if ('code' in part) return { ...text(part.code), fontType: 'Monospace' };
  if ('person' in part) return { ...text(part.name), weight: 'Bolder' };
  if ('at' in part) return text(utc(part.at));
  if ('channel' in part) return text(channelName(part));
  return /^https:\/\//.test(part.link)
    ? { ...text(part.label), selectAction: { type: 'Action.OpenUrl', url: part.link } }
    : text(part.label);
}

function text(words: string): TextRun {
  return { type: 'TextRun', text: clip(literal(words), longestPiece) };
}

function channelName({ on }: Extract<Inline, { channel: string }>): string {
  return on === 'teams' ? 'the approvals channel' : 'a channel in Slack';
}

/** A line without any mark-up, for `summary` and `fallbackText`. */
export function plainLine(line: Line): string {
  const named = line.map((part) => (typeof part === 'object' && 'channel' in part ? channelName(part) : part));
  return literal(plain(named, utc));
}

/** `2026-11-23 09:30 UTC`: Teams documents the reader's own time for `TextBlock` alone, which would read the words around as Markdown. */
export function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
