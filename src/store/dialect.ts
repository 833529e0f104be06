import type { ColumnBuilderCallback, Kysely, RawBuilder, Transaction } from 'kysely';
import type { StoreError } from './errors.js';
import type { Schema } from './schema.js';

/** All that differs between the databases that can hold the store. Everything else is portable SQL. */
export interface StoreDialect {
  /** Type and constraint of a primary key that counts up in the order of insertion. */
  readonly autoId: readonly ['integer' | 'bigserial', ColumnBuilderCallback];
  /** The statements that make the database refuse UPDATE and DELETE on a table. */
  appendOnly(table: string): readonly RawBuilder<unknown>[];
  /** The statements that make it refuse to remove a row, and to update one but for a greater `seq`. */
  forwardOnly(table: string): readonly RawBuilder<unknown>[];
  /** The statements that make it refuse to put a row in the place of another of the same `seq`; none where it cannot be done anyway. */
  noReplacing(table: string): readonly RawBuilder<unknown>[];
  /**
   * The database's clock at this very moment (Unix ms), not at the start of the transaction. Missing where all users
   * of the database have one clock anyway.
   */
  now?(db: Kysely<Schema>): Promise<number>;
  /**
   * Whether transactions that write run side by side. Where they do, rows are locked as they are claimed; where they do not, what is
   * written at the same time shares one.
   */
  readonly manyWriters: boolean;
  /**
   * One transaction of which the database may forget, when the whole machine fails, that it ever was; never when only a process
   * does, and never where a later transaction is remembered. Missing where a failure of the database leaves its users alive, who
   * would go on with what it has forgotten.
   */
  forgettable?<T>(db: Kysely<Schema>, work: (trx: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** Makes other transactions that lock the same key wait for this one. */
  lock(trx: Transaction<Schema>, key: string): Promise<void>;
  /** Never throws; a `StoreError` comes back as it is. */
  toStoreError(thrown: unknown): StoreError;
}
