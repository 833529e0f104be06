import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context, LoopName } from '../request/context.js';
import type { Clock } from '../store/clock.js';
import { createDeliverer } from './deliver.js';
import { createDispatcher } from './dispatch.js';
import { createHurry } from './hurry.js';
import { createIntake } from './intake.js';
import { createLoop, type Loop, type Tick } from './loop.js';
import { createReplica } from './replica.js';
import { scheduleTick } from './schedule.js';
import { createSearch } from './search.js';
import { createTracker } from './track.js';

export interface Workers {
  start(): Promise<void>;
  wake(loop: LoopName): void;
  /** Why this process cannot do its work, one sentence each; empty when all is well. */
  reasons(): readonly string[];
  /** Takes nothing new on, and resolves when what was under way has ended. */
  stop(): Promise<void>;
}

export interface Lease {
  /** How long after its last sign of life a process counts as dead. */
  readonly ms: number;
  /** A new id for this process. */
  readonly newId: () => string;
  /** Set by the store's at every sign of life. */
  readonly clock: Clock;
}

/** The background loops over one store, which other processes may share. */
export function createWorkers(
  world: Omit<Context, 'wake' | 'replica'>,
  lease: Lease,
  ticked?: (tick: Tick) => void,
): Workers {
  const wake = (loop: LoopName): void => {
    loops[loop].wake();
  };
  const { store, now, logger } = world;
  const wakeAll = (): void => {
    for (const each of Object.values(loops)) each.wake();
  };
  const replica = createReplica({ store, now, newId: lease.newId, leaseMs: lease.ms, freed: wakeAll, logger });
  const context: Context = { ...world, replica, wake };
  const hurry = createHurry(now);
  const dispatcher = createDispatcher(context, hurry);
  const pools = {
    intake: createIntake(context),
    search: createSearch(context),
    deliver: createDeliverer(context),
  };
  const loop = (name: string, tick: () => Promise<number | undefined>): Loop =>
    createLoop({ name, tick, now, logger, ticked });
  const heart = loop('heartbeat', async () => {
    await lease.clock.follow(() => store.time());
    return replica.beat();
  });
  const loops: Readonly<Record<LoopName, Loop>> = {
    intake: loop('intake', () => pools.intake.tick()),
    dispatch: loop('dispatch', () => dispatcher.tick()),
    search: loop('search', () => pools.search.tick()),
    track: loop('track', createTracker(context)),
    deliver: loop('deliver', deliverUnlessInAHurry),
    schedule: loop('schedule', () => scheduleTick(context)),
  };

  /** A decision owes its messages at the moment at which its call begins, and people read them a little later without loss. */
  async function deliverUnlessInAHurry(): Promise<number | undefined> {
    await nextTurn();
    const until = hurry.until();
    return now() < until ? until : pools.deliver.tick();
  }

  return {
    async start() {
      await replica.beat();
      heart.start();
      for (const each of Object.values(loops)) each.start();
    },
    wake,
    reasons: () => (replica.alive() ? [] : ['The records cannot be written: nothing is sent until they can.']),
    async stop() {
      const { deliver, ...others } = loops;
      await Promise.all(Object.values(others).map((each) => each.stop()));
      await Promise.all([pools.intake.idle(), pools.search.idle(), dispatcher.stop()]);
      await deliver.stop();
      await pools.deliver.idle();
      await heart.stop();
      await replica.leave();
    },
  };
}
