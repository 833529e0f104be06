import { settings } from '../config/settings.js';
import { CordonError } from '../errors.js';
import { copySqlite } from '../store/backup.js';
import { StoreError } from '../store/errors.js';
import { isPostgres, sqliteFile } from '../store/open.js';
import { readArguments } from './arguments.js';
import { type CliCommand, UsageError } from './command-line.js';

const needed = settings.pick({ DATABASE_URL: true });

export const backup: CliCommand = {
  summary: 'copies the SQLite database while Cordon runs',
  help: `cordon backup <file>
  Copies the database of DATABASE_URL, as of one moment, into a new file, while Cordon runs. The copy is stopped: Cordon started on it sends no
  restriction until somebody types “resume”. It does not hold the audit key: back that up apart from it. For PostgreSQL use pg_dump:
  docs/backup.md.`,
  run(args, world) {
    const { positionals } = readArguments(args, {});
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new UsageError('Where to? cordon backup <file>');
    const { DATABASE_URL } = needed.parse(world.env);
    if (isPostgres(DATABASE_URL)) {
      const userText = 'DATABASE_URL is of PostgreSQL: use pg_dump (docs/backup.md). cordon backup is for SQLite.';
      throw new CordonError('backup', userText, { userText });
    }
    try {
      copySqlite(sqliteFile(DATABASE_URL), file);
    } catch (error) {
      // Whoever types this runs Cordon.
      if (error instanceof StoreError) throw new CordonError(error.code, error.message, { userText: error.message });
      throw error;
    }
    world.stdout(`${file} is a copy of the database, stopped. The audit key is not in it: back it up apart.\n`);
    return Promise.resolve();
  },
};
