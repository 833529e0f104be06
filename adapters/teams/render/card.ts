import type { Line, Tone } from '../../../src/view/inline.js';
import type { Card } from '../../../src/view/model.js';
import { stateSigns } from '../../../src/view/signs.js';
import { action } from './buttons.js';
import { contentOf, fitting, type TeamsContent } from './content.js';
import type { ColumnSet, Container, Element } from './elements.js';
import { cardFrom, fallbackOf } from './frame.js';
import { literal, plainLine, richLine, runs } from './inline.js';
import { quote, quoted } from './quote.js';

const tones: Readonly<Record<Tone, NonNullable<Container['style']>>> = {
  neutral: 'emphasis',
  progress: 'accent',
  success: 'good',
  warning: 'warning',
  danger: 'attention',
};

/** Votes beyond these are in the thread and in the record. */
const mostSteps = 20;
const labelWidth = '110px';

/** What, where it stands, why, the facts, then what it does: in the order in which somebody in an incident asks. */
export function renderCard(card: Card): TeamsContent {
  return fitting((most) => rendered(card, most), mostSteps);
}

function rendered(card: Card, most: number): TeamsContent {
  const status: Line = [`${stateSigns[card.state]} `, ...card.status];
  const fallback = fallbackOf([
    literal(card.title),
    plainLine(status),
    literal(quoted(card.comment)),
    ...card.facts.map(({ label, value }) => `${label}: ${plainLine(value)}`),
    ...card.story.map(plainLine),
    literal(card.effect),
  ]);
  const buttons = card.buttons.map(action);
  return contentOf(
    `${literal(card.title)}: ${plainLine(status)}`,
    cardFrom(fallback, body(card, status, most), buttons),
  );
}

function body(card: Card, status: Line, most: number): Element[] {
  const words = quote(card.comment);
  return [
    richLine([card.title], { size: 'Large', weight: 'Bolder' }),
    { type: 'Container', style: tones[card.tone], spacing: 'Small', items: [richLine(status)] },
    ...(words === undefined ? [] : [words]),
    { type: 'Container', items: card.facts.filter(({ value }) => runs(value).length > 0).map(fact) },
    ...story(card.story, most),
    richLine([card.effect], { size: 'Small', isSubtle: true }),
  ];
}

function fact({ label, value }: Card['facts'][number], index: number): ColumnSet {
  return {
    type: 'ColumnSet',
    ...(index === 0 ? {} : { spacing: 'Small' as const }),
    columns: [
      { type: 'Column', width: labelWidth, items: [richLine([label], { isSubtle: true })] },
      { type: 'Column', width: 'stretch', items: [richLine(value)] },
    ],
  };
}

function story(steps: readonly Line[], most: number): Container[] {
  const said = steps.filter((step) => runs(step).length > 0);
  if (said.length === 0) return [];
  const left = said.length - most;
  const shown: readonly Line[] = left > 0 ? [[`… ${left} earlier`], ...said.slice(left)] : said;
  return [{ type: 'Container', items: shown.map((step) => richLine(['• ', ...step], {}, 'Small')) }];
}
