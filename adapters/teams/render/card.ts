import type { Line, Tone } from '../../../src/view/inline.js';
import type { Card } from '../../../src/view/model.js';
import { stateSigns } from '../../../src/view/signs.js';
import { buttonRows } from './buttons.js';
import type { TeamsContent } from './content.js';
import type { ColumnSet, Container, ContainerStyle, Element } from './elements.js';
import { asContent, fitted, type Room, shorten } from './fit.js';
import { block, runs, summaryOf } from './inline.js';
import { quote } from './quote.js';

/**
 * The colour behind the status: seen before anything is read. Green is for the one state in which Defender has confirmed; what
 * ended without any effect has none.
 */
const styles: Readonly<Record<Tone, { readonly style?: ContainerStyle }>> = {
  neutral: {},
  progress: { style: 'accent' },
  success: { style: 'good' },
  warning: { style: 'warning' },
  danger: { style: 'attention' },
};

const titleRoom = { line: 150, runs: 10 };
/** Votes beyond these are in the thread and in the record. */
const mostSteps = 20;
const mostFacts = 15;

/** What, where it stands, why, the facts, then what it does: in the order in which somebody in an incident asks. */
export function renderCard(card: Card): TeamsContent {
  const status: Line = [`${stateSigns[card.state]} `, ...card.status];
  const { actions, sets } = buttonRows(card.buttons);
  const summary = summaryOf([card.title, '. ', ...status]);
  const fallback = `Request ${card.requestId}: ${card.state}. This app is too old to show the card; open it in a newer Teams.`;
  return fitted((room) => asContent(summary, fallback, [...body(card, status, room), ...sets], actions));
}

function body(card: Card, status: Line, room: Room): Element[] {
  return [
    block(runs([card.title], titleRoom, { size: 'Large', weight: 'Bolder' })),
    { type: 'Container', ...styles[card.tone], spacing: 'Small', items: [block(runs(status, room))] },
    ...quote(card.comment, room),
    facts(card.facts.slice(0, mostFacts), room),
    ...story(card.story, room),
    block(runs([card.effect], room, { size: 'Small', isSubtle: true }), 'Medium'),
  ];
}

function facts(shown: Card['facts'], room: Room): Container {
  return { type: 'Container', spacing: 'Medium', items: shown.map((fact) => factRow(fact, room)) };
}

/** One set for each fact, so that a value of several lines stays beside its label. */
function factRow({ label, value }: Card['facts'][number], room: Room): ColumnSet {
  const words = runs(value, room);
  return {
    type: 'ColumnSet',
    spacing: 'Small',
    columns: [
      { type: 'Column', width: '110px', items: [block(runs([label], room, { isSubtle: true }))] },
      { type: 'Column', width: 'stretch', items: [block(words.length > 0 ? words : runs(['—'], room))] },
    ],
  };
}

/** Oldest first; where there are too many, the newest. */
function story(steps: readonly Line[], room: Room): Element[] {
  const said = steps.filter((step) => runs(step, room).length > 0).reverse();
  const shown = shorten(said, Math.min(room.lines, mostSteps), (left) => [`… ${left} earlier`]).toReversed();
  return shown.map((step, index) => block(runs(['• ', ...step], room), index === 0 ? 'Medium' : 'None'));
}
