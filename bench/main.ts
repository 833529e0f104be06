import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { approve } from './approve.js';
import type { Benchmark, Row } from './benchmark.js';
import { drain } from './drain.js';
import { follow } from './follow.js';
import { describeMachine } from './machine.js';
import { replicas } from './replicas.js';
import { slack } from './slack.js';
import { start } from './start.js';
import { toTable } from './table.js';
import { teams } from './teams.js';

/** In the order of the table. */
const benchmarks: readonly Benchmark[] = [slack, teams, approve, drain, follow, start, replicas];

const usage = `npm run bench -- [--only name,name] [--quick] [--strict] [--json FILE]

  --only    these alone: ${benchmarks.map(({ name }) => name).join(', ')}
  --quick   a short run, to see that it works; its numbers mean little
  --strict  exit code 1 where a goal is missed
  --json    where the result is written; bench/results/latest.json when missing, and nowhere for a run that is quick or not of all
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const { quick, strict } = values;
  const chosen = choose(values.only.flatMap((names) => names.split(',')));
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const machine = describeMachine();
  const startedAt = new Date();
  const rows: Row[] = [];
  for (const benchmark of chosen) {
    log(`${benchmark.name}: ${benchmark.title}`);
    const indented = (line: string): void => {
      log(`  ${line}`);
    };
    rows.push(...(await benchmark.run({ quick, log: indented })));
  }

  const { cores, cpu, memoryGiB, system, node, loadBefore } = machine;
  const facts = `${cores} cores (${cpu}), ${memoryGiB} GiB, ${system}, Node ${node}, load before the run ${loadBefore}`;
  process.stdout.write(
    `${toTable(rows)}\n\n${startedAt.toISOString().slice(0, 10)}, ${facts}${quick ? ', quick' : ''}\n`,
  );
  const isWhole = !quick && chosen.length === benchmarks.length;
  const file = values.json ?? (isWhole ? 'bench/results/latest.json' : undefined);
  if (file !== undefined) {
    await mkdir(dirname(file), { recursive: true });
    const result = { startedAt, machine, quick, rows };
    await writeFile(file, `${JSON.stringify(result, undefined, 2)}\n`);
  }
  if (strict && rows.some(({ goal }) => goal?.met === false)) process.exitCode = 1;
}

/** All of them where none is named. */
function choose(names: readonly string[]): readonly Benchmark[] {
  if (names.length === 0) return benchmarks;
  return names.map((wanted) => {
    const found = benchmarks.find(({ name }) => name === wanted);
    if (found === undefined) throw new Error(`There is no benchmark ${wanted}.\n${usage}`);
    return found;
  });
}

// What was started ends with this process, however that ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
}
