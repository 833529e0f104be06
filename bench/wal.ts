import { existsSync, readFileSync } from 'node:fs';

/** What a SQLite database has committed since its log was last begun anew. */
export interface Wal {
  /** Changes whenever the log begins anew. */
  readonly salt: string;
  readonly commits: number;
  readonly bytes: number;
}

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * Reads the write-ahead log beside `file`. A frame counts with the header's salt alone: what stands behind is from before. The
 * last frame of a transaction names the size of the database. Source: sqlite.org/fileformat2.html#walformat.
 */
export function readWal(file: string): Wal {
  const wal = existsSync(`${file}-wal`) ? readFileSync(`${file}-wal`) : Buffer.alloc(0);
  if (wal.length < headerBytes) return { salt: '', commits: 0, bytes: 0 };
  const frameBytes = frameHeaderBytes + wal.readUInt32BE(8);
  const salt = wal.subarray(16, 24);
  let [commits, bytes] = [0, 0];
  for (let at = headerBytes; at + frameBytes <= wal.length; at += frameBytes) {
    if (!wal.subarray(at + 8, at + 16).equals(salt)) break;
    bytes += frameBytes;
    if (wal.readUInt32BE(at + 4) !== 0) commits += 1;
  }
  return { salt: salt.toString('hex'), commits, bytes };
}
