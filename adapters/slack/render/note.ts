import type { KnownBlock, RichTextBlockElement } from '@slack/types';
import { clean, clipAloud } from '../../../src/view/clip.js';
import type { Line } from '../../../src/view/inline.js';
import type { Note } from '../../../src/view/model.js';
import { toneSigns } from '../../../src/view/signs.js';
import { buttonBlocks } from './buttons.js';
import { clipMarkup, limits } from './clip.js';
import { fallbackLine, fallbackText, richLine, richSection } from './inline.js';

/** What is posted: blocks for the reader, `text` for notifications, screen readers and search. */
export interface Rendered {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** A list that is longer helps nobody in a chat. */
const mostLines = 60;

export function renderNote({ tone, lines, quote, buttons }: Note): Rendered {
  const words = quote === undefined ? '' : clipAloud(clean(quote), limits.section);
  const said = lines.filter((line) => richLine(line).length > 0);
  const shown = shorten(said.length === 0 && words === '' ? [['—']] : said);
  const elements: RichTextBlockElement[] = shown.map((line, index) =>
    richSection(...richLine(index === 0 ? [toneSigns[tone], ...line] : line)),
  );
  if (words !== '') elements.push({ type: 'rich_text_quote', elements: [{ type: 'text', text: words }] });
  const text = [toneSigns[tone] + shown.map(fallbackLine).join('\n'), ...(words === '' ? [] : [fallbackText(words)])];
  return {
    text: clipMarkup(text.join('\n'), limits.text),
    blocks: [{ type: 'rich_text', elements }, ...buttonBlocks(buttons ?? [])],
  };
}

function shorten(lines: readonly Line[]): readonly Line[] {
  if (lines.length <= mostLines) return lines;
  const left = lines.length - mostLines + 1;
  return [...lines.slice(0, mostLines - 1), [`… and ${left} more lines`]];
}
