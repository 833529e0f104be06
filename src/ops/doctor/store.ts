import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AuditKeys } from '../../audit/key.js';
import type { Operation } from '../../defender/defender.js';
import { operationFacts } from '../../defender/operation.js';
import { quotaOf, type QuotaSettings } from '../../defender/quota.js';
import { StoreError } from '../../store/errors.js';
import { lookAtStore, type StoreLook } from '../../store/look.js';
import { type Check, counted, failed, inWords, ok, once, type Outcome, Skip, skipped, warning } from './check.js';
import type { CheckId } from './ids.js';

export interface StoreDoctorOptions {
  readonly databaseUrl: string;
  readonly quota: QuotaSettings;
  /** The keys of `CORDON_AUDIT_KEY`. Makes none. */
  readonly keys: () => Promise<AuditKeys>;
  /** Unix ms. */
  readonly now: () => number;
  /** Ms that only go up, for how long something took. */
  readonly monotonic: () => number;
  /** Told how far the database's clock is ahead (ms), where it has one. */
  readonly clock: (aheadMs: number) => void;
}

export interface StoreDoctor {
  readonly checks: readonly Check[];
  /** The database, opened once. Throws a `Skip` where there is none to look at. */
  readonly look: () => Promise<StoreLook>;
  /** Why no call of this operation is to be made now: fewer than a tenth are left, or a 429 is waited for. */
  readonly noRoom: (operation: Operation) => Promise<string | undefined>;
  close(): Promise<void>;
}

/** What is usual on a disk that syncs is below 20 ms; a vote takes several writes. */
const slowMs = 250;
const littleSpace = 1_024 ** 3;
const noSpace = 100 * 1_024 ** 2;

const notYet = 'It is not set up yet: the first start of Cordon does that.';

export function createStoreDoctor(options: StoreDoctorOptions): StoreDoctor {
  const opened = once(() => lookAtStore(options.databaseUrl));
  const look = async (): Promise<StoreLook> => {
    const found = await opened().catch((error: unknown) => {
      throw new Skip(isAbsent(error) ? notYet : 'The database cannot be looked at: see store.reach.');
    });
    if (found.migrations.applied.length === 0) throw new Skip(notYet);
    if (found.migrations.unknown.length > 0) throw new Skip('The database is of a newer Cordon: see store.migrations.');
    return found;
  };
  const check = (id: CheckId, title: string, run: (look: StoreLook) => Promise<Outcome>): Check => ({
    id,
    area: 'store',
    title,
    timeoutMs: 60_000,
    run: async () => run(await look()),
  });
  return {
    look,
    noRoom: (operation) => noRoom(options, look, operation),
    close: async () => {
      await opened().then(
        (found) => found.close(),
        () => undefined,
      );
    },
    checks: [
      { id: 'store.reach', area: 'store', title: 'Database', run: () => reach(options, opened) },
      { id: 'store.migrations', area: 'store', title: 'Tables', run: () => upToDate(opened) },
      check('store.write', 'Writing', (found) => writing(found, options.monotonic)),
      check('store.integrity', 'Database file', integrity),
      check('store.record', 'Record and audit key', (found) => record(found, options)),
      { id: 'store.space', area: 'store', title: 'Space on the disk', run: () => space(opened) },
      check('store.quota', 'Calls to Defender that are left', (found) => quotaLeft(found, options)),
    ],
  };
}

function isAbsent(error: unknown): boolean {
  return error instanceof StoreError && /there is no database/.test(error.message);
}

