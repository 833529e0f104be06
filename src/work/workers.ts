import type { Context, LoopName } from '../request/context.js';
import { createDeliverer } from './deliver.js';
import { createDispatcher } from './dispatch.js';
import { createIntake } from './intake.js';
import { createLoop, type Loop } from './loop.js';
import { scheduleTick } from './schedule.js';
import { createTracker } from './track.js';

export interface Workers {
  start(): void;
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
  const loop = (name: LoopName, tick: () => Promise<number | undefined>): Loop =>
    createLoop({ name, tick, now: world.now, logger: world.logger });
  const loops: Readonly<Record<LoopName, Loop>> = {
    intake: loop('intake', createIntake(context)),
    dispatch: loop('dispatch', () => dispatcher.tick()),
    track: loop('track', createTracker(context)),
    deliver: loop('deliver', createDeliverer(context)),
    schedule: loop('schedule', () => scheduleTick(context)),
  };
  return {
    start() {
      for (const each of Object.values(loops)) each.start();
    },
    wake,
    async stop() {
      await Promise.all([loops.intake.stop(), loops.track.stop(), loops.schedule.stop(), loops.dispatch.stop()]);
      await dispatcher.stop();
      await loops.deliver.stop();
    },
  };
}
