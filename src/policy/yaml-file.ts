import { isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import type { Mistake } from './policy-error.js';

export type FieldPath = readonly (string | number)[];

/** A map of the file. */
export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A YAML file as plain values, with the way back from a field to its place in the text. */
export interface YamlFile {
  readonly value: unknown;
  /** The place of the field, or of the nearest thing around it that is written down. */
  mistake(path: FieldPath, text: string): Mistake;
}

/** `usable` is missing when the text is not YAML, so that nothing more can be said about its fields. */
export interface ReadYaml {
  readonly usable?: YamlFile;
  readonly mistakes: readonly Mistake[];
}

const deepest = 32;
const widestIndent = 200;

/**
 * Reads one YAML document whose keys are strings. Refuses aliases, custom tags, keys written twice, and nesting that a
 * policy never needs but that brings the parser down.
 */
export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const at = (offset: number, field: string, what: string): Mistake => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1), field, text: what };
  };
  const tooDeep = tooDeepAt(text);
  if (tooDeep !== undefined) return { mistakes: [{ ...tooDeep, field: '', text: 'too deeply nested for a policy' }] };

  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'error',
  });
  const faults = [...document.errors, ...document.warnings];
  const mistakes = faults.map((fault) => at(fault.pos[0], '', advice.get(fault.code) ?? fault.message));
  for (const { offset, text: what } of unwelcome(document)) mistakes.push(at(offset, '', what));
  if (faults.some((fault) => fault.code !== 'DUPLICATE_KEY') || mistakes.length > faults.length) return { mistakes };

  const mistake = (path: FieldPath, what: string) => at(offsetOf(document, path), fieldName(path), what);
  return { usable: { value: document.toJS(), mistake }, mistakes };
}

const advice: ReadonlyMap<string, string> = new Map([
  ['DUPLICATE_KEY', 'this key is written twice; keep one'],
  ['MULTIPLE_DOCS', 'a policy is one document; take away this “---” or what follows it'],
  ['NON_STRING_KEY', 'a key must be a plain word'],
  ['TAB_AS_INDENT', 'indent with spaces, not with tabs'],
]);

interface Unwelcome {
  readonly offset: number;
  readonly text: string;
}

/** An alias can blow up to any size; `__proto__` would vanish without a word on its way through plain objects. */
function unwelcome(document: Document.Parsed): Unwelcome[] {
  const found: Unwelcome[] = [];
  visit(document, {
    Alias: (_, node) => {
      const text = `aliases such as *${node.source} are not read; write it out, or name a group`;
      found.push({ offset: node.range?.[0] ?? 0, text });
    },
    Pair: (_, { key }) => {
      if (!isScalar(key) || key.value !== '__proto__') return;
      found.push({ offset: key.range?.[0] ?? 0, text: '__proto__ cannot be a key; choose another name' });
    },
  });
  return found;
}

function offsetOf(document: Document.Parsed, path: FieldPath): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const step of path) {
    const inner: { node: Node | null; offset: number } | undefined = childOf(node, step);
    if (inner === undefined) return offset;
    ({ node, offset } = inner);
  }
  return offset;
}

function childOf(node: Node | null, step: string | number): { node: Node | null; offset: number } | undefined {
  if (isSeq<Node>(node) && typeof step === 'number') {
    const item = node.items[step];
    return item === undefined ? undefined : { node: item, offset: item.range?.[0] ?? 0 };
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
  return pair === undefined ? undefined : { node: pair.value, offset: pair.key.range?.[0] ?? 0 };
}

function fieldName(path: FieldPath): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

/** Where nesting becomes too deep. Told by the lexer, because it does not recurse as the parser does. */
function tooDeepAt(text: string): { line: number; column: number } | undefined {
  let before = '';
  let flow = 0;
  let itemsInRow = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') flow += 1;
    if (lexeme === ']' || lexeme === '}') flow -= 1;
    if (lexeme === '-' || lexeme === '?') itemsInRow += 1;
    else if (!/^ +$/.test(lexeme)) itemsInRow = 0;
    const indent = before.endsWith('\n') && /^ +$/.test(lexeme) ? lexeme.length : 0;
    if (flow > deepest || itemsInRow > deepest || indent > widestIndent) return placeOf(text, offset);
    if (!lexerMarks.has(lexeme)) offset += lexeme.length;
    before = lexeme;
  }
  return undefined;
}

/** What the lexer says of its own accord, without a place in the text: document, flow end, scalar. */
const lexerMarks: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001F']);

function placeOf(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
