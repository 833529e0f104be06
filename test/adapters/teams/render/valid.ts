import assert from 'node:assert/strict';
import type { TeamsContent } from '../../../../adapters/teams/render/content.js';
import { cardFaults } from '../../../../sandbox/teams/cards.js';
import { type Content, contentShape } from './shape.js';

/** Teams' older limit of 28 KB, with room for the rest of the activity. */
const mostBytes = 25_000;

/** Checks a content against the shapes that Cordon uses, the parser of Adaptive Cards, and Teams' size limit. */
export function assertValid(content: TeamsContent): Content {
  const parsed = contentShape.parse(content);
  const bytes = Buffer.byteLength(JSON.stringify(content));
  assert.ok(bytes <= mostBytes, `${bytes} bytes`);
  assert.deepEqual(cardFaults(parsed.attachments[0].content), []);
  return parsed;
}
