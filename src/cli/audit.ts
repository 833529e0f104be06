import { nearest } from '../command/nearest.js';
import { auditExport } from './audit-export.js';
import { auditKey } from './audit-key.js';
import { auditVerify } from './audit-verify.js';
import { type CliCommand, UsageError } from './command-line.js';

const parts: Readonly<Record<string, CliCommand['run']>> = {
  export: auditExport,
  verify: auditVerify,
  key: auditKey,
};

export const audit: CliCommand = {
  summary: 'exports the record, checks an export or the database, shows the public key',
  help: `cordon audit export [--format jsonl|csv] [--from <time>] [--to <time>] [--person <id>] [--device <id>] [--request <id>] [--out <file>]
  Writes the record, or a part of it, signed line by line; prints it without --out. Times are ISO 8601: 2026-11-25 or 2026-11-25T09:30:00Z.
  A person is meant by id or account (entra:<tenant>:<object id>, slack:<workspace>:<user>), a device by Defender's id. With --request the export
  ends with the whole request in one document. The export itself is recorded, under your name on this machine.
cordon audit verify <export> --key <public.pem>
  Checks an export without the database, and names the first bad line. --key may be given more than once.
cordon audit verify --database
  Checks the record in the database with the audit key: every event, the head and the checkpoints.
cordon audit key [--out <file>]
  Shows the public key, for whoever checks exports.
The database and the key are those of DATABASE_URL and CORDON_AUDIT_KEY. Exit code: 0 sound, 1 not, 2 not understood.`,
  async run(args, world) {
    const [name = '', ...rest] = args;
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (part === undefined) {
      const meant = nearest(name, Object.keys(parts));
      throw new UsageError(
        meant === undefined
          ? 'Say cordon audit export, verify or key.'
          : `There is no cordon audit ${name}. Did you mean “${meant}”?`,
      );
    }
    await part(rest, world);
  },
};
