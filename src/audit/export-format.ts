import { createHash } from 'node:crypto';
import { canonical, toJson } from './chain.js';
import type { AuditKey, PublicAuditKey } from './key.js';

/**
 * How an export is written. Every line is signed for its place: the signature is over the export's id, the number of the line and a
 * digest over all lines so far, so that the first line that is not as it was written is known, whatever was done to the others.
 * JSON Lines and CSV hold the same lines, in one spelling each: another one is a change.
 */
export type ExportFormat = 'jsonl' | 'csv';

/** What a line holds, without its number and signature. `kind`: `header`, `event`, `earlier`, `checkpoint`, `request`, `close`. */
export interface Content {
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface SealedLine extends Content {
  /** From 1, the header. */
  readonly n: number;
  /** Ed25519, base64url. */
  readonly sig: string;
}

/** The running digest over the lines of one export. */
export class Seal {
  #digest = '';
  #n = 0;

  constructor(private readonly exportId: string) {}

  /** How many lines there were. */
  get lines(): number {
    return this.#n;
  }

  sign(content: Content, key: AuditKey): SealedLine {
    const n = this.#n + 1;
    return { n, ...content, sig: key.sign(this.#next({ n, ...content })) };
  }

  /** Whether this is the next line of the export. */
  accepts({ sig, ...line }: SealedLine, key: PublicAuditKey): boolean {
    return key.hasSigned(this.#next(line), sig);
  }

  #next(line: Content & { n: number }): string {
    this.#n += 1;
    this.#digest = createHash('sha256')
      .update(`${this.#digest}\n${canonical(line)}`)
      .digest('hex');
    return `cordon audit export 1\n${this.exportId}\n${this.#n}\n${this.#digest}`;
  }
}

const json = (text: string): unknown => JSON.parse(text);
const text = (cell: string): unknown =>
  cell.replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c === 'r' ? '\r' : c));
const number = (cell: string): unknown => Number(cell);

/** `time` and `by` are for the reader; they repeat `at` and `actor`. What fits no column is in `rest`. */
const columns = {
  n: number,
  kind: text,
  seq: number,
  time: undefined,
  what: text,
  by: undefined,
  requestId: text,
  deviceId: text,
  from: text,
  to: text,
  at: number,
  actor: json,
  detail: json,
  prev: text,
  hash: text,
  key: text,
  rest: undefined,
  sig: text,
} as const;

type Column = keyof typeof columns;
const names = Object.keys(columns) as Column[];
export const csvHead = names.join(',');

export function encode(line: SealedLine, format: ExportFormat): string {
  return format === 'jsonl' ? JSON.stringify(line) : toCsv(line);
}

/** Undefined for what `encode` does not write: not readable, spelled another way, or with text that no digest can be made of. */
export function decode(line: string, format: ExportFormat): SealedLine | undefined {
  try {
    const read = format === 'jsonl' ? json(line) : fromCsv(line);
    return isLine(read) && encode(read, format) === line && toJson(read) === JSON.stringify(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function isLine(value: unknown): value is SealedLine {
  if (typeof value !== 'object' || value === null) return false;
  const { n, kind, sig } = value as Partial<Record<string, unknown>>;
  return typeof n === 'number' && typeof kind === 'string' && typeof sig === 'string';
}

function toCsv(line: SealedLine): string {
  const rest: Record<string, unknown> = {};
  const cells = new Map<Column, string>();
  for (const [field, value] of Object.entries(line)) {
    const cell = cellOf(field, value);
    if (cell === undefined) rest[field] = value;
    else cells.set(field as Column, cell);
  }
  const { at, actor } = line;
  if (typeof at === 'number') cells.set('time', new Date(at).toISOString());
  if (isNamed(actor)) cells.set('by', plainCell(actor.name ?? actor.kind));
  if (Object.keys(rest).length > 0) cells.set('rest', JSON.stringify(rest));
  return names.map((name) => quoted(harmless(cells.get(name) ?? ''))).join(',');
}

function isNamed(actor: unknown): actor is { kind: string; name?: string } {
  return typeof actor === 'object' && actor !== null && 'kind' in actor && typeof actor.kind === 'string';
}

/** Undefined where there is no column for it, or none that gives it back as it is. */
function cellOf(field: string, value: unknown): string | undefined {
  const read = Object.hasOwn(columns, field) ? columns[field as Column] : undefined;
  if (read === json) return JSON.stringify(value);
  if (read === number && typeof value === 'number') return String(value);
  if (read === text && typeof value === 'string' && value !== '') return plainCell(value);
  return undefined;
}

/** On one line, whatever a name holds: a line of the file is a line of the export. */
function plainCell(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

/** A spreadsheet takes a cell that begins like this for a formula. */
function harmless(cell: string): string {
  return /^[=+\-@\t']/.test(cell) ? `'${cell}` : cell;
}

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function fromCsv(line: string): unknown {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/g)].map(([, inQuotes, bare]) =>
    (inQuotes?.replaceAll('""', '"') ?? bare ?? '').replace(/^'/, ''),
  );
  if (cells.length !== names.length) return undefined;
  const read: [string, unknown][] = [];
  names.forEach((name, index) => {
    const cell = cells[index] ?? '';
    const reader = columns[name];
    if (cell !== '' && reader !== undefined) read.push([name, reader(cell)]);
  });
  const rest = cells[names.indexOf('rest')] ?? '';
  return Object.assign(Object.fromEntries(read), rest === '' ? {} : json(rest));
}
