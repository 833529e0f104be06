import type { Kysely, Transaction } from 'kysely';
import { type Patience, whileBusy } from './busy.js';
import type { StoreDialect } from './dialect.js';
import { StoreError, type StoreErrorCode } from './errors.js';
import type { Schema } from './schema.js';

/** A piece of work as it ended. `ms` spans the wait for locks and whatever was tried again. */
export interface StoreWork {
  readonly kind: 'read' | 'write';
  readonly ms: number;
  /** Why it failed; missing where it did not. */
  readonly error?: string;
}

/**
 * One open database. Guarantees that whatever goes wrong comes out as a `StoreError`, that a lock held by another process
 * is waited for, and that `close` lets what was begun finish.
 */
export class Session {
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(
    private readonly db: Kysely<Schema>,
    private readonly dialect: StoreDialect,
    private readonly patience: Patience,
    private readonly observe: (work: StoreWork) => void = () => undefined,
  ) {}

  /** One query. */
  read<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return this.#run('read', () => work(this.db));
  }

  /** Several queries that see the same moment. */
  snapshot<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.#run('read', () =>
      this.db.transaction().setAccessMode('read only').setIsolationLevel('repeatable read').execute(work),
    );
  }

  /** One transaction; `work` may run again from the start when the database was busy. */
  write<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.#run('write', () => this.db.transaction().execute(work));
  }

  /**
   * As `write`, for who works on what: it need not be on disk when the promise resolves. A claim that is forgotten with the machine
   * is a claim of a process that is gone, and whatever is done under it is committed for good first.
   */
  claim<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.#run('write', () => this.dialect.forgettable?.(this.db, work) ?? this.db.transaction().execute(work));
  }

  /** One transaction that writes by what it reads, all of it as it was at one moment; nothing that it reads may be changed by others. */
  consistent<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.#run('write', () => this.db.transaction().setIsolationLevel('repeatable read').execute(work));
  }

  /** As `write`, for what may happen twice without harm: a lost connection is waited for as well. */
  persist<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.#run('write', () => this.db.transaction().execute(work), ['store_busy', 'store_unavailable']);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#running);
    await this.db.destroy();
  }

  async #run<T>(kind: StoreWork['kind'], attempt: () => Promise<T>, passing?: readonly StoreErrorCode[]): Promise<T> {
    if (this.#closed) throw new StoreError('store_unavailable', 'the store is closed');
    const begun = performance.now();
    const running = whileBusy(attempt, (thrown) => this.dialect.toStoreError(thrown), this.patience, passing);
    this.#running.add(running);
    try {
      const result = await running;
      this.observe({ kind, ms: performance.now() - begun });
      return result;
    } catch (error) {
      const code = error instanceof StoreError ? error.code : 'store_failed';
      this.observe({ kind, ms: performance.now() - begun, error: code });
      throw error;
    } finally {
      this.#running.delete(running);
    }
  }
}
