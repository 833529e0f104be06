import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { sql, type Transaction } from 'kysely';
import sinon from 'sinon';
import { readWal } from '../../bench/wal.js';
import { defaultPatience } from '../../src/store/busy.js';
import { StoreError } from '../../src/store/errors.js';
import type { Schema } from '../../src/store/schema.js';
import { Session, type StoreWork } from '../../src/store/session.js';
import { openSqlite } from '../../src/store/sqlite.js';
import { kyselyOver, sqliteStoreDialect } from '../../src/store/sqlite-dialect.js';

type Trx = Transaction<Schema>;

describe('one commit for what is written at the same time', () => {
  let folder: string;
  let file: string;
  let database: Database.Database;
  let session: Session;
  let observed: StoreWork[];
  let waits: (() => void)[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-group-'));
    file = join(folder, 'cordon.db');
    const dialect = sqliteStoreDialect(file);
    database = openSqlite(file, dialect);
    database.exec('create table line (id integer primary key autoincrement, said text not null unique)');
    observed = [];
    waits = [];
    const wait = () => {
      waits.shift()?.();
      return Promise.resolve();
    };
    session = new Session(kyselyOver(database), dialect, {
      patience: { ...defaultPatience, wait, tries: 3 },
      nextTurn: setImmediate,
      observe: (work) => observed.push(work),
    });
  });
  afterEach(async () => {
    await session.close();
    await rm(folder, { recursive: true });
  });

  const say = (said: string) => (trx: Trx) =>
    sql`insert into line (said) values (${said})`.execute(trx).then(() => said);
  const refuse = (said: string) => async (trx: Trx) => {
    await say(said)(trx);
    throw new StoreError('request_open', said);
  };
  const lines = () => database.prepare('select said from line order by id').pluck().all();
  const commits = async (work: () => Promise<unknown>): Promise<number> => {
    const before = readWal(file).commits;
    await work();
    return readWal(file).commits - before;
  };
  const ends = async (works: readonly Promise<unknown>[]) =>
    (await Promise.allSettled(works)).map((end) =>
      end.status === 'fulfilled' ? end.value : (end.reason as StoreError).code,
    );

  it('is made of sixteen changes asked for in one turn of the event loop, in their order', async () => {
    const said = Array.from({ length: 16 }, (_, i) => `line ${i}`);
    assert.equal(await commits(() => Promise.all(said.map((text) => session.write(say(text))))), 1);
    assert.deepEqual(lines(), said);
  });

  it('is made for what is asked for during another one, and for no more than fifty', async () => {
    const later: Promise<unknown>[] = [];
    const first = (trx: Trx) => {
      for (let i = 0; i < 51; i += 1) later.push(session.write(say(`later ${i}`)));
      return say('first')(trx);
    };
    const count = commits(async () => {
      await session.write(first);
      await Promise.all(later);
    });
    assert.equal(await count, 3);
    assert.equal(lines().length, 52);
  });

  it('is waited for by everybody who shares it', async () => {
    const seen: unknown[] = [];
    const other = new Database(file, { readonly: true });
    const look = () => seen.push(other.prepare('select count(*) from line').pluck().get());
    await Promise.all(['a', 'b', 'c'].map((text) => session.write(say(text)).then(look)));
    assert.deepEqual(seen, [3, 3, 3]);
    other.close();
  });

  it('undoes the work that throws, which alone is told so', async () => {
    const works = [say('a'), refuse('b'), say('c'), () => Promise.reject(new Error('a mistake')), say('d')];
    let told: unknown[] = [];
    const count = await commits(async () => {
      told = await ends(works.map((work) => session.write<unknown>(work)));
    });
    assert.deepEqual(told, ['a', 'request_open', 'c', 'store_failed', 'd']);
    assert.deepEqual(lines(), ['a', 'c', 'd']);
    assert.equal(count, 1);
  });

  it('is told to whoever observes once for each piece of work', async () => {
    await ends([say('a'), refuse('b'), say('c')].map((work) => session.write<unknown>(work)));
    assert.deepEqual(
      observed.map(({ kind, error }) => [kind, error]),
      [
        ['write', undefined],
        ['write', 'request_open'],
        ['write', undefined],
      ],
    );
  });

  it('lets each piece run by itself when SQLite drops the transaction on a full disk', async () => {
    database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true })) + 2}`);
    const works = [say('a'), refuse('b'), say('x'.repeat(100_000)), say('c')];
    const told = await ends(works.map((work) => session.write<unknown>(work)));
    assert.deepEqual(told, ['a', 'request_open', 'store_full', 'c']);
    assert.deepEqual(lines(), ['a', 'c']);
    assert.equal(observed.length, 4);
  });

  /** What SQLite does where the file system refuses a page: it rolls back, and says so. Seen on a file system of 2 MB. */
  const failingCommit = (code: string, times: number) => {
    const prepare = database.prepare.bind(database);
    const stub = sinon.stub(database, 'prepare');
    stub.callsFake((text: string) => {
      if (text !== 'commit') return prepare(text);
      const run = () => {
        if (times-- <= 0) return prepare('commit').run();
        prepare('rollback').run();
        throw new Database.SqliteError(code, code);
      };
      return { reader: false, run } as unknown as Database.Statement;
    });
  };

  it('lets each piece run by itself when the disk turns out to be full at the commit', async () => {
    failingCommit('SQLITE_FULL', 2);
    assert.deepEqual(await ends(['a', 'b', 'c'].map((text) => session.write(say(text)))), ['store_full', 'b', 'c']);
    assert.deepEqual(lines(), ['b', 'c']);
  });

  it('rejects all of the group when the commit fails otherwise, since nobody knows', async () => {
    failingCommit('SQLITE_IOERR_FSYNC', 1);
    const told = await ends([say('a'), refuse('b'), say('c')].map((work) => session.write<unknown>(work)));
    assert.deepEqual(told, ['store_unavailable', 'store_unavailable', 'store_unavailable']);
    assert.equal(await session.write(say('d')), 'd');
  });

  it('is tried again for what may happen twice', async () => {
    failingCommit('SQLITE_IOERR_FSYNC', 1);
    const attempts: number[] = [];
    const persisted = session.persist((trx, attempt) => {
      attempts.push(attempt);
      return say('b')(trx);
    });
    const told = await ends([session.write(say('a')), persisted]);
    assert.deepEqual(told, ['store_unavailable', 'b']);
    assert.deepEqual(attempts, [1, 2]);
    assert.deepEqual(lines(), ['b']);
  });

  it('tells work that is done again for another piece’s sake that nothing of it is there', async () => {
    const attempts: number[] = [];
    const told = await ends([
      session.persist((trx, attempt) => {
        attempts.push(attempt);
        return say('a')(trx);
      }),
      session.write(refuse('b')),
    ]);
    assert.deepEqual(told, ['a', 'request_open']);
    assert.deepEqual(attempts, [1, 1]);
    assert.deepEqual(lines(), ['a']);
  });

  it('waits for the lock of another process, and takes along what arrives meanwhile', async () => {
    const other = new Database(file);
    other.exec('begin immediate');
    const late: Promise<string>[] = [];
    waits = [() => late.push(session.write(say('late'))), () => other.exec('rollback')];
    let told: unknown[] = [];
    const count = await commits(async () => {
      told = await ends([session.write(say('a')), session.write(say('b'))]);
      await Promise.all(late);
    });
    assert.deepEqual(told, ['a', 'b']);
    assert.deepEqual(lines(), ['a', 'b', 'late']);
    assert.equal(count, 1);
    other.close();
  });

  it('lets each piece wait for a lock as long as if it were alone', async () => {
    const other = new Database(file);
    other.exec('begin immediate');
    const late: Promise<string>[] = [];
    waits = [() => undefined, () => late.push(session.write(say('late')))];
    assert.deepEqual(await ends([session.write(say('a'))]), ['store_busy']);
    other.exec('rollback');
    assert.deepEqual(await Promise.all(late), ['late']);
    assert.deepEqual(lines(), ['late']);
    other.close();
  });

  it('is waited for when the store is closed', async () => {
    const begun = ['a', 'b'].map((text) => session.write(say(text)));
    const closing = session.close();
    assert.deepEqual(await Promise.all(begun), ['a', 'b']);
    await closing;
    await assert.rejects(session.write(say('c')), { code: 'store_unavailable' });
  });

  it('goes on after work of which all failed', async () => {
    assert.deepEqual(await ends([session.write(refuse('a'))]), ['request_open']);
    assert.deepEqual(await ends(['a', 'b'].map((text) => session.write(refuse(text)))), [
      'request_open',
      'request_open',
    ]);
    assert.equal(await session.write(say('a')), 'a');
    assert.deepEqual(lines(), ['a']);
  });

  it('leaves the rows that the same work leaves one after the other, whatever of it throws', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('say' as const), said: fc.nat(9) }),
      fc.record({ kind: fc.constant('forget' as const), said: fc.nat(9) }),
      fc.record({ kind: fc.constant('throw' as const) }),
      fc.record({ kind: fc.constant('count' as const) }),
    );
    const work = (steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) => async (trx: Trx) => {
      let changed = 0n;
      for (const one of steps) {
        if (one.kind === 'throw') throw new StoreError('vote_exists', 'thrown');
        if (one.kind === 'say') await say(`${one.said}`)(trx);
        if (one.kind === 'forget') {
          const { numAffectedRows } = await sql`delete from line where said = ${`${one.said}`}`.execute(trx);
          changed += numAffectedRows ?? 0n;
        }
        if (one.kind === 'count') await sql`insert into line (said) select 'n' || count(*) from line`.execute(trx);
      }
      return changed;
    };
    const rows = () => database.prepare('select id, said from line order by id').all();
    const empty = () => database.exec(`delete from line; delete from sqlite_sequence`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 4 }), { minLength: 1, maxLength: 12 }), async (pieces) => {
        empty();
        const together = await ends(pieces.map((steps) => session.write(work(steps))));
        const left = rows();
        empty();
        const apart: unknown[] = [];
        for (const steps of pieces) apart.push(...(await ends([session.write(work(steps))])));
        assert.deepEqual(together, apart);
        assert.deepEqual(left, rows());
      }),
      { numRuns: 150 },
    );
  });
});
