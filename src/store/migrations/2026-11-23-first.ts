import type { Kysely, Migration } from 'kysely';
import type { StoreDialect } from '../dialect.js';

export function first(dialect: StoreDialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await inbox(db, dialect);
      await requests(db, dialect);
      await deliveries(db, dialect);
      await audit(db, dialect);
      await calls(db);
    },
  };
}

async function inbox({ schema }: Kysely<unknown>, { autoId }: StoreDialect): Promise<void> {
  await schema
    .createTable('inbox')
    .addColumn('seq', ...autoId)
    .addColumn('key', 'text', (column) => column.notNull().unique())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('incoming', 'text', (column) => column.notNull())
    .addColumn('settled_at', 'bigint')
    .execute();
  await schema.createIndex('inbox_due').on('inbox').columns(['settled_at', 'due_at']).execute();
}

async function requests({ schema }: Kysely<unknown>, { autoId }: StoreDialect): Promise<void> {
  await schema
    .createTable('request')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('device_id', 'text', (column) => column.notNull())
    .addColumn('requester_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('queued_at', 'bigint')
    .addColumn('line_at', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('machine_action_id', 'text')
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  await schema.createIndex('request_due').on('request').columns(['state', 'due_at', 'id']).execute();
  await schema.createIndex('request_line').on('request').columns(['state', 'line_at', 'id']).execute();
  await schema.createIndex('request_device').on('request').columns(['device_id', 'created_at', 'id']).execute();
  await schema.createIndex('request_machine_action').on('request').column('machine_action_id').execute();

  await schema
    .createTable('vote')
    .addColumn('seq', ...autoId)
    .addColumn('request_id', 'text', (column) => column.notNull().references('request.id'))
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('decision', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('person', 'text', (column) => column.notNull())
    .addUniqueConstraint('vote_once', ['request_id', 'revision', 'person_id'])
    .execute();
}

async function deliveries({ schema }: Kysely<unknown>, { autoId }: StoreDialect): Promise<void> {
  await schema
    .createTable('delivery')
    .addColumn('id', ...autoId)
    .addColumn('lane', 'text', (column) => column.notNull())
    .addColumn('platform', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text')
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('settled_at', 'bigint')
    .addColumn('error', 'text')
    .execute();
  await schema.createIndex('delivery_due').on('delivery').columns(['state', 'due_at', 'id']).execute();
  await schema.createIndex('delivery_lane').on('delivery').columns(['lane', 'state', 'id']).execute();

  await schema
    .createTable('card')
    .addColumn('request_id', 'text', (column) => column.notNull())
    .addColumn('platform', 'text', (column) => column.notNull())
    .addColumn('conversation', 'text', (column) => column.notNull())
    .addColumn('thread', 'text', (column) => column.notNull())
    .addColumn('ref', 'text', (column) => column.notNull())
    .addColumn('rendered_version', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('card_place', ['request_id', 'platform', 'conversation', 'thread'])
    .execute();
  await schema
    .createTable('button')
    .addColumn('token', 'text', (column) => column.notNull().primaryKey())
    .addColumn('meaning', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function audit(db: Kysely<unknown>, dialect: StoreDialect): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('seq', ...dialect.autoId)
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('what', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('request_id', 'text')
    .addColumn('device_id', 'text')
    .addColumn('from', 'text')
    .addColumn('to', 'text')
    .addColumn('detail', 'text')
    .execute();
  await db.schema.createIndex('audit_request').on('audit').columns(['request_id', 'seq']).execute();
  await db.schema.createIndex('audit_device').on('audit').columns(['device_id', 'seq']).execute();
  for (const statement of dialect.appendOnly('audit')) await statement.execute(db);
}

async function calls({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('call')
    .addColumn('operation', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('call_log').on('call').columns(['operation', 'at']).execute();
  await schema
    .createTable('block')
    .addColumn('operation', 'text', (column) => column.notNull().primaryKey())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .execute();
}
