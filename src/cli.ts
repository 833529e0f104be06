import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { readLines, writeLines } from './cli/lines.js';
import { run } from './cli/run.js';

/** Composition root of the command line, started by bin/cordon.js. */

const root = new URL('../../', import.meta.url);

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdout: (content) => process.stdout.write(content),
  stderr: (text) => process.stderr.write(text),
  asset: (path) => readFile(new URL(path, root)),
  writeFile,
  readText: (path) => readFile(path, 'utf8'),
  readLines,
  writeLines,
  now: Date.now,
  newId: randomUUID,
  userName: () => userInfo().username,
});
