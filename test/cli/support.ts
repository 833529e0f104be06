import { readFile } from 'node:fs/promises';
import { run } from '../../src/cli/run.js';

/** What a command line left behind. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: ReadonlyMap<string, string | Uint8Array>;
}

/** Runs `cordon …` without a process; files are kept in memory. */
export async function cordon(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const files = new Map<string, string | Uint8Array>();
  const code = await run(line.split(' ').filter(Boolean), {
    env,
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
    asset: (path) => readFile(path),
    writeFile: (path, content) => {
      files.set(path, content);
      return Promise.resolve();
    },
  });
  return { code, stdout, stderr, files };
}
