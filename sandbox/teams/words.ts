import type { TeamsMessage } from '../teams.js';
import { type Fields, fieldsOf } from './cards.js';

/** All that a reader of a message sees, line by line: its text and the texts of its card, runs of one paragraph joined. */
export function wordsOf({ activity }: TeamsMessage): string {
  const said = typeof activity.text === 'string' ? [activity.text] : [];
  const lines = elementsOf(activity.attachments).flatMap((element): string[] => {
    // A fact: its label stands beside its value.
    if (element.type === 'ColumnSet') return [elementsOf(element.columns).flatMap(textOf).join(': ')];
    return textOf(element);
  });
  return [...said, ...lines].join('\n');
}

/** Every object with a `type` in a value, outermost first; what is inside a `ColumnSet` is left to it. */
export function elementsOf(value: unknown): Fields[] {
  if (Array.isArray(value)) return value.flatMap(elementsOf);
  if (typeof value !== 'object' || value === null) return [];
  const element = fieldsOf(value);
  if (element.type === 'ColumnSet') return [element];
  const inner = Object.values(element).flatMap(elementsOf);
  return typeof element.type === 'string' ? [element, ...inner] : inner;
}

function textOf({ type, text, inlines }: Fields): string[] {
  if (type === 'TextBlock') return [String(text)];
  if (type !== 'RichTextBlock' || !Array.isArray(inlines)) return [];
  return [inlines.map((run: unknown) => (typeof run === 'string' ? run : String(fieldsOf(run).text))).join('')];
}
