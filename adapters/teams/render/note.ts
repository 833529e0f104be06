import { clip } from '../../../src/view/clip.js';
import type { Line } from '../../../src/view/inline.js';
import type { Note } from '../../../src/view/model.js';
import { toneSigns } from '../../../src/view/signs.js';
import { actionSets } from './buttons.js';
import { contentOf, fitting, type TeamsContent } from './content.js';
import { cardFrom, fallbackOf } from './frame.js';
import { literal, plainLine, richLine, runs } from './inline.js';
import { quote, quoted } from './quote.js';

/** A list that is longer helps nobody in a chat. */
const mostLines = 40;
const longestSummary = 200;
/** A note is a card as well: the text of a message would be read as Markdown. */
export function renderNote(note: Note): TeamsContent {
  return fitting((most) => rendered(note, most), mostLines);
}

function rendered({ tone, lines, quote: words, buttons }: Note, most: number): TeamsContent {
  const quotation = words === undefined ? undefined : quote(words);
  const said = lines.filter((line) => runs(line).length > 0);
  const [first = ['—'], ...rest] = shorten(said.length === 0 && quotation !== undefined ? [['']] : said, most);
  const shown: Line[] = [[toneSigns[tone], ...first], ...rest].filter((line) => runs(line).length > 0);
  const texts = [...shown.map(plainLine), ...(words === undefined ? [] : [literal(quoted(words))])];
  const body = [
    ...shown.map((line, index) => richLine(line, {}, index === 0 ? undefined : 'Small')),
    ...(quotation === undefined ? [] : [quotation]),
    ...actionSets(buttons ?? []),
  ];
  return contentOf(clip(texts[0] ?? '—', longestSummary), cardFrom(fallbackOf(texts), body));
}

function shorten(lines: readonly Line[], most: number): readonly Line[] {
  if (lines.length <= most) return lines;
  const left = lines.length - most + 1;
  return [...lines.slice(0, most - 1), [`… and ${left} more lines`]];
}
