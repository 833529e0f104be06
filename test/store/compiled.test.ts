import assert from 'node:assert/strict';
import { Kysely, PostgresAdapter, DummyDriver, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import Database from 'better-sqlite3';
import { compiled } from '../../src/store/compiled.js';
import type { Schema } from '../../src/store/schema.js';
import { kyselyOver } from '../../src/store/sqlite-dialect.js';

describe('a query that is compiled once', () => {
  let database: Database.Database;
  let db: Kysely<Schema>;
  let built: unknown[][];
  beforeEach(() => {
    database = new Database(':memory:');
    database.exec(`create table control (name text, value text, version integer);
      insert into control values ('a', 'x', 1), ('b', 'y', 2), ('c', 'z', 2)`);
    db = kyselyOver(database);
    built = [];
  });
  afterEach(() => db.destroy());

  const named = () =>
    compiled((on, version: number, limit: number) => {
      built.push([version, limit]);
      return on.selectFrom('control').select('name').where('version', '=', version).orderBy('name').limit(limit);
    });

  it('is built once for the same values, and gives what is there each time', async () => {
    const query = named();
    assert.deepEqual(await query(db, 2, 5), [{ name: 'b' }, { name: 'c' }]);
    database.exec(`delete from control where name = 'b'`);
    assert.deepEqual(await query(db, 2, 5), [{ name: 'c' }]);
    assert.deepEqual(await query(db, 1, 5), [{ name: 'a' }]);
    assert.deepEqual(built, [
      [2, 5],
      [1, 5],
    ]);
  });

  it('is the same inside a transaction', async () => {
    const query = named();
    const rows = await db.transaction().execute(async (trx) => {
      await trx.insertInto('control').values({ name: 'd', value: '', version: 2 }).execute();
      return query(trx, 2, 5);
    });
    assert.deepEqual(rows, [{ name: 'b' }, { name: 'c' }, { name: 'd' }]);
    await query(db, 2, 5);
    assert.equal(built.length, 1);
  });

  it('is another one for another database, in its own words', async () => {
    const said: string[] = [];
    const postgres = new Kysely<Schema>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (of) => new PostgresIntrospector(of),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
      log: ({ query }) => void said.push(query.sql),
    });
    const query = named();
    await query(db, 2, 5);
    assert.deepEqual(await query(postgres, 2, 5), []);
    assert.match(said.join(), /"version" = \$1 order by "name" limit \$2/);
    assert.equal(built.length, 2);
  });

  it('is built anew where there are more values than are worth keeping', async () => {
    const query = named();
    for (let limit = 1; limit <= 60; limit += 1) await query(db, 2, limit);
    await query(db, 2, 1);
    assert.equal(built.length, 60);
    assert.deepEqual(await query(db, 2, 60), [{ name: 'b' }, { name: 'c' }]);
    assert.equal(built.length, 61);
  });
});
