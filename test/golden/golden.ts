import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { requestStates } from '../../src/request/life.js';
import type { View } from '../../src/view/model.js';
import { cardIn, hostile, noteViews } from './views.js';

/** Every state, hostile comment and note that has a golden file, under its name. */
export const views: readonly (readonly [string, View])[] = [
  ...requestStates.map((state) => [`card ${state}`, { kind: 'card', card: cardIn(state) }] as const),
  ...Object.entries(hostile).map(
    ([name, comment]) =>
      [`card hostile ${name}`, { kind: 'card', card: cardIn('awaiting approval', { comment }) }] as const,
  ),
  ...Object.entries(noteViews).map(([name, note]) => [`note ${name}`, { kind: 'note', note }] as const),
];

/**
 * Pins one platform's rendering of every view and checks each with `valid`. `UPDATE_GOLDEN=1 npm test` writes the files anew; read the
 * difference before it is committed.
 */
export function goldenFiles<T>(platform: string, render: (view: View) => T, valid: (rendered: T) => void): void {
  describe(`Golden files of ${platform}`, () => {
    for (const [name, view] of views) {
      it(name, () => {
        const path = `test/golden/${platform}/${name.replaceAll(' ', '-')}.json`;
        const rendered = render(view);
        const text = `${JSON.stringify(rendered, null, 2)}\n`;
        if (process.env['UPDATE_GOLDEN'] === '1') {
          mkdirSync(`test/golden/${platform}`, { recursive: true });
          writeFileSync(path, text);
        }
        assert.equal(text, readFileSync(path, 'utf8'));
        valid(rendered);
      });
    }
  });
}
