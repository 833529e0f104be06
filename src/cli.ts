import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { readLines, writeLines } from './cli/lines.js';
import type { Outside } from './cli/command-line.js';
import { run } from './cli/run.js';

/** Composition root of the command line, started by bin/cordon.js. It names adapters, but loads them for those commands alone that need them. */

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
  columns: process.stdout.columns,
  outside,
});

async function outside(): Promise<Outside> {
  const [{ default: fetch }, { createSlackDoctor }, { createTeamsDoctor }] = await Promise.all([
    import('cross-fetch'),
    import('../adapters/slack/doctor.js'),
    import('../adapters/teams/doctor.js'),
  ]);
  return {
    fetch,
    monotonic: () => performance.now(),
    sleep,
    platformDoctors: ({ slack, teams }, ports) => [
      ...(slack === undefined ? [] : [createSlackDoctor(slack, ports)]),
      ...(teams === undefined ? [] : [createTeamsDoctor(teams, ports)]),
    ],
  };
}
