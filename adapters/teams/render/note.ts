import type { Note } from '../../../src/view/model.js';
import type { Line } from '../../../src/view/inline.js';
import { toneSigns } from '../../../src/view/signs.js';
import { buttonRows } from './buttons.js';
import type { TeamsContent } from './content.js';
import { asContent, fitted, shorten } from './fit.js';
import { block, runs, summaryOf } from './inline.js';
import { quote } from './quote.js';

const fallback = 'A message from Cordon. This app is too old to show it; open it in a newer Teams.';

/**
 * Also a card, a bare one: the text of a Teams message is markdown or HTML, in which people's words could format, link or ping.
 */
export function renderNote({ tone, lines, quote: words = '', buttons = [] }: Note): TeamsContent {
  const spoken = lines.filter((line) => summaryOf(line) !== '');
  const silent = spoken.length === 0 && summaryOf([words]) === '';
  const said = (silent ? [['—']] : spoken).map((line, index) => (index === 0 ? [toneSigns[tone], ...line] : line));
  const { actions, sets } = buttonRows(buttons);
  return fitted((room) => {
    const shown = shorten<Line>(said, room.lines, (left) => [`… and ${left} more lines`]);
    const blocks = shown.map((line, index) => block(runs(line, room), index === 0 ? 'None' : 'Small'));
    return asContent(summaryOf(said[0] ?? [words]), fallback, [...blocks, ...quote(words, room), ...sets], actions);
  });
}
