import Database from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type KyselyConfig,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  sql,
  type TransactionSettings,
} from 'kysely';
import { messageOf } from '../errors.js';
import type { StoreDialect } from './dialect.js';
import { StoreError, type StoreErrorCode } from './errors.js';
import type { Schema } from './schema.js';

/** Kysely over this connection. Closing Kysely closes the connection. */
export function kyselyOver(database: Database.Database, log?: KyselyConfig['log']): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new CordonSqliteDialect(database), ...(log !== undefined && { log }) });
}

/** What the store needs to know of SQLite. `file` is named in errors. */
export function sqliteStoreDialect(file: string): StoreDialect {
  return {
    autoId: ['integer', (column) => column.primaryKey().autoIncrement()],
    appendOnly: (table) =>
      (['update', 'delete'] as const).map(
        (verb) =>
          sql`create trigger ${sql.id(`${table}_no_${verb}`)} before ${sql.raw(verb)} on ${sql.table(table)}
            begin select raise(abort, ${sql.lit(`${table} is append-only`)}); end`,
      ),
    forwardOnly: (table) => [
      sql`create trigger ${sql.id(`${table}_stays`)} before delete on ${sql.table(table)}
        begin select raise(abort, ${sql.lit(`${table} is never removed`)}); end`,
      sql`create trigger ${sql.id(`${table}_forward`)} before update on ${sql.table(table)} when new.seq <= old.seq
        begin select raise(abort, ${sql.lit(`${table} only moves forward`)}); end`,
    ],
    // `insert or replace` removes without the triggers of a removal.
    noReplacing: (table) => [
      sql`create trigger ${sql.id(`${table}_no_replace`)} before insert on ${sql.table(table)}
        when exists (select 1 from ${sql.table(table)} where seq = new.seq)
        begin select raise(abort, ${sql.lit(`${table} is append-only`)}); end`,
    ],
    manyWriters: false,
    forgettable: (db, work) => db.transaction().setIsolationLevel(forgettable).execute(work),
    // Whoever writes has the whole database to itself.
    lock: () => Promise.resolve(),
    toStoreError: (thrown) => toStoreError(thrown, file),
  };
}

class CordonSqliteDialect extends SqliteDialect {
  constructor(private readonly database: Database.Database) {
    super({ database });
  }
  override createDriver(): Driver {
    return new ImmediateDriver(this.database);
  }
  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** Bounds the statements that are kept: those with a list in them differ by its length. */
const mostStatements = 500;

/** Kysely prepares a statement each time, which takes about as long as running it. Nothing here is streamed, so none is in use twice. */
function keepingStatements(database: Database.Database): SqliteDatabase {
  const kept = new Map<string, Database.Statement>();
  return {
    prepare(text) {
      const known = kept.get(text) ?? database.prepare(text);
      if (!kept.has(text) && kept.size < mostStatements) kept.set(text, known);
      return known;
    },
    close() {
      kept.clear();
      database.close();
    },
  };
}

/** SQLite has one isolation level; of Kysely's other names for one, this says that a commit need not wait for the disk. */
const forgettable = 'read uncommitted';

/** Kysely's own driver says plain `begin`, which takes the write lock only at the first write. */
class ImmediateDriver extends SqliteDriver {
  /** As `openSqlite` set it. */
  #synchronous: 'full' | 'normal' = 'full';

  constructor(private readonly database: Database.Database) {
    super({ database: keepingStatements(database) });
  }

  /**
   * Takes the write lock at once. A transaction that reads first and writes later would fail half-way with
   * SQLITE_BUSY_SNAPSHOT whenever another process wrote in between.
   */
  override async beginTransaction(connection: DatabaseConnection, settings?: TransactionSettings): Promise<void> {
    this.#waitForDisk(settings?.isolationLevel === forgettable ? 'normal' : 'full');
    const begin = settings?.accessMode === 'read only' ? 'begin deferred' : 'begin immediate';
    await connection.executeQuery(CompiledQuery.raw(begin));
  }

  /**
   * Every transaction begins with its own, so that none inherits another's. The log is written in either case, and a commit that waits
   * for the disk waits for all of it. Not as a statement that is kept: SQLite sets it while it prepares.
   */
  #waitForDisk(synchronous: 'full' | 'normal'): void {
    if (synchronous === this.#synchronous) return;
    this.database.pragma(`synchronous = ${synchronous}`);
    this.#synchronous = synchronous;
  }

  /** SQLite rolls back by itself on a full disk; a second rollback would fail and hide the first error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.database.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** SQLite's DDL is transactional; told so, Kysely runs migrations in one transaction, and a crash leaves no half of one. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** SQLite's result codes by their beginning: extended codes (`SQLITE_IOERR_FSYNC`) go with their family. */
const families: readonly (readonly [string, StoreErrorCode])[] = [
  ['SQLITE_FULL', 'store_full'],
  ['SQLITE_BUSY', 'store_busy'],
  ['SQLITE_LOCKED', 'store_busy'],
  ['SQLITE_CORRUPT', 'store_corrupt'],
  ['SQLITE_NOTADB', 'store_corrupt'],
  ['SQLITE_CANTOPEN', 'store_unavailable'],
  ['SQLITE_IOERR', 'store_unavailable'],
  ['SQLITE_READONLY', 'store_unavailable'],
  ['SQLITE_PERM', 'store_unavailable'],
  ['SQLITE_AUTH', 'store_unavailable'],
  ['SQLITE_PROTOCOL', 'store_unavailable'],
  ['SQLITE_NOMEM', 'store_unavailable'],
];

function toStoreError(thrown: unknown, file: string): StoreError {
  if (thrown instanceof StoreError) return thrown;
  const sqlite = thrown instanceof Database.SqliteError ? thrown.code : undefined;
  const code = families.find(([family]) => sqlite?.startsWith(family))?.[1] ?? 'store_failed';
  return new StoreError(code, `${file}: ${messageOf(thrown)}${sqlite === undefined ? '' : ` (${sqlite})`}`, thrown);
}
