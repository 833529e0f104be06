import crossFetch from 'cross-fetch';
import { createSlackDoctor } from '../../../adapters/slack/doctor.js';
import { createTeamsDoctor } from '../../../adapters/teams/doctor.js';
import { run } from '../../../src/cli/run.js';
import type { World } from '../../../src/cli/command-line.js';

/** What the test sends; `ahead`: ms by which this machine's clock is ahead. */
export interface Order {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ahead: number;
}

/** Runs `cordon` again and again in one process, which trusts the authority of the stand-ins: a process for each would take seconds. */
async function carryOut({ args, env, ahead }: Order): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  const no = (): never => {
    throw new Error('the doctor writes nothing');
  };
  const world: World = {
    env,
    stdout: (content) => (stdout += String(content)),
    stderr: (text) => (stderr += text),
    asset: no,
    writeFile: no,
    readText: no,
    readLines: no,
    writeLines: no,
    now: () => Date.now() + ahead,
    newId: no,
    userName: no,
    columns: 100,
    outside: () =>
      Promise.resolve({
        fetch: crossFetch,
        monotonic: () => performance.now(),
        sleep: () => Promise.resolve(),
        platformDoctors: ({ slack, teams }, ports) => [
          ...(slack === undefined ? [] : [createSlackDoctor(slack, ports)]),
          ...(teams === undefined ? [] : [createTeamsDoctor(teams, ports)]),
        ],
      }),
  };
  const code = await run(args, world);
  return { code, stdout, stderr };
}

process.on('message', (order: Order) => {
  void carryOut(order).then((done) => process.send?.(done));
});
