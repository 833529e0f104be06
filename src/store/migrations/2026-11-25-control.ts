import type { Kysely, Migration } from 'kysely';

interface After {
  control: { name: string; value: string; version: number };
}

/** What is set while Cordon runs, and what ceilings count by. The switch has its row from the start: a missing one is a stop. */
export const control: Migration = {
  up: async (db: Kysely<unknown>) => {
    const { schema } = db;
    await schema
      .createTable('control')
      .addColumn('name', 'text', (column) => column.notNull().primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .execute();
    await (db as Kysely<After>)
      .insertInto('control')
      .values({ name: 'stop', value: '{"stop":null}', version: 1 })
      .execute();
    await schema.alterTable('request').addColumn('requester_ids', 'text').execute();
    await schema.createIndex('request_recent').on('request').columns(['action', 'created_at', 'id']).execute();
  },
};
