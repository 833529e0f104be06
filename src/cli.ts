import { readFile, writeFile } from 'node:fs/promises';
import { run } from './cli/run.js';

/** Composition root of the command line, started by bin/cordon.js. */

const root = new URL('../../', import.meta.url);

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdout: (content) => process.stdout.write(content),
  stderr: (text) => process.stderr.write(text),
  readFile: (path) => readFile(path, 'utf8'),
  now: Date.now,
  asset: (path) => readFile(new URL(path, root)),
  writeFile,
});
