import type { Block } from '../slack/model.js';

/** What a client knows besides the message: how ids and moments look to its user. */
export interface Reader {
  /** A user's name, without the `@`. Throws for an id that does not exist. */
  user(id: string): string;
  /** A channel's name, without the `#`. Throws for an id that does not exist. */
  channel(id: string): string;
  /** A moment in Unix s, in Slack's date format, e.g. `{date_short_pretty} {time}`. */
  date(timestamp: number, format: string): string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Block Kit as HTML: the part of it that Cordon sends. Throws on any other block, element, style or text type, so that
 * a picture never leaves out something that a reader of Slack would see.
 */
export function blocksToHtml(blocks: readonly Block[], reader: Reader): string {
  return blocks.map((block) => blockToHtml(block, reader)).join('\n');
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function blockToHtml(block: Block, reader: Reader): string {
  switch (block.type) {
    case 'header':
      return `<h2>${plainText(block.text)}</h2>`;
    case 'context':
      return `<div class="context">${list(block.elements).map(plainText).join(' ')}</div>`;
    case 'actions':
      return `<div class="actions">${list(block.elements).map(button).join('')}</div>`;
    case 'rich_text':
      return `<div class="rich">${list(block.elements)
        .map((part) => richPart(part, reader))
        .join('')}</div>`;
    default:
      return unknown('block', block);
  }
}

function richPart(part: Fields, reader: Reader): string {
  const inside = (): string =>
    list(part.elements)
      .map((element) => richElement(element, reader))
      .join('');
  switch (part.type) {
    case 'rich_text_section':
      return `<div>${inside()}</div>`;
    case 'rich_text_quote':
      return `<blockquote>${inside()}</blockquote>`;
    case 'rich_text_list': {
      if (part.style !== 'bullet') return unknown('list style', { type: part.style });
      const items = list(part.elements).map((item) => `<li>${richPart(item, reader)}</li>`);
      return `<ul>${items.join('')}</ul>`;
    }
    default:
      return unknown('rich text part', part);
  }
}

function richElement(element: Fields, reader: Reader): string {
  switch (element.type) {
    case 'text':
      return styled(escapeHtml(string(element.text)), element.style);
    case 'user':
      return `<span class="mention">@${escapeHtml(reader.user(string(element.user_id)))}</span>`;
    case 'channel':
      return `<span class="mention">#${escapeHtml(reader.channel(string(element.channel_id)))}</span>`;
    case 'date':
      return `<span>${escapeHtml(reader.date(Number(element.timestamp), string(element.format)))}</span>`;
    case 'link':
      return `<span class="link">${escapeHtml(string(element.text ?? element.url))}</span>`;
    default:
      return unknown('rich text element', element);
  }
}

function styled(html: string, style: unknown): string {
  const names = Object.entries(fields(style ?? {})).flatMap(([name, on]) => (on === true ? [name] : []));
  return names.reduce((inner, name) => {
    if (name === 'bold') return `<b>${inner}</b>`;
    if (name === 'code') return `<code>${inner}</code>`;
    return unknown('text style', { type: name });
  }, html);
}

function button(element: Fields): string {
  if (element.type !== 'button') return unknown('action', element);
  const style = element.style === undefined ? 'plain' : string(element.style);
  return `<span class="button ${escapeHtml(style)}">${plainText(element.text)}</span>`;
}

function plainText(text: unknown): string {
  const object = fields(text);
  return object.type === 'plain_text' ? escapeHtml(string(object.text)) : unknown('text object', object);
}

function list(value: unknown): Fields[] {
  if (!Array.isArray(value)) throw new Error('The picture expects a list of elements.');
  return value.map(fields);
}

function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null)
    throw new Error(`The picture expects an object, not ${String(value)}.`);
  return { ...value };
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`The picture expects a text, not ${String(value)}.`);
  return value;
}

function unknown(what: string, { type }: Fields): never {
  throw new Error(`The picture cannot show this ${what}: ${String(type)}.`);
}
