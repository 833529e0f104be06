import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Worker {
  readonly process: ChildProcessWithoutNullStreams;
  readonly lines: Interface;
  /** What it wrote to stderr so far. */
  errors(): string;
}

/** Starts `store-worker.js` and resolves when it is ready to begin. */
export async function startWorker(job: string, file: string): Promise<Worker> {
  const script = fileURLToPath(new URL('store-worker.js', import.meta.url));
  const child = spawn(process.execPath, [script, job, file]);
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  return { process: child, lines, errors: () => errors };
}
