import type { KnownBlock, RichTextBlock, RichTextElement } from '@slack/types';
import { clean, clip, clipAloud } from '../../../src/view/clip.js';
import type { Line } from '../../../src/view/inline.js';
import type { Card } from '../../../src/view/model.js';
import { stateSigns } from '../../../src/view/signs.js';
import { buttonBlocks } from './buttons.js';
import { clipMarkup, limits } from './clip.js';
import { fallbackLine, fallbackText, richLine, richSection, richText } from './inline.js';
import type { Rendered } from './note.js';

/** Votes beyond these are in the thread and in the record. */
const mostSteps = 20;

/** In the fallback text the facts after the comment matter more than all of it. */
const shortComment = 500;

/** What, where it stands, why, the facts, then what it does: in the order in which somebody in an incident asks. */
export function renderCard(card: Card): Rendered {
  const comment = clipAloud(clean(card.comment), limits.section);
  const status: Line = [`${stateSigns[card.state]} `, ...card.status];
  return { text: fallback(card, status, comment), blocks: blocks(card, status, comment) };
}

function blocks(card: Card, status: Line, comment: string): KnownBlock[] {
  return [
    {
      type: 'header',
      text: { type: 'plain_text', text: clip(clean(card.title), limits.header), emoji: false },
    },
    body(card, status, comment),
    ...story(card.story.filter((step) => richLine(step).length > 0)),
    {
      type: 'context',
      elements: [{ type: 'plain_text', text: clip(clean(card.effect), limits.context), emoji: false }],
    },
    ...buttonBlocks(card.buttons),
  ];
}

function body(card: Card, status: Line, comment: string): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [
      richSection(...richLine(status)),
      ...(comment === ''
        ? []
        : [{ type: 'rich_text_quote' as const, elements: [{ type: 'text' as const, text: comment }] }]),
      richSection(...card.facts.flatMap(factLine)),
    ],
  };
}

function factLine({ label, value }: Card['facts'][number], index: number): RichTextElement[] {
  const newLine: RichTextElement[] = index === 0 ? [] : [richText('\n')];
  return [...newLine, richText(label, { bold: true }), richText('  '), ...richLine(value)];
}

function story(steps: readonly Line[]): RichTextBlock[] {
  if (steps.length === 0) return [];
  const left = steps.length - mostSteps;
  const shown: readonly Line[] = left > 0 ? [[`… ${left} earlier`], ...steps.slice(left)] : steps;
  const elements = shown.map((step) => richSection(...richLine(step)));
  return [{ type: 'rich_text', elements: [{ type: 'rich_text_list', style: 'bullet', elements }] }];
}

function fallback(card: Card, status: Line, comment: string): string {
  const lines = [
    fallbackText(card.title),
    fallbackLine(status),
    fallbackText(clip(comment, shortComment)),
    ...card.story.map(fallbackLine),
    ...card.facts.map(({ label, value }) => `${fallbackText(label)}: ${fallbackLine(value)}`),
    fallbackText(card.effect),
  ];
  return clipMarkup(lines.filter((line) => line !== '').join('\n'), limits.text);
}
