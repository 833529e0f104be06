import type { Head } from '../audit/chain.js';
import { readPublicKey } from '../audit/key.js';
import { verifyExport } from '../audit/verify-export.js';
import { verifyRecord } from '../audit/verify-record.js';
import { CordonError } from '../errors.js';
import { checkpoints, recordLines } from '../store/audit-lines.js';
import { StoreError } from '../store/errors.js';
import type { OpenedRecord } from '../store/open-record.js';
import { readArguments } from './arguments.js';
import { keysOf, recordOf } from './audit-settings.js';
import { UsageError, type World } from './command-line.js';

const options = {
  key: { type: 'string', multiple: true },
  database: { type: 'boolean', default: false },
} as const;

export async function auditVerify(args: readonly string[], world: World): Promise<void> {
  const { values, positionals } = readArguments(args, options);
  const [file, ...rest] = positionals;
  if (values.database) {
    if (positionals.length > 0) throw new UsageError('Say either a file or --database.');
    return verifyDatabase(world);
  }
  if (file === undefined || rest.length > 0)
    throw new UsageError('Which export? cordon audit verify <export> --key <public.pem>');
  if (values.key === undefined) {
    throw new UsageError('--key is missing: the public key, which npx cordon audit key shows to who runs Cordon.');
  }
  const keys = await Promise.all(values.key.map(async (path) => readPublicKey(await world.readText(path), path)));
  const { bad, lines, events, filtered, head } = await verifyExport(world.readLines(file), keys);
  if (bad !== undefined) {
    const seq = bad.seq === undefined ? '' : ` (event ${bad.seq})`;
    throw notSound(
      `${file}: the first bad line is line ${bad.line}${seq}: ${bad.why}. The ${lines} lines before it are as they were written.`,
    );
  }
  const part = filtered ? 'a part of the record' : 'the whole record';
  world.stdout(
    `${file} is as it was exported: ${lines} lines, ${events} events, ${part} up to event ${head?.seq ?? 0}.\n`,
  );
}

async function verifyDatabase(world: World): Promise<void> {
  const keys = await keysOf(world);
  const record = await recordOf(world);
  try {
    // Before the head: a checkpoint that is made meanwhile is none that the head lacks.
    const newest = await record.newestCheckpoint();
    const { head, flaw: headFlaw } = await headOf(record);
    const {
      flaw,
      events,
      checkpoints: signed,
    } = await verifyRecord(
      {
        lines: recordLines(record.db, { last: head.seq }),
        checkpoints: checkpoints(record.db, newest),
        head,
      },
      keys,
    );
    if (flaw !== undefined) {
      throw notSound(
        `The record is not what Cordon wrote. The first bad event is ${flaw.seq}: ${flaw.why}. ${events} events before it are sound.`,
      );
    }
    if (headFlaw !== undefined) throw notSound(headFlaw);
    await record.store.checkRecord().catch((error: unknown) => {
      throw isBroken(error) ? notSound(error.message) : error;
    });
    world.stdout(`The record is sound: ${events} events, ${signed} checkpoints, head ${head.seq} ${head.hash}.\n`);
    const actor = { kind: 'operator' as const, name: world.userName() };
    await record.store.record([{ at: world.now(), what: 'audit.verified', actor, detail: { head: head.seq, events } }]);
  } finally {
    await record.store.close();
  }
}

/** Where the head itself is wrong, the events are checked to their end all the same: they may say more. */
async function headOf(record: OpenedRecord): Promise<{ head: Head; flaw?: string }> {
  try {
    return { head: await record.head() };
  } catch (error) {
    if (!isBroken(error)) throw error;
    return { head: await record.lastEvent(), flaw: error.message };
  }
}

function isBroken(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'audit_broken';
}

function notSound(text: string): CordonError {
  return new CordonError('audit_broken', text, { userText: text });
}