async function reach({ now, clock }: StoreDoctorOptions, opened: () => Promise<StoreLook>): Promise<Outcome> {
  let found: StoreLook;
  try {
    found = await opened();
  } catch (error) {
    if (isAbsent(error)) return skipped(`${say(error)} The first start of Cordon makes it.`);
    return failed(
      `The database cannot be opened: ${say(error)}`,
      error instanceof StoreError && error.code === 'store_corrupt'
        ? 'Restore it from a backup, or set DATABASE_URL to the right file.'
        : 'Check DATABASE_URL: whether the server runs and is reached, the role and its password; for a file, whether this user may read and write it and its folder.',
    );
  }
  const before = now();
  const time = await found.time();
  if (time !== undefined) clock(time - (before + now()) / 2);
  const { applied, missing, unknown } = found.migrations;
  const running =
    applied.length === 0 || missing.length > 0 || unknown.length > 0 ? 0 : await found.replicas(time ?? now());
  const where = found.file ?? 'PostgreSQL';
  return ok(
    `${where} answers${running === 0 ? '' : `; ${counted(running, 'running Cordon uses', 'running Cordons use')} it`}.`,
  );
}

async function upToDate(opened: () => Promise<StoreLook>): Promise<Outcome> {
  const { migrations } = await opened().catch((error: unknown) => {
    throw new Skip(isAbsent(error) ? notYet : 'The database cannot be looked at: see store.reach.');
  });
  const { applied, missing, unknown } = migrations;
  if (unknown.length > 0) {
    return failed(
      `The database was written by a newer Cordon: it has ${unknown.join(', ')}, which this version does not know.`,
      'Start that version, or restore a backup from before it.',
    );
  }
  if (applied.length === 0) return skipped(notYet);
  if (missing.length === 0) return ok('They are those of this version.');
  return warning(
    `They are those of an older version; ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} to come.`,
    'Make a backup; the next start of this version brings them up to date, and older processes should end first.',
  );
}

async function writing(found: StoreLook, monotonic: () => number): Promise<Outcome> {
  let ms: number;
  try {
    ms = Math.max(1, Math.round(await found.writeMs(monotonic)));
  } catch (error) {
    return failed(
      `The database takes no writes: ${say(error)}`,
      'Look whether the disk is full or mounted read-only, and whether this user may write the file and its folder (PostgreSQL: whether the role owns the tables, and whether the server is a read-only copy).',
    );
  }
  if (ms < slowMs) return ok(`A write that was rolled back took ${ms} ms.`);
  return warning(
    `A write that was rolled back took ${ms} ms; Slack waits three seconds in all for an answer.`,
    'Put the database on a local or faster disk (never on a network file system), or nearer to Cordon.',
  );
}

async function integrity(found: StoreLook): Promise<Outcome> {
  if (found.file === undefined) throw new Skip('PostgreSQL looks after its own files.');
  const flaws = await found.quickCheck();
  if (flaws.length === 0) return ok('SQLite finds nothing wrong with it (quick_check).');
  return failed(
    `SQLite finds it damaged: ${flaws.join('; ')}.`,
    'Stop Cordon, keep a copy of the file, and restore the last good backup.',
  );
}

async function record(found: StoreLook, { keys }: StoreDoctorOptions): Promise<Outcome> {
  if (!(await found.begun())) return skipped('No record has begun yet: the first start of Cordon does that.');
  let known: AuditKeys;
  try {
    known = await keys();
  } catch (error) {
    return failed(
      inWords(error),
      'Put that right and run cordon doctor again; npx cordon audit key shows the public half of the key that CORDON_AUDIT_KEY names.',
    );
  }
  try {
    const seq = await found.checkRecord(known);
    return ok(
      `Its end is as Cordon wrote it: ${counted(seq, 'event')}, and the audit key fits. (npx cordon audit verify --database checks all of it.)`,
    );
  } catch (error) {
    const other = error instanceof StoreError && error.code === 'audit_key';
    return failed(
      say(error),
      other
        ? 'Set CORDON_AUDIT_KEY to the file that the other replicas use, or add the old key behind the new one.'
        : 'Cordon does nothing that it cannot record. Run npx cordon audit verify --database, which says where, and restore a backup.',
    );
  }
}

