import { clip } from '../../../src/view/clip.js';

/**
 * Slack's limits for what Cordon sends, in characters or elements. Source: the pages of the blocks and of
 * `chat.postMessage` on docs.slack.dev. Rich text has no documented limit; that of a section is kept.
 */
export const limits = {
  text: 4_000,
  header: 150,
  section: 3_000,
  context: 2_000,
  button: 75,
  buttonsPerBlock: 25,
} as const;

/** Cut like `clip`, for text with Slack's mark-up: no entity, mention or date is left in halves. */
export function clipMarkup(text: string, max: number): string {
  return clip(text, max).replace(/(?:&[a-z]*|<[^<>]*)…$/, '…');
}
