import { clip } from '../../../src/view/clip.js';
import type { Action, AdaptiveCard, Element } from './elements.js';

const longestFallback = 2_500;

export function cardFrom(
  fallbackText: string,
  body: readonly Element[],
  actions: readonly Action[] = [],
): AdaptiveCard {
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    fallbackText,
    msteams: { width: 'Full' },
    body,
    ...(actions.length === 0 ? {} : { actions }),
  };
}

export function fallbackOf(lines: readonly string[]): string {
  return clip(lines.filter((line) => line !== '').join('\n'), longestFallback);
}
