import { type Kysely, type Migration, sql } from 'kysely';

/** Who works on what, so that several processes can share one database. */
export const replicas: Migration = {
  up: async (db: Kysely<unknown>) => {
    const { schema } = db;
    await schema
      .createTable('replica')
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('until', 'bigint', (column) => column.notNull())
      .execute();
    for (const table of ['inbox', 'delivery', 'request']) {
      await schema.alterTable(table).addColumn('owner', 'text').execute();
      await schema
        .createIndex(`${table}_owner`)
        .on(table)
        .column('owner')
        .where(sql.ref('owner'), 'is not', null)
        .execute();
    }
    await schema
      .alterTable('delivery')
      .addColumn('unsure', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await schema.createIndex('request_requester').on('request').columns(['requester_id', 'state']).execute();
  },
};
