import type { Kysely, Migration } from 'kysely';

/** Who is one human on several platforms, and where adapters reach whom. */
export const people: Migration = {
  up: async ({ schema }: Kysely<unknown>) => {
    await schema
      .createTable('address')
      .addColumn('platform', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('address_key', ['platform', 'key'])
      .execute();
    await schema
      .createTable('link')
      .addColumn('account', 'text', (column) => column.notNull().primaryKey())
      .addColumn('entra', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('proof', 'text', (column) => column.notNull())
      .execute();
    await schema.createIndex('link_entra').on('link').columns(['entra', 'at']).execute();
    await schema
      .createTable('link_code')
      .addColumn('hash', 'text', (column) => column.notNull().primaryKey())
      .addColumn('account', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await schema
      .createTable('email')
      .addColumn('account', 'text', (column) => column.notNull().primaryKey())
      .addColumn('email', 'text', (column) => column.notNull())
      .addColumn('seen_at', 'bigint', (column) => column.notNull())
      .execute();
    await schema.createIndex('email_address').on('email').columns(['email']).execute();
  },
};
