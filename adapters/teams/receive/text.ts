import { Parser } from 'htmlparser2';

/** What Teams' compose box makes; any other `<…>` is something that a person typed. */
const known = [
  'a|at|attachment|b|blockquote|br|code|del|div|em|emoji|font|h[1-6]|hr|i|img|li|ol|p|pre|s|span|strike|strong|sub|sup',
  'table|tbody|td|th|thead|tr|u|ul',
].join('|');
const noTag = new RegExp(`<(?!/?(?:${known})(?:\\s[^<>]*)?/?>)`, 'gi');
const lineEnds = new Set(['blockquote', 'div', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'li', 'p', 'pre', 'tr']);

/**
 * The text of a message as its author saw it, without the mentions whose name is one of `ownNames`. Teams sends markup and entities
 * in every `textFormat`, `plain` included, and puts non-breaking spaces between words.
 */
export function toPlainText(text: string, ownNames: ReadonlySet<string> = new Set()): string {
  let out = '';
  let mention: string | undefined;
  const parser = new Parser(
    {
      onopentag(name, { alt }) {
        if (name === 'at') mention = '';
        else if (name === 'br') out += '\n';
        else if ((name === 'img' || name === 'emoji') && alt !== undefined) out += alt;
      },
      ontext(words) {
        if (mention === undefined) out += words;
        else mention += words;
      },
      onclosetag(name) {
        if (name === 'at') {
          if (mention !== undefined && !ownNames.has(normal(mention))) out += mention;
          mention = undefined;
        } else if (lineEnds.has(name)) out += '\n';
      },
    },
    { decodeEntities: true },
  );
  parser.end(text.replaceAll(noTag, '&lt;'));
  return normal(out);
}

function normal(text: string): string {
  return text.replaceAll('\u00A0', ' ').trim();
}
