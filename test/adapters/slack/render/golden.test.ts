import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { renderCard } from '../../../../adapters/slack/render/card.js';
import { type Rendered, renderNote } from '../../../../adapters/slack/render/note.js';
import { requestStates } from '../../../../src/request/life.js';
import { assertWithinLimits } from './limits.js';
import { cardIn, hostile, noteViews } from './views.js';

/** `UPDATE_GOLDEN=1 npm test` writes the files anew; read the difference before it is committed. */
function assertGolden(name: string, rendered: Rendered): void {
  const path = `test/golden/slack/${name.replaceAll(' ', '-')}.json`;
  const text = `${JSON.stringify(rendered, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'));
  assertWithinLimits(rendered);
}

describe('Golden files of Slack messages', () => {
  for (const state of requestStates) {
    it(`card ${state}`, () => {
      assertGolden(`card ${state}`, renderCard(cardIn(state)));
    });
  }
  for (const [name, comment] of Object.entries(hostile)) {
    it(`card with hostile comment: ${name}`, () => {
      assertGolden(`card hostile ${name}`, renderCard(cardIn('awaiting approval', { comment })));
    });
  }
  for (const [name, note] of Object.entries(noteViews)) {
    it(`note ${name}`, () => {
      assertGolden(`note ${name}`, renderNote(note));
    });
  }
});
