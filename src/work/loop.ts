import type { Logger } from 'pino';
import { messageOf } from '../errors.js';
import { alone } from '../trace.js';

/** Background work that runs when something is due or when it is woken, one tick at a time. */
export interface Loop {
  start(): void;
  /** There is something to do now. Cheap; may be called as often as one likes. */
  wake(): void;
  /** Ends after the running tick. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  readonly name: string;
  /** Does what is due and says when something will be due next (Unix ms); undefined where nothing is. */
  readonly tick: () => Promise<number | undefined>;
  readonly now: () => number;
  readonly logger: Logger;
  /** Told of each turn as it ends. Must not throw. */
  readonly ticked?: ((tick: Tick) => void) | undefined;
}

export interface Tick {
  readonly loop: string;
  readonly ms: number;
  readonly failed: boolean;
}

/** Rows may fall due by another process's doing, so that the store is looked at this often in any case. */
const longestSleepMs = 15_000;
const firstPauseMs = 250;

export function createLoop({ name, tick, now, logger, ticked }: LoopOptions): Loop {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let woken = false;
  let stopped = true;
  let failures = 0;

  const schedule = (ms: number): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(run, Math.max(0, Math.min(ms, longestSleepMs)));
  };

  const run = (): void => {
    if (running || stopped) return;
    woken = false;
    // Woken in the midst of somebody's work, it does not belong to it.
    running = alone(once).finally(() => {
      running = undefined;
      if (woken) run();
    });
  };

  const once = async (): Promise<void> => {
    const begun = performance.now();
    const ended = (failed: boolean): void => ticked?.({ loop: name, ms: performance.now() - begun, failed });
    try {
      const next = await tick();
      ended(false);
      failures = 0;
      schedule(next === undefined ? longestSleepMs : next - now());
    } catch (error) {
      ended(true);
      failures += 1;
      logger.error({ err: error, loop: name, failures }, `${name}: ${messageOf(error)}`);
      schedule(firstPauseMs * 2 ** Math.min(failures, 6));
    }
  };

  return {
    start() {
      stopped = false;
      run();
    },
    wake() {
      woken = true;
      run();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
