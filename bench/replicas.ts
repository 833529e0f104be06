import crossFetch from 'cross-fetch';
import pg from 'pg';
import { boot } from '../sandbox/boot.js';
import { startPostgres } from '../sandbox/postgres.js';
import { createSlackDoor } from '../sandbox/slack/door.js';
import { openStore } from '../src/store/open.js';
import { audit } from '../test/audit-key.js';
import { changed, event, nothing, reply, request } from '../test/store/examples.js';
import { machine } from '../test/support.js';
import type { Benchmark, Row } from './benchmark.js';

/** People who type at the same time, each again once they were answered. */
const people = 16;
const counts = [1, 2, 3];

/** Signed slash commands a second that were answered 200 by so many replicas, straight to each in turn; each is in the database. */
export async function acceptedPerSecond(url: string, replicas: number, ms: number): Promise<number> {
  const settings = { DATABASE_URL: url, CORDON_OPEN_REQUESTS: '1000000', CORDON_OPEN_REQUESTS_PER_PERSON: '1000000' };
  const sandbox = await boot({ replicas, settings });
  try {
    const doors = Array.from({ length: replicas }, (_, index) =>
      createSlackDoor({
        slack: sandbox.slack,
        url: `${sandbox.replicas.process(index).url}/slack/events`,
        signingSecret: sandbox.settings.SLACK_SIGNING_SECRET ?? '',
        now: Date.now,
        fetch: crossFetch,
      }),
    );
    const typing = { user: 'U0ALICE', channel: 'C0INC4711', command: '/cordon', text: 'list' };
    let accepted = 0;
    const until = performance.now() + ms;
    const type = async (person: number): Promise<void> => {
      for (let turn = person; performance.now() < until; turn += 1) {
        const answer = await doors[turn % doors.length]?.slashCommand(typing);
        if (answer?.status !== 200) throw new Error(`a command was answered ${answer?.status ?? 'not at all'}`);
        accepted += 1;
      }
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: people }, (_, person) => type(person)));
    const seconds = (performance.now() - began) / 1_000;
    const stored = await countIncoming(url);
    if (stored !== accepted) throw new Error(`${accepted} commands were acknowledged, ${stored} are stored`);
    return accepted / seconds;
  } finally {
    await sandbox.close();
  }
}

/** Recorded changes a second through so many stores with ten connections each: a change, its event, a message. */
export async function changesPerSecond(url: string, stores: number, ms: number, recorded = true): Promise<number> {
  const opened = await Promise.all(
    Array.from({ length: stores }, () => openStore(url, { audit, now: Date.now, countBy: 'now' })),
  );
  let changes = 0;
  const until = performance.now() + ms;
  const work = async (place: number): Promise<void> => {
    const store = opened[place % stores];
    let current = request({ id: `R${place}`, device: machine({ id: String(place).padStart(40, '0') }) });
    await store?.create(current, nothing);
    while (performance.now() < until) {
      current = changed(current);
      const record = recorded ? [event('bench', { requestId: current.id })] : [];
      await store?.change(current, { audit: record, deliveries: [reply(`lane ${place}`, 'text')] });
      changes += 1;
    }
  };
  try {
    const began = performance.now();
    await Promise.all(Array.from({ length: 10 * stores }, (_, place) => work(place)));
    return changes / ((performance.now() - began) / 1_000);
  } finally {
    for (const store of opened) await store.close();
  }
}

async function countIncoming(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ count: string }>('select count(*) as count from inbox');
  await client.end();
  return Number(rows[0]?.count);
}

export const replicas: Benchmark = {
  name: 'replicas',
  title: 'Several replicas on PostgreSQL',
  async run({ quick, log }) {
    const postgres = await startPostgres();
    const [rounds, ms] = quick ? [1, 1_000] : [3, 5_000];
    type Measure = (url: string, count: number, ms: number) => Promise<number>;
    const measures: readonly (readonly [what: string, unit: string, Measure])[] = [
      ['replicas: commands acknowledged and stored', 'req/s', acceptedPerSecond],
      ['replicas: changes with their event in the record', 'changes/s', changesPerSecond],
      ['replicas: changes without an event', 'changes/s', (...args) => changesPerSecond(...args, false)],
    ];
    const rows: Row[] = [];
    try {
      for (const [what, unit, measure] of measures) {
        const found = new Map<number, number[]>(counts.map((count) => [count, []]));
        for (let round = 0; round < rounds; round += 1) {
          for (const count of counts) {
            log(`${what}, ${count} at once, round ${round + 1}`);
            found.get(count)?.push(await measure(await postgres.createDatabase(), count, ms));
          }
        }
        const alone = spreadOf(found.get(1) ?? []);
        for (const [count, values] of found) {
          const own = { what: `${what}, ${count}`, unit, ...spreadOf(values) };
          const beside = { peer: { what: 'one replica', ...alone }, ratio: own.median / alone.median };
          rows.push(count === 1 ? own : { ...own, ...beside });
        }
      }
    } finally {
      await postgres.close();
    }
    return rows;
  },
};

function spreadOf(values: readonly number[]): Pick<Row, 'median' | 'spread'> {
  const sorted = values.map(Math.round).sort((a, b) => a - b);
  const at = (place: number): number => sorted[place] ?? Number.NaN;
  return { median: at(Math.floor(sorted.length / 2)), spread: [at(0), at(sorted.length - 1)] };
}
