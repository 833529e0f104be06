/**
 * Control characters, but for tab and line feed, the marks that turn round the text after them, and characters without width
 * that make two different words look the same. The joiners of emoji and of some scripts stay.
 */
const unseen = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\u00AD\u200B\u2060-\u2064\uFEFF]/gu;
const lineBreak = /\r\n|[\u2028\u2029]/g;

/** A text as it may be shown: one line feed for every line break, nothing unseen, nothing that turns the words around it. */
export function clean(text: string): string {
  return text.replaceAll(lineBreak, '\n').replaceAll(unseen, '');
}

/** Cut to `max` characters, the last of them an ellipsis; never in the middle of a surrogate pair. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Cut like `clip`, and says how long the text really is. */
export function clipAloud(text: string, max: number): string {
  if (text.length <= max) return text;
  const remark = ` (shortened: ${text.length.toLocaleString('en-US')} characters in all)`;
  return clip(text, max - remark.length) + remark;
}
