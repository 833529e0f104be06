import type { ColumnBuilderCallback, RawBuilder, Transaction } from 'kysely';
import type { StoreError } from './errors.js';
import type { Schema } from './schema.js';

/** All that differs between the databases that can hold the store. Everything else is portable SQL. */
export interface StoreDialect {
  /** Type and constraint of a primary key that counts up in the order of insertion. */
  readonly autoId: readonly ['integer' | 'bigserial', ColumnBuilderCallback];
  /** The statements that make the database refuse UPDATE and DELETE on a table. */
  appendOnly(table: string): readonly RawBuilder<unknown>[];
  /**
   * The database's clock at this very moment (Unix ms), not at the start of the transaction. Missing where all users
   * of the database have one clock anyway.
   */
  now?(trx: Transaction<Schema>): Promise<number>;
  /** Never throws; a `StoreError` comes back as it is. */
  toStoreError(thrown: unknown): StoreError;
}
