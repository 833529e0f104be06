import assert from 'node:assert/strict';
import sinon from 'sinon';
import { createThrottle } from '../../src/defender/throttle.js';
import { createInherited } from '../../src/request/inherited.js';
import { createUnfinished } from '../../src/defender/unfinished.js';
import type { Context } from '../../src/request/context.js';
import { createDispatcher } from '../../src/work/dispatch.js';
import { createLoop } from '../../src/work/loop.js';
import { Network, passUntil, report, sleep, start } from '../defender/network.js';
import { Harness, standardPolicy } from '../harness.js';
import { nothing, request } from '../store/examples.js';
import { machine, person } from '../support.js';

/** With everything that a Request goes through on its way: policy, people, the look at Defender, its device's lane, the quota. */
describe('a long queue of approved requests', function () {
  this.timeout(240_000);
  let cordon: Harness;
  let clock: sinon.SinonFakeTimers;
  beforeEach(async () => {
    cordon = await Harness.open(
      standardPolicy.replace('approvals: 1', 'approvals: 0').replace(/\n {4}approvers: .*/, ''),
    );
    clock = sinon.useFakeTimers({ now: start, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    cordon.clock = start;
  });
  afterEach(async () => {
    clock.restore();
    await cordon.store.close();
  });

  for (const count of [100, 1_500, 3_000]) {
    it(`of ${count} leaves as fast as the quota allows, without a refusal`, async function () {
      const network = new Network(count);
      const { defender, policy, store } = cordon;
      const { revision } = policy;
      for (let place = 0; place < count; place += 1) {
        const over = {
          rule: 'everything',
          policyRevision: revision,
          quorum: 0,
          approvers: [],
          requester: person('UREQ'),
        };
        const device = machine({ id: String(place).padStart(40, '0') });
        const queued = {
          state: 'queued',
          queuedAt: start + place,
          dueAt: start,
          createdAt: start,
          expiresAt: start + 3_600_000,
        } as const;
        await store.create(request({ id: `R${place}`, device, ...over, ...queued }), nothing);
      }
      defender.submit = async (kind, machineId, comment, call) => {
        assert.ok(call);
        await network.send(call, 'restrictCodeExecution');
        await call.done();
        return { outcome: 'created', action: defender.make(kind, machineId, comment, { status: 'Succeeded' }) };
      };
      const now = (): number => Date.now();
      const { logger } = cordon.context;
      const context: Context = {
        ...cordon.context,
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
      const drained = async (): Promise<void> => {
        loop.start();
        while (network.trips.length < count) await sleep(1_000);
        await loop.stop();
        await dispatcher.stop();
      };
      await passUntil(clock, drained());
      assert.equal(network.refused, 0);
      assert.ok(network.drainRatio <= 1.02, `${network.drainRatio} times the optimum`);
      report(this.test, network);
    });
  }
});
