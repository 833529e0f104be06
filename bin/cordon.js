#!/usr/bin/env node
// Starts the command line from what `npm run build` made, and makes it first in a fresh clone.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/src/cli.js', import.meta.url);
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));

if (!existsSync(built)) {
  if (!existsSync(tsc)) {
    process.stderr.write('Cordon is not built, and typescript is not installed: run npm ci && npm run build.\n');
    process.exit(1);
  }
  process.stderr.write('Building Cordon, once …\n');
  const project = fileURLToPath(new URL('../tsconfig.json', import.meta.url));
  const { status } = spawnSync(process.execPath, [tsc, '-p', project], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}
await import(built.href);
