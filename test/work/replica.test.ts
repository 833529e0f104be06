import assert from 'node:assert/strict';
import pino from 'pino';
import { audit } from '../audit-key.js';
import { createReplica } from '../../src/work/replica.js';
import { createClock } from '../../src/store/clock.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { due, incoming, nothing, request } from '../store/examples.js';

describe('a replica', () => {
  let clock: number;
  let store: Store;
  let ids: number;
  beforeEach(async () => {
    clock = 1_000_000;
    ids = 0;
    store = await openStore('sqlite::memory:', { audit, now: () => clock });
  });
  afterEach(() => store.close());

  const replica = (freed = (): void => undefined) =>
    createReplica({
      store,
      now: () => clock,
      newId: () => `replica-${(ids += 1)}`,
      leaseMs: 20_000,
      freed,
      logger: pino({ level: 'silent' }),
    });
  const free = async (): Promise<number> => (await due(store).incoming(clock, 10)).length;

  it('is alive for as long as its lease, and has to be called well before its end', async () => {
    const one = replica();
    assert.equal(one.alive(), false);
    const next = await one.beat();
    assert.ok(next - clock <= 5_000);
    clock += 19_999;
    assert.equal(one.alive(), true);
    clock += 1;
    assert.equal(one.alive(), false);
  });

  it('takes over what a dead one had claimed, and nothing of a living one', async () => {
    let freed = 0;
    const [dead, living] = [replica(), replica(() => (freed += 1))];
    await dead.beat();
    await store.accept(incoming('k1'), clock);
    await dead.claim((owner) => store.claimIncoming(owner, clock, 1));
    clock += 10_000;
    await living.beat();
    assert.equal(await free(), 0);
    clock += 10_000;
    await living.beat();
    assert.equal(await free(), 1);
    assert.equal(freed, 1);
  });

  it('begins anew after a pause: under another id, and without what it had claimed, also where nobody else was there', async () => {
    const one = replica();
    await one.beat();
    const before = one.id();
    await store.accept(incoming('k1'), clock);
    await one.claim((owner) => store.claimIncoming(owner, clock, 1));
    clock += 60_000;
    await one.beat();
    assert.notEqual(one.id(), before);
    assert.equal(one.alive(), true);
    assert.equal(await free(), 1);
  });

  it('gives back also what it claims under its old id while it begins anew', async () => {
    const one = replica();
    await one.beat();
    await store.accept(incoming('k1'), clock);
    clock += 60_000;
    const beat = one.beat();
    const claimed = await one.claim((owner) => store.claimIncoming(owner, clock, 1));
    await beat;
    assert.equal(claimed.length, 1);
    await one.beat();
    assert.equal(await free(), 1);
  });

  it('begins anew also where its lease runs out while it is being renewed: what was left undone meanwhile is free', async () => {
    const one = replica();
    await one.beat();
    const before = one.id();
    await store.accept(incoming('k1'), clock);
    await one.claim((owner) => store.claimIncoming(owner, clock, 1));
    const renew = store.renew.bind(store);
    store.renew = async (...asked) => {
      clock += 6_000;
      assert.equal(one.alive(), false);
      return renew(...asked);
    };
    clock += 15_000;
    await one.beat();
    assert.equal(one.alive(), true);
    assert.notEqual(one.id(), before);
    assert.equal(await free(), 1);
  });

  it('hands back what it has claimed when it leaves', async () => {
    const one = replica();
    await one.beat();
    await store.accept(incoming('k1'), clock);
    await one.claim((owner) => store.claimIncoming(owner, clock, 1));
    await one.leave();
    assert.equal(await free(), 1);
  });

  it('gives back a claim that was carried out though its answer was lost, and keeps the others', async () => {
    const one = replica();
    await one.beat();
    await store.accept(incoming('k1'), clock);
    await store.accept(incoming('k2'), clock);
    const [kept] = await one.claim((owner) => store.claimIncoming(owner, clock, 1));
    const claim = one.claim(async (owner) => {
      await store.claimIncoming(owner, clock, 1);
      throw new Error('connection lost');
    });
    await assert.rejects(claim, /connection lost/);
    assert.equal(await free(), 0);
    await one.beat();
    assert.equal(await free(), 1);
    assert.equal(kept?.incoming.key, 'k1');
  });

  it('gives nothing back one by one that went with its old id: after a long outage that would take longer than a lease', async () => {
    const one = replica();
    await one.beat();
    let freed = 0;
    store.free = () => {
      freed += 1;
      return Promise.resolve();
    };
    for (let tries = 0; tries < 1_000; tries += 1) {
      await assert.rejects(one.claim(() => Promise.reject(new Error('connection lost'))));
    }
    clock += 3_600_000;
    await one.beat();
    assert.equal(freed, 0);
  });

  describe('after the clock was set back', () => {
    const hour = 3_600_000;

    it('lets nothing wait for the old time, except the end of the time for approvals', async () => {
      await store.accept(incoming('k1'), clock + 5 * hour);
      await store.create(request({ id: 'A', state: 'queued', dueAt: clock + 5 * hour }), nothing);
      await store.create(request({ id: 'B', dueAt: clock + 5 * hour }), nothing);
      await store.create(request({ id: 'C', state: 'submitted', dueAt: clock + hour / 2 }), nothing);
      await replica().beat();
      assert.equal(await store.nextIncomingDue(), clock);
      assert.equal(await store.nextDue(['queued']), clock);
      assert.equal(await store.nextDue(['awaiting approval']), clock + 5 * hour);
      assert.equal(await store.nextDue(['submitted']), clock + hour / 2);
    });

    it('still sees who is dead', async () => {
      const [dead, living] = [replica(), replica()];
      await dead.beat();
      await store.accept(incoming('k1'), clock - hour);
      await dead.claim((owner) => store.claimIncoming(owner, clock, 1));
      clock -= hour;
      await living.beat();
      assert.equal(await free(), 1);
    });
  });
});

describe('the clock that replicas share', () => {
  it('is the database’s, carried on by what nobody sets', async () => {
    let wall = 5_000;
    let monotonic = 100;
    const clock = createClock({ wall: () => wall, monotonic: () => monotonic });
    assert.equal(clock.now(), 5_000);
    await clock.follow(() => {
      monotonic += 40;
      return Promise.resolve(9_000);
    });
    assert.equal(clock.now(), 9_020, 'the answer is from the middle of the wait');
    wall = 0;
    monotonic += 1_000;
    assert.equal(clock.now(), 10_020);
    await clock.follow(() => Promise.resolve(undefined));
    assert.equal(clock.now(), 10_020);
  });

  it('is this machine’s where the database has none', async () => {
    let wall = 5_000;
    const clock = createClock({ wall: () => wall, monotonic: () => 0 });
    await clock.follow(() => Promise.resolve(undefined));
    wall = 6_000;
    assert.equal(clock.now(), 6_000);
  });
});
