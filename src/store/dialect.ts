import type { ColumnBuilderCallback, RawBuilder } from 'kysely';
import type { StoreError } from './errors.js';

/** All that differs between the databases that can hold the store. Everything else is portable SQL. */
export interface StoreDialect {
  /** Type and constraint of a primary key that counts up in the order of insertion. */
  readonly autoId: readonly ['integer' | 'bigserial', ColumnBuilderCallback];
  /** The statements that make the database refuse UPDATE and DELETE on a table. */
  appendOnly(table: string): readonly RawBuilder<unknown>[];
  /** Never throws; a `StoreError` comes back as it is. */
  toStoreError(thrown: unknown): StoreError;
}
