import { type Kysely, type Migration, sql } from 'kysely';
import type { StoreDialect } from '../dialect.js';

/** The record becomes a chain. What is in it already stays as it is; the first chained event commits to it (`beginRecord`). */
export function chained(dialect: StoreDialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      const { schema } = db;
      for (const column of ['prev', 'hash', 'mac', 'key']) {
        await schema.alterTable('audit').addColumn(column, 'text').execute();
      }
      await schema
        .createTable('audit_head')
        .addColumn('id', 'integer', (column) => column.notNull().primaryKey())
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addColumn('mac', 'text', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addCheckConstraint('audit_head_is_one', sql`id = 1`)
        .execute();
      await schema
        .createTable('audit_checkpoint')
        .addColumn('seq', 'bigint', (column) => column.notNull().primaryKey())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('signature', 'text', (column) => column.notNull())
        .execute();
      const guards = [
        ...dialect.noReplacing('audit'),
        ...dialect.forwardOnly('audit_head'),
        ...dialect.appendOnly('audit_checkpoint'),
        ...dialect.noReplacing('audit_checkpoint'),
      ];
      for (const statement of guards) await statement.execute(db);
    },
  };
}