async function space(opened: () => Promise<StoreLook>): Promise<Outcome> {
  const found = await opened().catch(() => {
    throw new Skip('There is no database file to look at yet.');
  });
  if (found.file === undefined) throw new Skip('The database is not on this machine’s disk, as far as Cordon knows.');
  const { bavail, bsize } = await statfs(dirname(found.file));
  const free = bavail * bsize;
  const seen = `${inBytes(free)} are free beside ${found.file}.`;
  const next = 'Make room there: with a full disk nothing is recorded, and so nothing is done.';
  if (free < noSpace) return failed(seen, next);
  return free < littleSpace ? warning(seen, next) : ok(seen);
}

interface Left {
  readonly operation: Operation | 'all operations';
  readonly windows: readonly { readonly left: number; readonly limit: number; readonly ms: number }[];
  readonly blockedMs: number;
}

async function leftOf(found: StoreLook, { quota, now }: StoreDoctorOptions, operation: Operation): Promise<Left> {
  const { bucket, limits } = quotaOf(quota, operation, 'urgent');
  const at = (await found.time()) ?? now();
  const longest = Math.max(...limits.map(({ ms }) => ms));
  const { calls, blockedUntil } = await found.callsSince(bucket, Math.floor(at - longest), Math.floor(at));
  return {
    operation: bucket === 'app' ? 'all operations' : operation,
    windows: limits.map(({ limit, ms }) => ({
      limit,
      ms,
      left: Math.max(0, limit - calls.filter((each) => each > at - ms).length),
    })),
    blockedMs: Math.max(0, (blockedUntil ?? 0) - at),
  };
}

function isLow({ windows, blockedMs }: Left): boolean {
  return blockedMs > 0 || windows.some(({ left, limit }) => left < Math.max(1, limit / 10));
}

async function quotaLeft(found: StoreLook, options: StoreDoctorOptions): Promise<Outcome> {
  const operations: Operation[] =
    options.quota.scope === 'app' ? ['restrictCodeExecution'] : (Object.keys(operationFacts) as Operation[]);
  const all: Left[] = [];
  for (const operation of operations) all.push(await leftOf(found, options, operation));
  const low = all.filter(isLow);
  const [restrict] = all;
  if (low.length > 0) {
    return warning(
      `There are few calls left: ${low.map(leftInWords).join('; ')}.`,
      'Requests wait in line until there is room; nothing is lost. Where it is often like this, look for other tools on the same app registration.',
    );
  }
  return ok(
    restrict === undefined
      ? 'None was made lately.'
      : `${leftInWords(restrict)}; the other operations have room as well.`,
  );
}

function leftInWords({ operation, windows, blockedMs }: Left): string {
  const parts = windows.map(({ left, limit, ms }) => `${left} of ${limit} this ${ms < 120_000 ? 'minute' : 'hour'}`);
  const blocked = blockedMs > 0 ? `, none for ${Math.ceil(blockedMs / 1_000)} s after a 429` : '';
  return `${operation}: ${parts.join(', ')}${blocked}`;
}

async function noRoom(
  options: StoreDoctorOptions,
  look: () => Promise<StoreLook>,
  operation: Operation,
): Promise<string | undefined> {
  let left: Left;
  try {
    left = await leftOf(await look(), options, operation);
  } catch {
    // Without a database nobody else of Cordon's makes calls.
    return undefined;
  }
  if (!isLow(left)) return undefined;
  return `The few calls that are left are Cordon’s (${leftInWords(left)}), so the doctor made none.`;
}

function inBytes(count: number): string {
  const [unit, by] = count >= littleSpace ? (['GiB', 1_024 ** 3] as const) : (['MiB', 1_024 ** 2] as const);
  return `${(count / by).toFixed(count / by < 10 ? 1 : 0)} ${unit}`;
}

/** The message of a store’s error is for operators; its other text speaks to people in the chat. */
function say(error: unknown): string {
  const text = error instanceof StoreError ? error.message : inWords(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
