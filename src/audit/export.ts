import { type Content, csvHead, encode, type ExportFormat, Seal } from './export-format.js';
import type { Head } from './chain.js';
import type { Checkpoint } from './checkpoint.js';
import type { AuditKeys } from './key.js';
import { flawOf, type StoredLine } from './verify-record.js';

/** What is exported; everything where it is empty. */
export interface ExportFilter {
  /** Unix ms; `from` belongs to it, `to` does not. */
  readonly from?: number;
  readonly to?: number;
  /** The id or the account of the person who did it. */
  readonly person?: string;
  readonly device?: string;
  readonly request?: string;
}

export interface ExportSource {
  /** In order. All that the filter leaves, or more. */
  readonly lines: AsyncIterable<StoredLine>;
  readonly checkpoints: AsyncIterable<Checkpoint>;
  readonly head: Head;
  /** The number of the first chained event, and how many there are from there to the head. */
  readonly chained: { readonly first: number; readonly count: number };
  /** The Request that the filter names, as one document, from its events. */
  readonly request?: (events: readonly StoredLine[]) => Readonly<Record<string, unknown>>;
}

export interface ExportOptions {
  readonly id: string;
  /** Unix ms. */
  readonly at: number;
  readonly format: ExportFormat;
  readonly filter: ExportFilter;
  readonly keys: AuditKeys;
  /** Cordon's. */
  readonly version: string;
}

/**
 * The lines of an export, each with its line feed. Every event is checked as it is read; one that is not what Cordon wrote is exported
 * with its `flaw`, so that nobody can have it signed as sound. Memory does not grow with the record, but for a Request's own events.
 */
export async function* exportLines(source: ExportSource, options: ExportOptions): AsyncGenerator<string> {
  const { id, at, format, filter, keys, version } = options;
  const seal = new Seal(id);
  const write = (content: Content): string => `${encode(seal.sign(content, keys.signer), format)}\n`;
  if (format === 'csv') yield `${csvHead}\n`;
  yield write({ kind: 'header', v: 1, export: id, at, format, filter, key: keys.signer.id, cordon: version });

  const signed = source.checkpoints[Symbol.asyncIterator]();
  let checkpoint = await signed.next();
  const own: StoredLine[] = [];
  let events = 0;
  let first: number | undefined;
  let last: Head | undefined;
  for await (const line of source.lines) {
    if (!matches(line, filter)) continue;
    yield write(contentOf(line, keys));
    events += 1;
    first ??= line.seq;
    last = { seq: line.seq, hash: line.hash ?? '' };
    if (source.request !== undefined) own.push(line);
    while (checkpoint.done !== true && checkpoint.value.seq <= line.seq) {
      const { value } = checkpoint;
      if (value.seq === line.seq) yield write({ kind: 'checkpoint', ...value });
      checkpoint = await signed.next();
    }
  }
  if (source.request !== undefined) yield write({ kind: 'request', ...source.request(own) });
  const expected = source.head.seq - source.chained.first + 1;
  const flaw =
    source.chained.count === expected
      ? {}
      : {
          flaw: `of ${expected} events from ${source.chained.first} to ${source.head.seq}, ${source.chained.count} are there`,
        };
  const { seq, hash } = source.head;
  yield write({ kind: 'close', at, lines: seal.lines, events, first, last, head: { seq, hash }, ...flaw });
}

function matches({ event }: StoredLine, { from, to, person, device, request }: ExportFilter): boolean {
  // What cannot be read is in every export: nobody can say that it does not belong there.
  if (event === undefined) return true;
  const { actor } = event;
  const who = actor.kind === 'person' ? [actor.id, actor.account] : actor.kind === 'operator' ? [actor.name] : [];
  return (
    (from === undefined || event.at >= from) &&
    (to === undefined || event.at < to) &&
    (device === undefined || event.deviceId === device) &&
    (request === undefined || event.requestId === request) &&
    (person === undefined || who.some((one) => one.toLowerCase() === person.toLowerCase()))
  );
}

function contentOf(line: StoredLine, keys: AuditKeys): Content {
  const { seq, prev, hash, key, event } = line;
  if (hash === null && event !== undefined) return { kind: 'earlier', seq, ...event };
  const flaw = flawOf(line, keys);
  return { kind: 'event', seq, ...event, prev, hash, key, ...(flaw === undefined ? {} : { flaw }) };
}
