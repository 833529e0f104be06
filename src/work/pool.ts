/** Works on what is due, side by side: one slow or stuck piece of work never holds up the others. */
export interface Pool {
  /** Starts what is due and says when something will be due next (Unix ms). */
  tick(): Promise<number | undefined>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

export interface PoolOptions<T> {
  /** How many may be under way at once. */
  readonly atOnce: number;
  /** Claims what is due, most urgent first: nobody else gets it until the claim ends. */
  readonly claim: (limit: number) => Promise<readonly T[]>;
  /** Leaves the item settled or due later, and the claim ended. Must not reject. */
  readonly work: (item: T) => Promise<void>;
  /** When something unclaimed is due next. */
  readonly nextDue: () => Promise<number | undefined>;
  readonly now: () => number;
  /** Called when a piece of work has ended: the tick is due again. */
  readonly again: () => void;
}

export function createPool<T>({ atOnce, claim, work, nextDue, now, again }: PoolOptions<T>): Pool {
  const underWay = new Set<Promise<void>>();

  return {
    async tick() {
      const free = atOnce - underWay.size;
      // The end of a piece of work calls again; until then whoever is woken by every arrival need not ask the store.
      if (free <= 0) return undefined;
      const next = await nextDue();
      if (next === undefined || next > now()) return next;
      for (const item of await claim(free)) {
        const running = work(item).finally(() => {
          underWay.delete(running);
          again();
        });
        underWay.add(running);
      }
      return underWay.size >= atOnce ? undefined : nextDue();
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
