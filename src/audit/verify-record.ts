import { createHash, type Hash } from 'node:crypto';
import { canonical, eventText, hashOf, type Head, origin } from './chain.js';
import { type Checkpoint, isSigned } from './checkpoint.js';
import type { AuditEvent } from './event.js';
import type { AuditKeys } from './key.js';

/** A row of the record as the database has it. The four of the chain are null for what was written before there was one. */
export interface StoredLine {
  readonly seq: number;
  readonly prev: string | null;
  readonly hash: string | null;
  readonly mac: string | null;
  readonly key: string | null;
  /** Undefined where the row cannot be read as one. */
  readonly event: AuditEvent | undefined;
}

/** The first place at which the record is not what Cordon wrote. */
export interface Flaw {
  readonly seq: number;
  readonly why: string;
}

/** What the first event of a chain says of what was there before it. */
export interface Earlier {
  readonly count: number;
  /** SHA-256 in hex over the canonical JSON of each `{ seq, ...event }`, a line feed after each. */
  readonly digest: string;
}

export class EarlierDigest {
  readonly #hash: Hash = createHash('sha256');
  #count = 0;

  add(seq: number, event: AuditEvent): void {
    this.#count += 1;
    this.#hash.update(`${canonical({ seq, ...event })}\n`);
  }

  end(): Earlier {
    return { count: this.#count, digest: this.#hash.digest('hex') };
  }
}

/**
 * What is wrong with one row by itself: content, hash and MAC. Undefined for a good one. `keys` are those of the setting; a row of
 * any other was not written by this Cordon.
 */
export function flawOf({ seq, prev, hash, mac, key, event }: StoredLine, keys: AuditKeys): string | undefined {
  if (hash === null || prev === null || mac === null || key === null) return 'it is not chained';
  if (event === undefined || safeHash(seq, prev, event) !== hash)
    return 'it was changed: its hash does not fit its content';
  const auditKey = keys.find(key);
  if (auditKey === undefined)
    return `it names the audit key ${key}, which is not among those given (${keys.ids.join(', ')})`;
  if (!auditKey.hasMac(eventText({ seq, hash }), mac)) return 'Cordon did not write it: its MAC is wrong';
  return undefined;
}

/** Undefined for what has no canonical form: Cordon never writes such a thing. */
export function safeHash(seq: number, prev: string, event: AuditEvent): string | undefined {
  try {
    return hashOf(seq, prev, event);
  } catch {
    return undefined;
  }
}

/** Rows in order that should continue a chain from `end`; undefined where the first of them may stand anywhere. */
export class ChainCheck {
  #end: Head | undefined;

  constructor(
    private readonly keys: AuditKeys,
    end?: Head,
  ) {
    this.#end = end;
  }

  get end(): Head | undefined {
    return this.#end;
  }

  add(line: StoredLine): Flaw | undefined {
    const { seq } = line;
    const end = this.#end;
    if (end !== undefined && seq > end.seq + 1) return { seq: end.seq + 1, why: missing(end.seq + 1, seq - 1) };
    const why = flawOf(line, this.keys);
    if (why !== undefined) return { seq, why };
    if (end !== undefined && line.prev !== end.hash) {
      return { seq, why: `it does not continue event ${end.seq}, which was put in the place of another` };
    }
    this.#end = { seq, hash: line.hash ?? '' };
    return undefined;
  }
}

function missing(first: number, last: number): string {
  return first === last ? 'it is missing' : `the events ${first} to ${last} are missing`;
}

export interface RecordParts {
  /** All rows, in order of `seq`. */
  readonly lines: AsyncIterable<StoredLine>;
  /** In order of `seq`. */
  readonly checkpoints: AsyncIterable<Checkpoint>;
  /** Undefined where there is none; its MAC is checked by whoever read it. */
  readonly head: Head;
}

export interface Verified {
  readonly flaw: Flaw | undefined;
  /** Sound events before the flaw, and checkpoints over them. */
  readonly events: number;
  readonly checkpoints: number;
}

/** Reads the whole record, with constant memory, and names the first place at which it is not what Cordon wrote. */
export async function verifyRecord({ lines, checkpoints, head }: RecordParts, keys: AuditKeys): Promise<Verified> {
  const check = new ChainCheck(keys);
  const signed = checkpoints[Symbol.asyncIterator]();
  let next = await signed.next();
  const earlier = new EarlierDigest();
  let events = 0;
  let passed = 0;
  const done = (flaw?: Flaw): Verified => ({ flaw, events, checkpoints: passed });

  for await (const line of lines) {
    const begun = check.end !== undefined;
    if (!begun && line.hash === null && line.event !== undefined) {
      earlier.add(line.seq, line.event);
      continue;
    }
    const flaw = begun ? check.add(line) : (firstFlaw(line, earlier.end()) ?? check.add(line));
    if (flaw !== undefined) return done(flaw);
    if (line.seq > head.seq)
      return done({ seq: line.seq, why: `it stands behind the head of the record (${head.seq})` });
    events += 1;
    while (next.done !== true && next.value.seq <= line.seq) {
      const checkpoint = next.value;
      if (checkpoint.seq === line.seq) {
        const why = checkpointFlaw(checkpoint, line.hash, keys);
        if (why !== undefined) return done({ seq: line.seq, why });
        passed += 1;
      }
      next = await signed.next();
    }
  }
  const end = check.end ?? { seq: 0, hash: origin };
  if (end.seq < head.seq) return done({ seq: end.seq + 1, why: `${missing(end.seq + 1, head.seq)}: the tail was cut` });
  if (end.hash !== head.hash) return done({ seq: end.seq, why: 'it is not the event that the head names' });
  if (next.done !== true) {
    const { seq } = next.value;
    return done({
      seq: end.seq + 1,
      why: `it is missing: a checkpoint was signed at ${seq}, so the tail and the head were cut`,
    });
  }
  return done();
}

function checkpointFlaw(checkpoint: Checkpoint, hash: string | null, keys: AuditKeys): string | undefined {
  const key = keys.find(checkpoint.key);
  if (key === undefined) return `its checkpoint names the audit key ${checkpoint.key}, which is not among those given`;
  if (!isSigned(checkpoint, key)) return 'the signature of its checkpoint is wrong';
  return checkpoint.hash === hash ? undefined : 'it is not the event that its checkpoint signed';
}

/** The chain begins with an event that commits to all rows before it. */
function firstFlaw({ seq, prev, event }: StoredLine, earlier: Earlier): Flaw | undefined {
  const told = event?.what === 'audit.begun' && prev === origin ? (event.detail?.['earlier'] as Earlier) : undefined;
  if (told === undefined) return { seq, why: 'the record does not begin with it: events before it are missing' };
  if (told.count === earlier.count && told.digest === earlier.digest) return undefined;
  return {
    seq,
    why: `the ${told.count} events from before the chain are not those that it was begun with (now ${earlier.count})`,
  };
}
