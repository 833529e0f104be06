import type { Kysely, Migration } from 'kysely';
import type { StoreDialect } from '../dialect.js';

interface Before {
  call_before: { operation: string; at: number };
  call: { bucket: string; at: number };
}

/**
 * Gives every call an id, by which its answer is noted, and names its bucket, which need not be one operation. The log is
 * copied: an update must not forget the last hour.
 */
export function windows({ autoId }: StoreDialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      const { schema } = db;
      await schema.dropIndex('call_log').execute();
      await schema.alterTable('call').renameTo('call_before').execute();
      await schema
        .createTable('call')
        .addColumn('id', ...autoId)
        .addColumn('bucket', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute();
      await schema.createIndex('call_log').on('call').columns(['bucket', 'at']).execute();
      await (db as Kysely<Before>)
        .insertInto('call')
        .columns(['bucket', 'at'])
        .expression((eb) => eb.selectFrom('call_before').select(['operation', 'at']))
        .execute();
      await schema.dropTable('call_before').execute();
      await schema.alterTable('block').renameColumn('operation', 'bucket').execute();
    },
  };
}
