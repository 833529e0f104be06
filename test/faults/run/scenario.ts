import { setTimeout as delay } from 'node:timers/promises';
import { boot } from '../../../sandbox/boot.js';
import { sandboxPolicy } from '../../../sandbox/cast.js';
import { type PostgresOnLoopback, startPostgres } from '../../../sandbox/postgres.js';
import { settingNames } from '../../../src/config.js';
import { type AnswersPlan, orderAnswers } from './answers.js';
import { chanceOf } from './chance.js';
import { judge, type Verdict } from './judge.js';
import { keepLedger } from './ledger.js';
import { runLoad } from './load.js';
import { machinesOf, planErrands } from './plan.js';
import { makeTrouble, type TroublePlan } from './trouble.js';

export interface Scenario {
  readonly name: string;
  readonly replicas: number;
  readonly database: 'sqlite' | 'postgres';
  readonly commands: number;
  readonly perSecond: number;
  readonly trouble: TroublePlan;
  readonly answers: AnswersPlan;
  /** How long one command may take with all that is in its way, and what is missing after that; two minutes when missing. */
  readonly patienceMs?: number;
  /** The compiled `main.js` of another build of Cordon. */
  readonly main?: string;
}

export interface Outcome {
  readonly verdict: Verdict;
  /** What happened to processes and the database. */
  readonly interruptions: number;
  readonly tookMs: number;
  /** Log lines of the processes that are there at the end, for whoever has to find out why. */
  readonly log: readonly string[];
}

const leaseSeconds = 3;
const looseLimits = [
  { limit: 6_000, ms: 60_000 },
  { limit: 100_000, ms: 3_600_000 },
];

/** Makes everything quick. A setting that this build does not know is left out: Cordon refuses to start with it. */
function quickSettings(): Record<string, string> {
  const wanted = {
    CORDON_SETTLE_SECONDS: '5',
    CORDON_LEASE_SECONDS: String(leaseSeconds),
    DEFENDER_CALLS_PER_MINUTE: '6000',
    DEFENDER_CALLS_PER_HOUR: '100000',
  };
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => settingNames.includes(name)));
}

/** Whether this build can do what the scenario needs: several processes on one database, or PostgreSQL, need leases. */
export function isPossible({ replicas, database }: Pick<Scenario, 'replicas' | 'database'>): boolean {
  return (replicas === 1 && database === 'sqlite') || settingNames.includes('CORDON_LEASE_SECONDS');
}

/** Plays one scenario from start to end. `seed` decides every choice of the people and every moment of the trouble. */
export async function play(scenario: Scenario, seed: number): Promise<Outcome> {
  const startedAt = Date.now();
  const postgres = scenario.database === 'postgres' ? await startPostgres() : undefined;
  try {
    return await playOn(scenario, seed, postgres, startedAt);
  } finally {
    await postgres?.close();
  }
}

async function playOn(
  scenario: Scenario,
  seed: number,
  postgres: PostgresOnLoopback | undefined,
  startedAt: number,
): Promise<Outcome> {
  const { commands, perSecond, patienceMs = 120_000 } = scenario;
  const errands = planErrands(commands, chanceOf(seed, 'plan'));
  const database = postgres === undefined ? {} : { DATABASE_URL: await postgres.createDatabase() };
  const sandbox = await boot({
    policy: sandboxPolicy,
    replicas: scenario.replicas,
    ...(scenario.main === undefined ? {} : { main: scenario.main }),
    slack: { rateLimits: false },
    teams: { rateLimits: false },
    defender: {
      machines: machinesOf(errands),
      pace: { pendingMs: 100, inProgressMs: 100 },
      ...(settingNames.includes('DEFENDER_CALLS_PER_MINUTE') ? { limits: looseLimits } : {}),
    },
    settings: { ...quickSettings(), ...database },
  });
  const ledger = keepLedger(sandbox);
  try {
    const trouble = makeTrouble(sandbox, {
      plan: { pauseMs: leaseSeconds * 1_500, ...scenario.trouble },
      chance: chanceOf(seed, 'trouble'),
      spanMs: (commands / perSecond) * 1_000,
      postgres,
    });
    const load = runLoad(sandbox, ledger, {
      errands,
      chance: chanceOf(seed, 'people'),
      perSecond,
      atOnce: 40,
      onCommand: orderAnswers(sandbox, scenario.answers, chanceOf(seed, 'answers')),
      patienceMs,
    });
    const [said] = await Promise.all([load, trouble.over]);
    const now = (): Verdict =>
      judge({
        sandbox,
        ledger,
        ...said,
        endedAlone: sandbox.replicas.endedAlone(),
        interruptions: trouble.interruptions,
      });
    const giveUpAt = Date.now() + patienceMs;
    while (now().missing.length > 0 && Date.now() < giveUpAt) await delay(500);
    // What should not come any more would come now.
    await delay(1_000);
    const log = Array.from({ length: scenario.replicas }, (_, index) => sandbox.replicas.process(index).log).flat();
    return { verdict: now(), interruptions: trouble.interruptions.length, tookMs: Date.now() - startedAt, log };
  } finally {
    ledger.close();
    await sandbox.close();
  }
}
