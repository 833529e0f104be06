import assert from 'node:assert/strict';
import pg from 'pg';
import { type PostgresOnLoopback, startPostgres } from '../../sandbox/postgres.js';
import { tamperSuite } from './tamper.js';

describe('on a real PostgreSQL', function () {
  this.timeout(60_000);
  let postgres: PostgresOnLoopback;
  before(async () => {
    postgres = await startPostgres({ synced: false });
  });
  after(() => postgres.close());

  tamperSuite('PostgreSQL', async () => {
    const url = await postgres.createDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return {
      url,
      attack: async (...statements) => {
        for (const table of ['audit', 'audit_head', 'audit_checkpoint']) {
          await client.query(`alter table ${table} disable trigger all`);
        }
        for (const statement of statements) await client.query(statement);
      },
      refuses: async (statement) => {
        const why = /append-only|never removed|only moves forward/;
        await assert.rejects(client.query(statement), why);
        for (const table of ['audit', 'audit_head', 'audit_checkpoint']) {
          await assert.rejects(client.query(`truncate ${table}`), why);
        }
      },
      cleanup: () => client.end(),
    };
  });
});
