import { type Kysely, type Migration, sql } from 'kysely';
import type { StoreDialect } from '../dialect.js';

interface Vote {
  request_id: string;
  revision: number;
  person_id: string;
  decision: string;
  reason: string | null;
  at: number;
  person: string;
}

interface Tables {
  vote_before: Vote & { seq: number };
  vote: Vote;
  card: { request_id: string; platform: string; conversation: string; thread: string; ref: string; message: string };
  request: { id: string; state: string; body: string };
  button: { token: string };
}

/**
 * A vote says what it was on and where, and may be taken back: one person has one that stands. A card is found by its message. Tokens
 * belong to places. Buttons of before mean nothing any more, and a Request of before has no commitment, so it is never sent.
 */
export function votes({ autoId }: StoreDialect): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      const tables = db as Kysely<Tables>;
      await voteTable(tables, autoId);
      await cardMessages(tables);
      await placeTokens(tables);
    },
  };
}

/** Made anew: SQLite cannot take a constraint off a table. */
async function voteTable(db: Kysely<Tables>, autoId: StoreDialect['autoId']): Promise<void> {
  const { schema } = db;
  await schema.alterTable('vote').renameTo('vote_before').execute();
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
    .addColumn('commitment', 'text')
    .addColumn('whereabouts', 'text')
    .addColumn('taken_back_at', 'bigint')
    .execute();
  const columns = ['request_id', 'revision', 'person_id', 'decision', 'reason', 'at', 'person'] as const;
  await db
    .insertInto('vote')
    .columns(columns)
    .expression((eb) => eb.selectFrom('vote_before').select(columns).orderBy('seq'))
    .execute();
  await schema.dropTable('vote_before').execute();
  await schema
    .createIndex('vote_stands')
    .unique()
    .on('vote')
    .columns(['request_id', 'revision', 'person_id'])
    .where(sql.ref('taken_back_at'), 'is', null)
    .execute();
}

async function cardMessages(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .alterTable('card')
    .addColumn('message', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  for (const { ref } of await db.selectFrom('card').select('ref').execute()) {
    const { message } = JSON.parse(ref) as { message: string };
    await db.updateTable('card').set({ message }).where('ref', '=', ref).execute();
  }
  await db.schema.createIndex('card_message').on('card').columns(['platform', 'message']).execute();
}

/** The states in which buttons for a vote may be drawn (again). */
const undecided = ['awaiting approval', 'approved', 'queued'];

async function placeTokens(db: Kysely<Tables>): Promise<void> {
  const waiting = await db.selectFrom('request').select(['id', 'body']).where('state', 'in', undecided).execute();
  for (const { id, body } of waiting) {
    const { tokens, ...request } = JSON.parse(body) as { tokens: unknown; places: object[] };
    const places = request.places.map((place) => ({ tokens, ...place }));
    await db
      .updateTable('request')
      .set({ body: JSON.stringify({ ...request, places }) })
      .where('id', '=', id)
      .execute();
  }
  await db.deleteFrom('button').execute();
}
