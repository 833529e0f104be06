import type { AdaptiveCard } from './elements.js';

/** What an activity of Cordon carries. `summary` is what notifications and the list of chats show. */
export interface TeamsContent {
  readonly summary: string;
  readonly attachments: readonly [
    { readonly contentType: 'application/vnd.microsoft.card.adaptive'; readonly content: AdaptiveCard },
  ];
}

export function contentOf(summary: string, card: AdaptiveCard): TeamsContent {
  return { summary, attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }] };
}

/** Bytes of JSON. Teams refuses a message of more than about 28 KB. */
const largest = 22_000;

/** The fullest rendering that Teams takes: with at most `most` lines, or fewer. */
export function fitting(render: (most: number) => TeamsContent, most: number): TeamsContent {
  const content = render(most);
  if (most <= 1 || Buffer.byteLength(JSON.stringify(content)) <= largest) return content;
  return fitting(render, Math.floor(most / 2));
}
