import { clean, clip } from '../../../src/view/clip.js';
import type { Inline, Line } from '../../../src/view/inline.js';
import { plain } from '../../../src/view/model.js';
import type { RichTextBlock, TextRun } from './elements.js';
import type { Room } from './fit.js';

export type RunStyle = Pick<TextRun, 'weight' | 'size' | 'fontType' | 'isSubtle' | 'selectAction'>;

interface Piece {
  readonly text: string;
  readonly style: RunStyle;
}

const summaryLength = 300;
const longWord = /[^\s/?-]{80}(?=[^\s/?-])/gu;
const braces = /(?<=\{)(?=\{\s*(?:DATE|TIME)\b)/iu;

export function block(inlines: readonly TextRun[], spacing?: RichTextBlock['spacing']): RichTextBlock {
  return { type: 'RichTextBlock', ...(spacing === undefined ? {} : { spacing }), inlines };
}

/**
 * A line as TextRuns, cut to the room; none if it says nothing. `base` applies to each run.
 *
 * All text of a card is in TextRuns, so that it stays literal without any escaping:
 * - A TextRun is never markdown: "Markdown is not supported" (schema); adaptivecards sets it as `innerText`. TextBlock and
 *   FactSet are markdown in every client, and no escape works alike in all of them.
 * - A mention needs an entry in `msteams.entities`. Cordon sends none, so `<at>Everyone</at>` is nothing but these letters.
 * - `{{DATE(…)}}` and `{{TIME(…)}}` are expanded in the TextRuns of some clients and not of others (msteams-docs issue 8030).
 *   What people wrote is cut into two runs between the braces, which no client expands; and Cordon's own times are in UTC and
 *   say so, because a function that some clients show as it is would be worse.
 */
export function runs(line: Line, room: Pick<Room, 'line' | 'runs'>, base: RunStyle = {}): TextRun[] {
  const pieces = joined(line.map((part) => piece(part, base))).flatMap(unexpanded);
  const shown: TextRun[] = [];
  let left = room.line;
  for (const { text, style } of pieces) {
    if (left <= 0 || shown.length === room.runs) {
      shown.push({ type: 'TextRun', text: '…', ...base });
      break;
    }
    shown.push({ type: 'TextRun', text: breakable(clip(text, left)), ...style });
    if (text.length > left) break;
    left -= text.length + (style.selectAction?.url.length ?? 0);
  }
  return shown;
}

/** The words of a line on one line, for a notification. */
export function summaryOf(line: Line): string {
  return clip(clean(plain(line, utc)).replaceAll(/\s+/gu, ' ').trim(), summaryLength);
}

/** `2026-11-23 09:00 UTC`; `at` is Unix ms. */
export function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function piece(part: Inline, base: RunStyle): Piece {
  const style: RunStyle = { ...base, ...styleOf(part) };
  return { text: clean(plain([part], utc)), style };
}

/** A person's name is bold and no mention: a card is drawn again at every step, and each time it would ping. */
function styleOf(part: Inline): RunStyle {
  if (typeof part === 'string') return {};
  if ('bold' in part || 'person' in part) return { weight: 'Bolder' };
  if ('code' in part) return { fontType: 'Monospace' };
  if ('link' in part && isWebUrl(part.link)) return { selectAction: { type: 'Action.OpenUrl', url: part.link } };
  return {};
}

/** Neighbours of one style become one run: less to send, and no `{{` comes together unseen. */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const next of pieces) {
    const last = result.at(-1);
    if (next.text === '') continue;
    if (last !== undefined && JSON.stringify(last.style) === JSON.stringify(next.style)) {
      result[result.length - 1] = { text: last.text + next.text, style: last.style };
    } else result.push(next);
  }
  return result;
}

function unexpanded({ text, style }: Piece): Piece[] {
  return text.split(braces).map((part) => ({ text: part, style }));
}

/** A place to wrap, without width, in words that are wider than a card: the web client wraps between words alone. */
function breakable(text: string): string {
  return text.replaceAll(longWord, '$&\u200B');
}

function isWebUrl(link: string): boolean {
  return /^https?:\/\//.test(link) && URL.canParse(link);
}
