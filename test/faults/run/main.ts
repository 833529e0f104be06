/**
 * `npm run faults`: real Cordon processes under real faults, judged by the stand-ins. Prints a table, and every broken promise in
 * words; the exit code is 1 where there is one. `-- --only <scenario> --commands 60 --kills 6 --rate 2 --seed 7` plays a
 * piece of it; `--log` shows what the processes logged.
 */
import { parseArgs } from 'node:util';
import { messageOf } from '../../../src/errors.js';
import { buildBlind } from './blind.js';
import { isPossible, type Outcome, play } from './scenario.js';
import { scenarios } from './scenarios.js';
import { measureStart, type Start } from '../../../bench/start.js';
import { type Row, startTable, table } from './table.js';

const { values: given } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    commands: { type: 'string' },
    kills: { type: 'string' },
    rate: { type: 'string' },
    seed: { type: 'string' },
    log: { type: 'boolean', default: false },
  },
});
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const seed = given.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(given.seed);
const names = [...scenarios.map(({ name }) => name), 'start'];
const unknown = (given.only ?? []).filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`There is no scenario ${unknown.join(', ')}; there are ${names.join(', ')}.`);

print(`seed ${seed}`);
const rows: Row[] = [];
for (const scenario of scenarios.filter(({ name }) => given.only?.includes(name) ?? true)) {
  if (!isPossible(scenario)) {
    rows.push({ name: scenario.name, leftOut: 'this build has no leases (CORDON_LEASE_SECONDS)' });
    continue;
  }
  const { commands, kills, rate } = given;
  const trouble = kills === undefined ? scenario.trouble : { ...scenario.trouble, kills: Number(kills) };
  const smaller = {
    ...scenario,
    ...(commands === undefined ? {} : { commands: Number(commands) }),
    ...(rate === undefined ? {} : { perSecond: Number(rate) }),
    trouble,
  };
  print(`${scenario.name} …`);
  const build = scenario.blind ? await buildBlind() : undefined;
  try {
    const outcome = await play({ ...smaller, ...(build === undefined ? {} : { main: build.main }) }, seed);
    rows.push({ name: scenario.name, outcome, ...verdictOf(outcome, scenario.blind === true) });
    for (const violation of [...outcome.verdict.wrong, ...outcome.verdict.missing])
      print(`  ${scenario.name}: ${violation}`);
    if (given.log) for (const line of outcome.log) print(`    ${line}`);
  } catch (error) {
    print(`  ${scenario.name}: ${messageOf(error)}`);
    rows.push({ name: scenario.name, leftOut: 'it broke off', broken: true });
  } finally {
    await build?.close();
  }
}
if (rows.length > 0) print(table(rows));
if (given.only?.includes('start') ?? true) print(`\n${startTable(await measureStarts())}`);
process.exitCode = rows.some(({ broken }) => broken) ? 1 : 0;

/** How long a start takes and how much memory Cordon has then, with more and more open requests. */
async function measureStarts(): Promise<Start[]> {
  const starts: Start[] = [];
  for (const database of ['sqlite', 'postgres'] as const) {
    for (const open of [0, 10_000, 100_000]) starts.push(await measureStart(database, open));
  }
  return starts;
}

/** The blind build has to be caught at calling twice; every other one at nothing. */
function verdictOf({ verdict: { wrong, missing, doubled } }: Outcome, blind: boolean): Pick<Row, 'broken' | 'says'> {
  if (blind) return doubled > 0 ? { says: 'caught' } : { broken: true, says: 'NOT CAUGHT' };
  const violations = wrong.length + missing.length;
  return violations === 0 ? { says: 'kept' } : { broken: true, says: `${violations} BROKEN` };
}
