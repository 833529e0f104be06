import { loadAuditKeys } from '../audit/key-file.js';
import type { AuditKeys } from '../audit/key.js';
import { settings } from '../config/settings.js';
import { type OpenedRecord, openRecord } from '../store/open-record.js';
import type { World } from './command-line.js';

const needed = settings.pick({ DATABASE_URL: true, CORDON_AUDIT_KEY: true });

/** The audit keys of the settings. None is made: that is for the first start alone. */
export async function keysOf({ env }: World): Promise<AuditKeys> {
  return loadAuditKeys(read(env).CORDON_AUDIT_KEY, true);
}

/** The record of the settings' database. Close its store. */
export async function recordOf(world: World): Promise<OpenedRecord> {
  return openRecord(read(world.env).DATABASE_URL, { keys: () => keysOf(world), now: world.now });
}

function read(env: World['env']) {
  return needed.parse(Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== '')));
}
