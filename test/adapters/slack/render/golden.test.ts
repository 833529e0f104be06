import { renderCard } from '../../../../adapters/slack/render/card.js';
import { type Rendered, renderNote } from '../../../../adapters/slack/render/note.js';
import { requestStates } from '../../../../src/request/life.js';
import { assertGolden } from '../../../golden/golden.js';
import { assertWithinLimits } from './limits.js';
import { blastCards, blastNotes } from '../../../golden/blast.js';
import { stoppingCards, stoppingNotes } from '../../../golden/stopping.js';
import { progressCards } from '../../../golden/progress.js';
import { cardIn, hostile, noteViews } from '../../../golden/views.js';

function check(name: string, rendered: Rendered): void {
  assertWithinLimits(rendered);
  assertGolden('slack', name, rendered);
}

describe('Golden files of Slack messages', () => {
  for (const state of requestStates) {
    it(`card ${state}`, () => {
      check(`card ${state}`, renderCard(cardIn(state)));
    });
  }
  for (const [name, comment] of Object.entries(hostile)) {
    it(`card with hostile comment: ${name}`, () => {
      check(`card hostile ${name}`, renderCard(cardIn('awaiting approval', { comment })));
    });
  }
  for (const [name, card] of Object.entries({ ...stoppingCards, ...progressCards, ...blastCards })) {
    it(`card ${name}`, () => {
      check(`card ${name}`, renderCard(card));
    });
  }
  for (const [name, note] of Object.entries({ ...noteViews, ...stoppingNotes, ...blastNotes })) {
    it(`note ${name}`, () => {
      check(`note ${name}`, renderNote(note));
    });
  }
});
