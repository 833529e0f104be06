import { readFile } from 'node:fs/promises';
import { readLines, writeLines } from '../../src/cli/lines.js';
import type { World } from '../../src/cli/command-line.js';
import { run } from '../../src/cli/run.js';

/** What a command line left behind. */
export interface Ran {
  readonly code: number;
  /** Bytes as Latin-1, one character each. */
  readonly stdout: string;
  readonly stderr: string;
  readonly files: ReadonlyMap<string, string | Uint8Array>;
}

/** Runs `cordon …` without a process; files are kept in memory. */
export async function cordon(
  line: string,
  env: Readonly<Record<string, string>> = {},
  writeFile?: World['writeFile'],
  now = Date.parse('2026-11-23T10:00:00Z'),
): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const files = new Map<string, string | Uint8Array>();
  const code = await run(wordsOf(line), {
    env,
    stdout: (content) => (stdout += typeof content === 'string' ? content : Buffer.from(content).toString('latin1')),
    stderr: (text) => (stderr += text),
    asset: (path) => readFile(path),
    writeFile:
      writeFile ??
      ((path, content) => {
        files.set(path, content);
        return Promise.resolve();
      }),
    readText: (path) => readFile(path, 'utf8'),
    readLines,
    writeLines: async (path, lines) => {
      if (path !== undefined) return writeLines(path, lines);
      let count = 0;
      for await (const each of lines) {
        stdout += each;
        count += 1;
      }
      return count;
    },
    now: () => now,
    newId: () => 'export-1',
    userName: () => 'olga',
    columns: undefined,
    outside: () => Promise.reject(new Error('nothing outside is asked here')),
  });
  return { code, stdout, stderr, files };
}

/** As a shell splits them; a word in quotation marks is one. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}
