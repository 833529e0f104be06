import { CompiledQuery, type Kysely, type Transaction } from 'kysely';
import type { Patience } from './busy.js';
import type { StoreDialect } from './dialect.js';
import type { StoreError } from './errors.js';
import type { Schema } from './schema.js';

export interface GroupParts {
  /** How long each piece of work waits for another process's lock. */
  readonly patience: Patience;
  /** Runs a callback after the current turn of the event loop. */
  readonly nextTurn: (run: () => void) => void;
}

interface Piece {
  /** Does the work, and gives back what tells its caller. Nobody may be told before the commit. */
  readonly run: (trx: Transaction<Schema>) => Promise<() => void>;
  readonly reject: (error: unknown) => void;
  /** How often the database was found locked since it waits. */
  tries: number;
  alone: boolean;
}

/** Bounds how long readers wait for the connection, and the event loop for its turn: a change takes up to 2 ms. */
const mostTogether = 50;

const savepoint = CompiledQuery.raw('savepoint work');
const rollbackTo = CompiledQuery.raw('rollback to work');
const release = CompiledQuery.raw('release work');

/**
 * Group commit, for a database with one writer: what is asked for within one turn of the event loop, or while a group is at work or waits
 * for a lock, shares one transaction and one fsync. Guarantees:
 *
 * - Work is done in the order in which it was asked for, each after all of what came before it, as if every piece had a transaction.
 * - A promise settles after the commit alone, and then the work is on disk.
 * - Work that throws is undone and rejects; the others of its group stay.
 * - Where the database drops the whole transaction, as SQLite does on a full disk, each piece runs again by itself.
 *
 * Where a commit fails for another reason than a full disk, all reject: nobody knows whether it is there. Work may run more than once.
 * Rejects with what the work threw, or with a `StoreError` of the transaction.
 */
export class Group {
  #waiting: Piece[] = [];
  #running = false;

  constructor(
    private readonly db: Kysely<Schema>,
    private readonly dialect: Pick<StoreDialect, 'toStoreError'>,
    private readonly parts: GroupParts,
  ) {}

  add<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = async (trx: Transaction<Schema>) => {
        const result = await work(trx);
        return () => {
          resolve(result);
        };
      };
      this.#waiting.push({ run, reject, tries: 0, alone: false });
      if (this.#running) return;
      this.#running = true;
      this.#soon();
    });
  }

  /** A turn between two groups, so that input is read however much there is to write. */
  #soon(): void {
    this.parts.nextTurn(() => {
      void this.#commit().then(() => {
        if (this.#waiting.length > 0) this.#soon();
        else this.#running = false;
      });
    });
  }

  async #commit(): Promise<void> {
    let pieces: readonly Piece[] = [];
    let told: readonly (() => void)[] = [];
    try {
      await this.db.transaction().execute(async (trx) => {
        // Taken only now: what arrived while the database was locked goes with the rest.
        pieces = this.#take();
        const [only] = pieces;
        told = only !== undefined && pieces.length === 1 ? [await only.run(trx)] : await together(trx, pieces);
      });
      for (const tell of told) tell();
    } catch (thrown) {
      if (pieces.length === 0) await this.#notBegun(this.dialect.toStoreError(thrown));
      else if (pieces.length > 1 && this.#nothingIsThere(thrown)) this.#again(pieces);
      else for (const { reject } of pieces) reject(thrown);
    }
  }

  #take(): Piece[] {
    return this.#waiting.splice(0, this.#waiting[0]?.alone === true ? 1 : mostTogether);
  }

  /**
   * A disk that is full shows at a statement or only at the commit. Either way SQLite rolls back by itself, and the frame that would
   * make a commit of it was not written, being the last.
   */
  #nothingIsThere(thrown: unknown): boolean {
    return thrown instanceof TransactionGone || this.dialect.toStoreError(thrown).code === 'store_full';
  }

  #again(pieces: readonly Piece[]): void {
    this.#waiting.unshift(...pieces.map((piece) => ({ ...piece, alone: true })));
  }

  /** A lock is waited for, by each piece as long as by itself; whatever else keeps a transaction from beginning hits all alike. */
  async #notBegun(error: StoreError): Promise<void> {
    const { tries, pauseMs, wait } = this.parts.patience;
    const waiting = this.#waiting.splice(0);
    for (const piece of waiting) {
      piece.tries += 1;
      if (error.code === 'store_busy' && piece.tries < tries) this.#waiting.push(piece);
      else piece.reject(error);
    }
    if (this.#waiting.length > 0) await wait(pauseMs);
  }
}

/** The whole group was rolled back, whatever piece was to blame. */
class TransactionGone extends Error {}

/** Work hardly ever throws, and a savepoint for each piece is a quarter of all statements: so there is one for all until a piece throws. */
async function together(trx: Transaction<Schema>, pieces: readonly Piece[]): Promise<(() => void)[]> {
  await trx.executeQuery(savepoint);
  try {
    const told: (() => void)[] = [];
    for (const { run } of pieces) told.push(await run(trx));
    return told;
  } catch {
    await undo(trx);
    return eachApart(trx, pieces);
  }
}

/** Work that throws is undone by itself. */
async function eachApart(trx: Transaction<Schema>, pieces: readonly Piece[]): Promise<(() => void)[]> {
  const told: (() => void)[] = [];
  for (const { run, reject } of pieces) {
    await trx.executeQuery(savepoint);
    try {
      told.push(await run(trx));
    } catch (error) {
      await undo(trx);
      told.push(() => {
        reject(error);
      });
    }
    await trx.executeQuery(release);
  }
  return told;
}

/** Where even that fails, there is no transaction any more. */
async function undo(trx: Transaction<Schema>): Promise<void> {
  await trx.executeQuery(rollbackTo).catch((thrown: unknown) => {
    throw new TransactionGone('rolled back as a whole', { cause: thrown });
  });
}
