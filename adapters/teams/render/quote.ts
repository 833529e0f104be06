import { clean, clipAloud } from '../../../src/view/clip.js';
import type { Container } from './elements.js';
import { richLine } from './inline.js';

const longestQuote = 1_500;
const mostLines = 30;

/** Words of a person, each line for itself: not every client breaks a line inside a run. Undefined for no words. */
export function quote(words: string): Container | undefined {
  const lines = quoted(words).split('\n');
  if (lines.every((line) => line.trim() === '')) return undefined;
  const shown = lines.length > mostLines ? [...lines.slice(0, mostLines - 1), '…'] : lines;
  return {
    type: 'Container',
    style: 'emphasis',
    items: shown.map((line, index) => pieces(line, index === 0)),
  };
}

/** As it is shown, for the texts beside the card. */
export function quoted(words: string): string {
  return clipAloud(clean(words), longestQuote);
}

/** A blank line keeps its height. */
function pieces(line: string, first: boolean): ReturnType<typeof richLine> {
  const parts = line.trim() === '' ? ['\u00A0'] : (line.match(/[\s\S]{1,400}/g) ?? []);
  return richLine(parts, {}, first ? undefined : 'None');
}
