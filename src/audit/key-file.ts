import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CordonError, messageOf } from '../errors.js';
import { auditKeys, type AuditKeys, newAuditKeyPem, readAuditKey } from './key.js';

/**
 * Reads the key files of `CORDON_AUDIT_KEY`; the first one signs. Where the first is missing and there is no record yet
 * (`begun` false), it is made. Throws `CordonError` code `audit_key`, which says what to do: a record that exists is only
 * ever continued with a key that it knows.
 */
export async function loadAuditKeys(paths: readonly string[], begun: boolean): Promise<AuditKeys> {
  const [first, ...others] = paths;
  if (first === undefined) throw keyError('CORDON_AUDIT_KEY names no file.');
  const pem = (await read(first)) ?? (begun ? undefined : await make(first));
  if (pem === undefined) throw keyError(missing(first));
  const signer = readAuditKey(pem, first);
  const accepted = await Promise.all(
    others.map(async (path) => {
      const text = await read(path);
      if (text === undefined) throw keyError(missing(path));
      return readAuditKey(text, path);
    }),
  );
  return auditKeys(signer, ...accepted);
}

function missing(path: string): string {
  return `The audit key ${path} is missing, and the record in the database was begun with one. Put the file back, from a backup or from another replica, or name it in CORDON_AUDIT_KEY: docs/operations.md.`;
}

function keyError(text: string, cause?: unknown): CordonError {
  return new CordonError('audit_key', text, { cause, userText: text });
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw keyError(`The audit key ${path} cannot be read: ${messageOf(error)}.`, error);
  }
}

/** Whole or not at all, and for one of several processes only: the others find that one's. */
async function make(path: string): Promise<string> {
  const draft = `${path}.${randomUUID()}.new`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(newAuditKeyPem());
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await link(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await unlink(draft);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    throw keyError(`The audit key ${path} cannot be made: ${messageOf(error)}. Set CORDON_AUDIT_KEY.`, error);
  }
}
