import type { Kysely, Transaction } from 'kysely';
import { whileBusy } from './busy.js';
import type { StoreDialect } from './dialect.js';
import { StoreError, type StoreErrorCode } from './errors.js';
import { Group, type GroupParts } from './group.js';
import type { Schema } from './schema.js';

/** A piece of work as it ended. `ms` spans the wait for its turn, for locks, and whatever was tried again. */
export interface StoreWork {
  readonly kind: 'read' | 'write';
  readonly ms: number;
  /** Why it failed; missing where it did not. */
  readonly error?: string;
}

export interface SessionParts extends GroupParts {
  /** Told of each piece of work as it ends, done or not. Must not throw. */
  readonly observe?: ((work: StoreWork) => void) | undefined;
}

type Work<T> = (trx: Transaction<Schema>) => Promise<T>;

/**
 * One open database. Guarantees that whatever goes wrong comes out as a `StoreError`, that a lock held by another process
 * is waited for, and that `close` lets what was begun finish.
 */
export class Session {
  readonly #running = new Set<Promise<unknown>>();
  /** Where writers run side by side a group would hold the locks of all its work at once, and two of them wait for each other. */
  readonly #group: Group | undefined;
  #closed = false;

  constructor(
    private readonly db: Kysely<Schema>,
    private readonly dialect: StoreDialect,
    private readonly parts: SessionParts,
  ) {
    this.#group = dialect.manyWriters ? undefined : new Group(db, dialect, parts);
  }

  /** One query. */
  read<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return this.#run('read', () => work(this.db));
  }

  /** Several queries that see the same moment. */
  snapshot<T>(work: Work<T>): Promise<T> {
    return this.#run('read', () =>
      this.db.transaction().setAccessMode('read only').setIsolationLevel('repeatable read').execute(work),
    );
  }

  /**
   * One transaction, shared with what else is asked for at this time where the database has one writer. `work` may run again from the
   * start, as when the database was busy.
   */
  write<T>(work: Work<T>): Promise<T> {
    return this.#write(() => work, []);
  }

  /**
   * One transaction, at once and by itself, for who works on what: it need not be on disk when the promise resolves. A claim that is
   * forgotten with the machine is a claim of a process that is gone, and whatever is done under it is committed for good first. Also for
   * what is better forgotten now and then than waited for each time: see the decision about claims without the disk.
   */
  claim<T>(work: Work<T>): Promise<T> {
    return this.#run('write', () => this.dialect.forgettable?.(this.db, work) ?? this.db.transaction().execute(work));
  }

  /** One transaction that writes by what it reads, all of it as it was at one moment; nothing that it reads may be changed by others. */
  consistent<T>(work: Work<T>): Promise<T> {
    return this.#run('write', () => this.db.transaction().setIsolationLevel('repeatable read').execute(work));
  }

  /**
   * As `write`, for what may happen twice without harm: a lost connection is waited for as well. `attempt` counts the transactions in
   * which the work was done, from 1: each but the first comes after one of which nobody knows whether it was committed.
   */
  persist<T>(work: (trx: Transaction<Schema>, attempt: number) => Promise<T>): Promise<T> {
    let earlier = 0;
    const begin = (): Work<T> => {
      const attempt = earlier + 1;
      return (trx) => {
        earlier = attempt;
        return work(trx, attempt);
      };
    };
    return this.#write(begin, ['store_unavailable']);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#running);
    await this.db.destroy();
  }

  /** `begin` gives the work of one more transaction. */
  #write<T>(begin: () => Work<T>, passing: readonly StoreErrorCode[]): Promise<T> {
    const group = this.#group;
    if (group !== undefined) return this.#run('write', () => group.add(begin()), passing);
    return this.#run('write', () => this.db.transaction().execute(begin()), ['store_busy', ...passing]);
  }

  async #run<T>(kind: StoreWork['kind'], attempt: () => Promise<T>, passing?: readonly StoreErrorCode[]): Promise<T> {
    if (this.#closed) throw new StoreError('store_unavailable', 'the store is closed');
    const begun = performance.now();
    const running = whileBusy(attempt, (thrown) => this.dialect.toStoreError(thrown), this.parts.patience, passing);
    this.#running.add(running);
    try {
      const result = await running;
      this.parts.observe?.({ kind, ms: performance.now() - begun });
      return result;
    } catch (error) {
      const code = error instanceof StoreError ? error.code : 'store_failed';
      this.parts.observe?.({ kind, ms: performance.now() - begun, error: code });
      throw error;
    } finally {
      this.#running.delete(running);
    }
  }
}
