import type { Insertable } from 'kysely';
import { StoreError } from './errors.js';
import type { InboxTable } from './schema.js';
import type { Session } from './session.js';

type Row = Insertable<InboxTable>;

interface Waiting {
  readonly row: Row;
  readonly resolve: (isNew: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Bounds the size of one statement; SQLite takes 32,766 parameters. */
const batchSize = 100;

/** Rows that may wait for a slow store. Beyond that a sender is told at once, so that memory does not grow with their patience. */
const mostWaiting = 2_000;

/**
 * The hot path: what arrives before the store is ready for it goes into one statement, and shares its commit. Each `add` resolves only
 * after its own row is committed. Throws `store_busy` where too many wait.
 */
export class AcceptQueue {
  #waiting: Waiting[] = [];
  #running = false;

  constructor(private readonly session: Session) {}

  /** True when the key is new. */
  add(row: Row): Promise<boolean> {
    if (this.#waiting.length >= mostWaiting) {
      return Promise.reject(new StoreError('store_busy', `${mostWaiting} rows wait for the store already`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ row, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      void this.#run();
    });
  }

  /** One batch after the other, so that the order of arrival is the order in the store. */
  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#store([]);
    this.#running = false;
  }

  /** An empty batch is filled when its transaction has begun. */
  async #store(batch: Waiting[]): Promise<void> {
    try {
      const stored = await this.#insert(batch);
      // `delete` tells the first of two with the same key from the second.
      for (const { row, resolve } of batch) resolve(stored.delete(row.key));
    } catch (error) {
      if (batch.length > 1 && mayBeOneRow(error)) for (const one of batch) await this.#store([one]);
      // What keeps a transaction from beginning keeps all that wait.
      else for (const { reject } of batch.length > 0 ? batch : this.#waiting.splice(0)) reject(error);
    }
  }

  /**
   * A connection that is lost is waited for, as a lock is. It may have been lost after the commit: then what is there already counts
   * as new, because of the two mistakes that is the one that loses nothing.
   */
  async #insert(batch: Waiting[]): Promise<Set<string>> {
    return this.session.persist(async (trx, attempt) => {
      if (batch.length === 0) batch.push(...this.#waiting.splice(0, batchSize));
      const stored = await trx
        .insertInto('inbox')
        .values(batch.map(({ row }) => row))
        .onConflict((conflict) => conflict.column('key').doNothing())
        .returning('key')
        .execute();
      return new Set((attempt > 1 ? batch.map(({ row }) => row) : stored).map(({ key }) => key));
    });
  }
}

/** A row too big for the space left must not take the others with it; a lock or a lost disk hits every row alike. */
function mayBeOneRow(error: unknown): boolean {
  return error instanceof StoreError && (error.code === 'store_full' || error.code === 'store_failed');
}
