/** How a line of chat text falls into words, whatever invisible characters it met on the way. */

/** Zero-width spaces and joiners, soft hyphens, text direction marks, variation selectors. */
const invisible = '\\p{Cf}\\p{Default_Ignorable_Code_Point}';
const quoteMarks = '"\'`\u00AB\u00BB\u2018-\u201F\u2039\u203A\uFF02\uFF07';

const anyInvisible = new RegExp(`[${invisible}]`, 'gu');
const blankOnly = new RegExp(`^[\\s\\p{Cc}${invisible}]*$`, 'u');
const leadingBlanks = new RegExp(`^[\\s${invisible}]+`, 'u');
const quotedWord = new RegExp(`^[${quoteMarks}]([^${quoteMarks}\\n]*)[${quoteMarks}][${invisible}]*(?=\\s|$)`, 'u');
const outerQuotes = new RegExp(`^[${quoteMarks}]+|[${quoteMarks}]+$`, 'gu');

/** A mention of the bot, its own name, or the blanks around them (`&nbsp;` is what Teams puts after a mention). */
const address = new RegExp(
  [
    `[\\s${invisible}]+|&nbsp;`,
    '<@[UW][A-Z0-9]+(?:\\|[^<>]*)?>[:,]?',
    '<at(?:\\s[^<>]*)?>[^<>]*</at>[:,]?',
    `[@/]?cordon[:,]?(?![^\\s${invisible}])`,
  ]
    .map((part) => `^(?:${part})`)
    .join('|'),
  'iu',
);

export interface Word {
  /** Without zero-width characters and without quotation marks around it. Holds blanks only when it was quoted. */
  readonly text: string;
  readonly quoted: boolean;
  /** What follows it, without outer white space and otherwise verbatim. */
  readonly rest: string;
}

/** True for text in which a reader sees nothing: white space, control and zero-width characters. */
export function isBlank(text: string): boolean {
  return blankOnly.test(text);
}

/**
 * Takes away what only says to whom a command is addressed: mentions (`<@U0BOT>`, `<at>Cordon</at>`, `@cordon`), the word
 * `cordon` of `/cordon restrict …`, and the slash. Expects the text as it arrived, before any markup is undone.
 */
export function withoutAddress(text: string): string {
  let rest = text;
  while (address.test(rest)) rest = rest.replace(address, '');
  return rest.replace(/^\//, '');
}

/** The first word, or all that stands in quotation marks there; undefined when nothing visible is left. */
export function takeWord(text: string): Word | undefined {
  if (isBlank(text)) return undefined;
  const start = text.replace(leadingBlanks, '');
  const inQuotes = quotedWord.exec(start);
  if (inQuotes !== null) {
    const inside = (inQuotes[1] ?? '').replaceAll(anyInvisible, '').trim();
    return { text: inside, quoted: true, rest: start.slice(inQuotes[0].length).trim() };
  }
  const raw = /^\S+/.exec(start)?.[0] ?? '';
  const visible = raw.replaceAll(anyInvisible, '');
  const unquoted = visible.replaceAll(outerQuotes, '');
  return { text: unquoted, quoted: unquoted !== visible, rest: start.slice(raw.length).trim() };
}

/** Hyphens, dashes of one hyphen's width and the minus sign, as other programs write them, made plain. */
export function withPlainHyphens(text: string): string {
  return text.replaceAll(/[\u2010-\u2013\u2212]/g, '-');
}

/** A person's words as part of one of our sentences: one line, visible characters only, cut to 60. */
export function excerpt(text: string): string {
  const line = Array.from(
    text
      .replaceAll(anyInvisible, '')
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
  );
  return line.length <= 60 ? line.join('') : `${line.slice(0, 59).join('')}…`;
}
