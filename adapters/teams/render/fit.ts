import type { Action, AdaptiveCard, Element } from './elements.js';
import type { TeamsContent } from './content.js';

/** How much of a view is shown: characters of a comment and of a line, runs of a line, lines of a comment and of a list. */
export interface Room {
  readonly comment: number;
  readonly commentLines: number;
  readonly line: number;
  readonly runs: number;
  readonly lines: number;
}

/**
 * Bytes of JSON, UTF-8. Teams promises 80 KB, counted as UTF-16 (format-your-bot-messages on learn.microsoft.com), and once
 * promised 28 KB: this is below both, with what the activity adds.
 */
const most = 24_000;

/** Nearly every view fits the first. The last is small enough for anything that the core can say. */
const rooms: readonly [Room, ...Room[]] = [
  { comment: 1_500, commentLines: 30, line: 1_000, runs: 30, lines: 40 },
  { comment: 1_000, commentLines: 20, line: 400, runs: 20, lines: 20 },
  { comment: 500, commentLines: 10, line: 200, runs: 10, lines: 15 },
  { comment: 300, commentLines: 6, line: 130, runs: 6, lines: 8 },
];

/** Draws with ever less room until Teams takes the result. */
export function fitted(draw: (room: Room) => TeamsContent): TeamsContent {
  let content = draw(rooms[0]);
  for (const room of rooms.slice(1)) {
    if (Buffer.byteLength(JSON.stringify(content)) <= most) break;
    content = draw(room);
  }
  return content;
}

/** The first `max` of the items, with a remark in the place of the last if there are more. */
export function shorten<T>(items: readonly T[], max: number, remark: (left: number) => T): readonly T[] {
  if (items.length <= max) return items;
  return [...items.slice(0, max - 1), remark(items.length - max + 1)];
}

/** `fallbackText` may be read as markdown: it has to be free of anybody's words. */
export function asContent(
  summary: string,
  fallbackText: string,
  body: readonly Element[],
  actions: readonly Action[],
): TeamsContent {
  const content: AdaptiveCard = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    lang: 'en',
    fallbackText,
    msteams: { width: 'Full' },
    body,
    ...(actions.length === 0 ? {} : { actions }),
  };
  return { summary, attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}
