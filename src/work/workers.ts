import type { Context, LoopName } from '../request/context.js';
import { createDeliverer } from './deliver.js';
import { createDispatcher } from './dispatch.js';
import { createIntake } from './intake.js';
import { createLoop, type Loop } from './loop.js';
import { scheduleTick } from './schedule.js';
import { adoptOrphans, createSearch } from './search.js';
import { createTracker } from './track.js';

export interface Workers {
  start(): Promise<void>;
  wake(loop: LoopName): void;
  /** Takes nothing new on, and resolves when what was under way has ended. */
  stop(): Promise<void>;
}

/** The background loops over one store. */
export function createWorkers(world: Omit<Context, 'wake'>): Workers {
  const wake = (loop: LoopName): void => {
    loops[loop].wake();
  };
  const context: Context = { ...world, wake };
  const dispatcher = createDispatcher(context);
  const pools = {
    intake: createIntake(context),
    search: createSearch(context, (requestId) => dispatcher.isUnderWay(requestId)),
    deliver: createDeliverer(context),
  };
  const loop = (name: LoopName, tick: () => Promise<number | undefined>): Loop =>
    createLoop({ name, tick, now: world.now, logger: world.logger });
  const loops: Readonly<Record<LoopName, Loop>> = {
    intake: loop('intake', () => pools.intake.tick()),
    dispatch: loop('dispatch', () => dispatcher.tick()),
    search: loop('search', () => pools.search.tick()),
    track: loop('track', createTracker(context)),
    deliver: loop('deliver', () => pools.deliver.tick()),
    schedule: loop('schedule', () => scheduleTick(context)),
  };
  return {
    async start() {
      await adoptOrphans(world);
      for (const each of Object.values(loops)) each.start();
    },
    wake,
    async stop() {
      const { deliver, ...others } = loops;
      await Promise.all(Object.values(others).map((each) => each.stop()));
      await Promise.all([pools.intake.idle(), pools.search.idle(), dispatcher.stop()]);
      await deliver.stop();
      await pools.deliver.idle();
    },
  };
}
