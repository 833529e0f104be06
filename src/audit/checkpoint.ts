import { canonical, type Head } from './chain.js';
import type { AuditKey, PublicAuditKey } from './key.js';

/** The head as it was at a moment, signed. Copies outside the database, in the log say, are what a rolled-back database cannot change. */
export interface Checkpoint extends Head {
  readonly v: 1;
  /** Unix ms. */
  readonly at: number;
  /** Id of the audit key. */
  readonly key: string;
  /** Ed25519, base64url. */
  readonly signature: string;
}

export function signCheckpoint({ seq, hash }: Head, at: number, key: AuditKey): Checkpoint {
  const unsigned = { v: 1 as const, seq, hash, at, key: key.id };
  return { ...unsigned, signature: key.sign(checkpointText(unsigned)) };
}

export function isSigned(checkpoint: Checkpoint, key: PublicAuditKey): boolean {
  return key.id === checkpoint.key && key.hasSigned(checkpointText(checkpoint), checkpoint.signature);
}

function checkpointText({ v, seq, hash, at, key }: Omit<Checkpoint, 'signature'>): string {
  return `cordon audit checkpoint\n${canonical({ v, seq, hash, at, key })}`;
}
