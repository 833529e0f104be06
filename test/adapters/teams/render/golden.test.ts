import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { createRequire } from 'node:module';
import type { TeamsContent } from '../../../../adapters/teams/render/content.js';
import { renderCard, renderNote } from '../../../../adapters/teams/render/content.js';
import { requestStates } from '../../../../src/request/life.js';
import { assertGolden } from '../../../golden/golden.js';
import { blastCards, blastNotes } from '../../../golden/blast.js';
import { stoppingCards, stoppingNotes } from '../../../golden/stopping.js';
import { progressCards } from '../../../golden/progress.js';
import { cardIn, hostile, noteViews } from '../../../golden/views.js';
import { cardFaults } from '../../../../sandbox/teams/cards.js';
import { assertValid } from './valid.js';

/** Every content that has a golden file, under its name. */
const contents: readonly (readonly [string, TeamsContent])[] = [
  ...requestStates.map((state) => [`card ${state}`, renderCard(cardIn(state))] as const),
  ...Object.entries(hostile).map(
    ([name, comment]) => [`card hostile ${name}`, renderCard(cardIn('awaiting approval', { comment }))] as const,
  ),
  ...Object.entries({ ...stoppingCards, ...progressCards, ...blastCards }).map(
    ([name, card]) => [`card ${name}`, renderCard(card)] as const,
  ),
  ...Object.entries({ ...noteViews, ...stoppingNotes, ...blastNotes }).map(
    ([name, note]) => [`note ${name}`, renderNote(note)] as const,
  ),
];

/** The published schema lies beside the project, not in it. */
function schemaPath(): string | undefined {
  return ['..', '../..', '../../..']
    .map((up) => `${up}/shared/schemas/adaptive-card-1.5.json`)
    .find((path) => existsSync(path));
}

describe('Golden files of Teams messages', () => {
  for (const [name, content] of contents) {
    it(name, () => {
      assertValid(content);
      assertGolden('teams', name, content);
    });
  }

  it('are valid against the published schema of Adaptive Cards 1.5', function () {
    const path = schemaPath();
    if (path === undefined) {
      process.stdout.write(
        '      adaptive-card-1.5.json is not here: the cards are checked by their parser and shape alone\n',
      );
      this.skip();
    }
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addMetaSchema(createRequire(import.meta.url)('ajv/dist/refs/json-schema-draft-06.json') as object);
    const { id: $id, ...schema } = JSON.parse(readFileSync(path, 'utf8')) as { id: string };
    const validate = ajv.compile({ $id, ...schema });
    for (const [name, { attachments }] of contents) {
      // Teams' own property, which the schema of Adaptive Cards does not know.
      const { msteams, ...card } = attachments[0].content;
      assert.ok(msteams, name);
      assert.ok(validate(card), `${name}: ${JSON.stringify(validate.errors, null, 2)}`);
    }
  });

  it('would be refused with a value that Adaptive Cards do not have', () => {
    const card = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'Container', style: 'alarming', items: [] }] };
    assert.deepEqual(cardFaults(card), ['Invalid value "alarming" for property "style".']);
  });
});
