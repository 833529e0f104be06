import assert from 'node:assert/strict';
import sinon from 'sinon';
import { createThrottle } from '../src/defender/throttle.js';
import { createUnfinished } from '../src/defender/unfinished.js';
import { createInherited } from '../src/request/inherited.js';
import type { Context } from '../src/request/context.js';
import { openStore } from '../src/store/open.js';
import { createDispatcher } from '../src/work/dispatch.js';
import { createLoop } from '../src/work/loop.js';
import { audit } from '../test/audit-key.js';
import { Harness, standardPolicy } from '../test/harness.js';
import { nothing, request } from '../test/store/examples.js';
import { machine, person } from '../test/support.js';
import type { Benchmark, Row } from './benchmark.js';
import { Network, passUntil, sleep, start } from './network.js';

const withoutApproval = standardPolicy.replace('approvals: 1', 'approvals: 0').replace(/\n {4}approvers: .*/, '');

/** What came of a drain. */
export interface Drained {
  readonly network: Network;
  /** Of this process, for everything but the network. */
  readonly cpuMs: number;
}

/**
 * Lets so many approved requests leave on a virtual clock, with everything that a Request goes through on its way: policy, people,
 * the look at Defender, its device's lane, the quota. Fakes the timers of the whole process meanwhile.
 */
export async function drainRequests(count: number, seed = count): Promise<Drained> {
  // No turns of the event loop, which take no time here: the clock goes on as soon as the store has answered.
  const options = { audit, now: () => start, nextTurn: queueMicrotask };
  const cordon = await Harness.over(await openStore('sqlite::memory:', options), withoutApproval);
  const clock = sinon.useFakeTimers({ now: start, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  try {
    cordon.clock = start;
    const network = new Network(seed);
    await fill(cordon, count);
    const before = process.cpuUsage();
    await passUntil(clock, leave(cordon, network, count));
    const { user, system } = process.cpuUsage(before);
    return { network, cpuMs: (user + system) / 1_000 };
  } finally {
    clock.restore();
    await cordon.store.close();
  }
}

async function fill({ store, policy }: Harness, count: number): Promise<void> {
  const terms = { rule: 'everything', policyRevision: policy.revision, quorum: 0, approvers: [] };
  for (let place = 0; place < count; place += 1) {
    const device = machine({ id: String(place).padStart(40, '0') });
    const queued = {
      state: 'queued',
      queuedAt: start + place,
      dueAt: start,
      createdAt: start,
      expiresAt: start + 3_600_000,
    } as const;
    const over = { id: `R${place}`, device, requester: person('UREQ'), ...terms, ...queued };
    await store.create(request(over), nothing);
  }
}

async function leave({ context: usual, defender, store }: Harness, network: Network, count: number): Promise<void> {
  defender.submit = async (kind, machineId, comment, call) => {
    assert.ok(call);
    await network.send(call, 'restrictCodeExecution');
    await call.done();
    return { outcome: 'created', action: defender.make(kind, machineId, comment, { status: 'Succeeded' }) };
  };
  const now = (): number => Date.now();
  const { logger } = usual;
  const context: Context = {
    ...usual,
    now,
    throttle: createThrottle({ store, now, random: () => 0, logger }),
    unfinished: createUnfinished(defender, now),
    inherited: createInherited(0),
    wake: () => {
      loop.wake();
    },
  };
  const dispatcher = createDispatcher(context);
  const loop = createLoop({ name: 'dispatch', tick: () => dispatcher.tick(), now, logger });
  loop.start();
  while (network.trips.length < count) await sleep(1_000);
  await loop.stop();
  await dispatcher.stop();
}

export const drain: Benchmark = {
  name: 'drain',
  title: 'Draining approved requests under the limits, on a virtual clock',
  async run({ quick, log }) {
    const rows: Row[] = [];
    for (const count of quick ? [100] : [100, 1_500, 3_000]) {
      log(`drain: ${count} requests`);
      const { network, cpuMs } = await drainRequests(count);
      const ratio = network.drainRatio;
      rows.push({
        what: `drain: ${count.toLocaleString('en')} requests`,
        unit: 'x',
        median: ratio,
        spread: [ratio, ratio],
        ratio,
        goal: { text: '≤ 1.02 times the optimum, no refusal', met: ratio <= 1.02 && network.refused === 0 },
        detail: { refused: network.refused, 'CPU ms a request': Number((cpuMs / count).toFixed(2)) },
      });
    }
    return rows;
  },
};
