import pino from 'pino';
import { createDefenderClient } from '../src/defender/client.js';
import { createTracker } from '../src/work/track.js';
import { Harness } from '../test/harness.js';
import { nothing, request } from '../test/store/examples.js';
import { machine } from '../test/support.js';
import type { Benchmark, Row } from './benchmark.js';
import { actionOf, type Life, Tenant } from './tenant.js';

const start = Date.parse('2026-11-23T09:00:00Z');
const minutes = 10;
/** What a page of Defender holds. Source: defender-docs `api/get-machineactions-collection.md`. */
const pageSize = 10_000;
const endsEvery = 20;

/** What it took to follow so many actions. */
export interface Followed {
  /** To Defender. */
  readonly calls: number;
  /** Moments at which something was due. */
  readonly looks: number;
  /** Looks at which something had ended since the one before. */
  readonly withEnds: number;
  readonly settled: number;
  readonly cpuMs: number;
}

/**
 * Follows so many actions for ten minutes of a virtual clock, with the real tracker, client and store. They were all made at the same
 * moment, so that all are due together; one in twenty ends meanwhile. `refuses`: filters that Defender does not know.
 */
export async function followActions(count: number, refuses?: RegExp): Promise<Followed> {
  const cordon = await Harness.open();
  cordon.clock = start;
  const endAt = (place: number): number => start + 1_000 + Math.floor((place / count) * (minutes * 60_000 - 30_000));
  const lives = Array.from({ length: count }, (_, place): Life => {
    const id = `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`;
    return { id, createdAt: start, ...(place % endsEvery === endsEvery - 1 && { endsAt: endAt(place) }) };
  });
  for (const [place, life] of lives.entries()) {
    const device = machine({ id: String(place).padStart(40, '0') });
    const machineAction = actionOf(life, start);
    const over = { state: 'submitted', submittedAt: start, dueAt: start + 3_000, machineAction } as const;
    await cordon.store.create(request({ id: `R${place}`, device, createdAt: start, ...over }), nothing);
  }
  const tenant = new Tenant(lives, () => cordon.clock, refuses);
  const defender = createDefenderClient({
    baseUrl: 'https://defender.test',
    fetch: tenant.fetch,
    token: () => Promise.resolve('token'),
    gate: () => Promise.resolve({ leaveBy: Infinity, done: () => Promise.resolve() }),
    onThrottled: () => Promise.resolve(),
    timeoutMs: 60_000,
    now: () => cordon.clock,
    logger: pino({ level: 'silent' }),
    userAgent: 'bench',
  });
  const track = createTracker({ ...cordon.context, defender });
  const before = process.cpuUsage();
  const looks: number[] = [];
  for (;;) {
    const next = await track();
    if (next === undefined || next > start + minutes * 60_000) break;
    if (next > cordon.clock) looks.push(next);
    cordon.clock = Math.max(cordon.clock, next);
  }
  const { user, system } = process.cpuUsage(before);
  const settled = await cordon.store.countIn(['succeeded']);
  await cordon.store.close();
  const ends = lives.flatMap(({ endsAt = Infinity }) => looks.find((at) => at >= endsAt) ?? []);
  return {
    calls: tenant.calls,
    looks: looks.length,
    withEnds: new Set(ends).size,
    settled,
    cpuMs: Math.round((user + system) / 1_000),
  };
}

export const follow: Benchmark = {
  name: 'follow',
  title: 'Defender calls to follow open actions for ten minutes',
  async run({ quick, log }) {
    const rows: Row[] = [];
    for (const count of quick ? [1, 100, 1_000] : [1, 100, 10_000]) {
      log(`follow: ${count} actions`);
      const { calls, looks, withEnds, settled, cpuMs } = await followActions(count);
      log(`follow: ${count} actions by their ids alone`);
      const byIds = await followActions(count, /status|creationDateTimeUtc/);
      const pages = looks * Math.ceil(count / pageSize);
      // The first page that is refused is a call as well.
      const text = `at most a page a look, and a call where something has ended: ${pages + withEnds}`;
      rows.push({
        what: `follow: ${count.toLocaleString('en')} open actions`,
        unit: 'calls',
        median: calls,
        spread: [calls, calls],
        peer: { what: 'by ids, 50 a call', median: byIds.calls, spread: [byIds.calls, byIds.calls] },
        ratio: calls / byIds.calls,
        goal: { text, met: calls <= pages + withEnds && settled === byIds.settled },
        detail: { looks, ended: settled, 'CPU ms': cpuMs, 'quota for polling': minutes * 70 },
      });
    }
    return rows;
  },
};
