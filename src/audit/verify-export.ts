import { type Head, origin } from './chain.js';
import { type Checkpoint, isSigned } from './checkpoint.js';
import type { Actor, AuditEvent } from './event.js';
import { csvHead, decode, type ExportFormat, Seal, type SealedLine } from './export-format.js';
import type { PublicAuditKey } from './key.js';
import { type Earlier, EarlierDigest, safeHash } from './verify-record.js';

/** The first line that is not as it should be. `seq` where it is known which event is meant. */
export interface BadLine {
  /** In the file, from 1. */
  readonly line: number;
  readonly seq?: number;
  readonly why: string;
}

export interface ExportVerdict {
  readonly bad: BadLine | undefined;
  /** Good lines and events before it. */
  readonly lines: number;
  readonly events: number;
  readonly filtered: boolean;
  readonly head?: Head;
}

/**
 * Checks an export with nothing but public keys, line by line. It proves that the file is what the holder of the audit key exported, whole
 * and in order, and that the events in it fit the chain. That the record itself had not been changed before is what the exporter saw:
 * it marks what was wrong, and a mark is a bad line here.
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  keys: readonly PublicAuditKey[],
): Promise<ExportVerdict> {
  const check = new ExportCheck(keys);
  for await (const line of lines) {
    if (!check.add(line)) return check.verdict();
  }
  check.end();
  return check.verdict();
}

class ExportCheck {
  #line = 0;
  #format: ExportFormat | undefined;
  #header: SealedLine | undefined;
  #key: PublicAuditKey | undefined;
  #seal = new Seal('');
  #end: Head | undefined;
  #earlier = new EarlierDigest();
  #events = 0;
  #head: Head | undefined;
  #bad: BadLine | undefined;

  constructor(private readonly keys: readonly PublicAuditKey[]) {}

  get #filtered(): boolean {
    const filter = this.#header?.['filter'];
    return typeof filter !== 'object' || filter === null || Object.keys(filter).length > 0;
  }

  verdict(): ExportVerdict {
    const { lines } = this.#seal;
    return {
      bad: this.#bad,
      lines: this.#bad === undefined ? lines : Math.max(0, lines - 1),
      events: this.#events,
      filtered: this.#filtered,
      ...(this.#head && { head: this.#head }),
    };
  }

  /** False where this line is the first bad one. */
  add(text: string): boolean {
    this.#line += 1;
    const why = this.#flaw(text);
    return why === undefined;
  }

  end(): void {
    if (this.#bad !== undefined || this.#head !== undefined) return;
    this.#line += 1;
    this.#fail(
      this.#header === undefined
        ? 'the file is empty: it is no export'
        : 'the file ends here without the closing line: its tail was cut',
      this.#end === undefined ? undefined : this.#end.seq + 1,
    );
  }

  #fail(why: string, seq?: unknown): string {
    this.#bad = { line: this.#line, why, ...(typeof seq === 'number' && { seq }) };
    return why;
  }

  #flaw(text: string): string | undefined {
    if (this.#format === undefined) {
      this.#format = text === csvHead ? 'csv' : 'jsonl';
      if (this.#format === 'csv') return undefined;
    }
    const line = decode(text, this.#format);
    if (line === undefined) {
      return this.#fail(
        this.#header === undefined
          ? 'this is not the header of an export, or it was changed'
          : 'it cannot be read as a line of the export: it was changed, or the file was cut within it',
        this.#end === undefined ? undefined : this.#end.seq + 1,
      );
    }
    if (this.#header === undefined) return this.#open(line);
    if (this.#head !== undefined) return this.#fail('it stands behind the closing line: it was added', line['seq']);
    const expected = this.#seal.lines + 1;
    if (line.n !== expected) {
      const moved =
        line.n > expected
          ? `line ${expected} of the export is missing before it: it was removed or moved`
          : 'it was put here: another line, or this one again, stood in another place';
      return this.#fail(
        `it says that it is line ${line.n} of the export, where ${expected} belongs; ${moved}`,
        line['seq'],
      );
    }
    if (this.#key === undefined || !this.#seal.accepts(line, this.#key)) {
      const what =
        line.kind === 'close' ? 'the closing line was changed' : 'it was changed, or put here by somebody else';
      return this.#fail(`${what}: its signature is wrong`, line['seq']);
    }
    return this.#content(line);
  }

  #open(line: SealedLine): string | undefined {
    const { kind, n, key, format } = line;
    if (kind !== 'header' || n !== 1) {
      return this.#fail('the header is missing: the first line of an export was removed or moved', line['seq']);
    }
    this.#key = this.keys.find(({ id }) => id === key);
    if (this.#key === undefined) {
      const given = this.keys.map(({ id }) => id).join(', ');
      return this.#fail(
        `the export is signed with the audit key ${String(key)}, and the key that was given is ${given}`,
      );
    }
    this.#header = line;
    this.#seal = new Seal(String(line['export']));
    if (!this.#seal.accepts(line, this.#key)) return this.#fail('the header was changed: its signature is wrong');
    return format === this.#format ? undefined : this.#fail('the header names another format');
  }

  #content(line: SealedLine): string | undefined {
    const { flaw, seq } = line;
    if (flaw !== undefined)
      return this.#fail(
        `the record was wrong already when it was exported: ${typeof flaw === 'string' ? flaw : 'it is marked'}`,
        seq,
      );
    switch (line.kind) {
      case 'event':
        return this.#event(line);
      case 'earlier':
        this.#earlier.add(Number(seq), eventOf(line));
        this.#events += 1;
        return undefined;
      case 'checkpoint':
        return this.#checkpoint(line as unknown as Checkpoint);
      case 'close':
        return this.#close(line);
      default:
        return undefined;
    }
  }

  #event(line: SealedLine): string | undefined {
    const seq = Number(line['seq']);
    const prev = String(line['prev']);
    const hash = String(line['hash']);
    if (safeHash(seq, prev, eventOf(line)) !== hash) return this.#fail('its hash does not fit its content', seq);
    const end = this.#end;
    if (end !== undefined && (seq <= end.seq || (seq === end.seq + 1 && prev !== end.hash))) {
      return this.#fail(`it does not continue event ${end.seq}`, seq);
    }
    if (!this.#filtered) {
      if (end === undefined && !this.#begins(line, prev)) {
        return this.#fail('the record does not begin with it: earlier events are missing', seq);
      }
      if (end !== undefined && seq !== end.seq + 1) return this.#fail(`event ${end.seq + 1} is missing before it`, seq);
    }
    this.#end = { seq, hash };
    this.#events += 1;
    return undefined;
  }

  #begins({ detail }: SealedLine, prev: string): boolean {
    const told = (detail as { earlier?: Earlier } | undefined)?.earlier;
    const earlier = this.#earlier.end();
    return prev === origin && told?.count === earlier.count && told.digest === earlier.digest;
  }

  #checkpoint(checkpoint: Checkpoint): string | undefined {
    const { seq, hash } = checkpoint;
    const key = this.keys.find(({ id }) => id === checkpoint.key);
    // One of an older key, which was not given: the signature of the line vouches for it.
    if (key !== undefined && !isSigned(checkpoint, key))
      return this.#fail('the signature of the checkpoint is wrong', seq);
    if (this.#end?.seq !== seq || this.#end.hash === hash) return undefined;
    return this.#fail('the event before it is not the one that this checkpoint signed', seq);
  }

  #close(line: SealedLine): string | undefined {
    const head = line['head'] as Head;
    this.#head = head;
    const whole = this.#filtered || (this.#end?.seq === head.seq && this.#end.hash === head.hash);
    if (line['events'] !== this.#events || !whole) return this.#fail('the closing line is about other events');
    return undefined;
  }
}

function eventOf(line: SealedLine): AuditEvent {
  const { n, kind, seq, prev, hash, key, sig, ...event } = line;
  return event as unknown as AuditEvent & { actor: Actor };
}
