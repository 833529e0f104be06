import assert from 'node:assert/strict';
import type { TeamsContent } from '../../../../adapters/teams/render/content.js';
import { cardComplaints } from '../../../../sandbox/teams/card-parser.js';
import { type Content, contentShape } from './shape.js';

/** Teams' older limit of 28 KB, with room for the rest of the activity. */
const mostBytes = 25_000;

/** Checks a content against the shapes that Cordon uses, the parser of Adaptive Cards, and Teams' size limit. */
export function assertValid(content: TeamsContent): Content {
  const parsed = contentShape.parse(content);
  const bytes = Buffer.byteLength(JSON.stringify(content));
  assert.ok(bytes <= mostBytes, `${bytes} bytes`);
  assert.deepEqual(cardComplaints(parsed.attachments[0].content), []);
  return parsed;
}
