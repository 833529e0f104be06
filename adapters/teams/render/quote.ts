import { clean, clipAloud } from '../../../src/view/clip.js';
import type { Container, RichTextBlock } from './elements.js';
import { type Room, shorten } from './fit.js';
import { block, runs } from './inline.js';

/**
 * A person's words as a box of their own; none for no words. Each line is a block, because not every client breaks a line
 * inside a TextRun; an empty line becomes a gap.
 */
export function quote(words: string, room: Room): Container[] {
  const lines = clipAloud(clean(words).trim(), room.comment).split('\n');
  const items: RichTextBlock[] = [];
  let gap = false;
  for (const line of shorten(lines, room.commentLines, (left) => `… and ${left} more lines`)) {
    const inlines = runs([line.trimEnd()], { line: room.comment, runs: room.runs });
    if (inlines.length > 0) items.push(block(inlines, gap ? 'Small' : 'None'));
    gap = inlines.length === 0;
  }
  return items.length === 0 ? [] : [{ type: 'Container', style: 'emphasis', spacing: 'Small', items }];
}
