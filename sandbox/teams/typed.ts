/** The bot's name, as people mention it. */
export const botName = 'Cordon';

export interface Typed {
  /** `activity.text`: markup is kept for mentions alone, the rest is escaped. */
  readonly text: string;
  /** The `text/html` attachment that goes with it: the message as its author saw it. */
  readonly html: string;
}

/**
 * What Teams makes of typed words before a bot sees them: entities for what is special in HTML, a non-breaking space behind the
 * mention and for the first of two blanks, paragraphs for several lines.
 */
export function asTyped(words: string, mention: boolean): Typed {
  const escaped = words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/ (?= )/g, '&nbsp;');
  const paragraphs = (first: string): string[] => `${first}${escaped}`.split('\n');
  const several = words.includes('\n');
  const text = paragraphs(mention ? `<at>${botName}</at>&nbsp;` : '');
  const html = paragraphs(
    mention ? `<span itemtype="http://schema.skype.com/Mention" itemscope="" itemid="0">${botName}</span>&nbsp;` : '',
  );
  const wrapped = (lines: readonly string[]): string => lines.map((line) => `<p>${line}</p>`).join('');
  return { text: several ? wrapped(text) : text.join(''), html: wrapped(html) };
}
