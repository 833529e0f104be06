import { type Kysely, type Migration, sql } from 'kysely';

/**
 * What stands in the line and nobody has taken, in the order of the line. Otherwise whoever takes the next one sorts the whole line,
 * and looks at the device of each in it.
 */
export const waiting: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql`create index request_waiting on request (action, line_at, id)
      where state = 'queued' and owner is null and due_at is not null`.execute(db);
  },
};
