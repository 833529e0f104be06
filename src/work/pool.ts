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
  /** What is due, most urgent first; what is under way may be in it still. */
  readonly due: (limit: number) => Promise<readonly T[]>;
  readonly key: (item: T) => string | number;
  /** Leaves the item settled or due later. Must not reject. */
  readonly work: (item: T) => Promise<void>;
  readonly nextDue: () => Promise<number | undefined>;
  readonly now: () => number;
  /** Called when a piece of work has ended: the tick is due again. */
  readonly again: () => void;
}

export function createPool<T>({ atOnce, due, key, work, nextDue, now, again }: PoolOptions<T>): Pool {
  const underWay = new Map<string | number, Promise<void>>();
  /** What ended since the tick asked what is due: the answer may still hold it, as it was before. */
  const ended = new Set<string | number>();

  return {
    async tick() {
      ended.clear();
      const items = await due(atOnce + underWay.size);
      for (const item of items) {
        const id = key(item);
        if (underWay.size >= atOnce || underWay.has(id) || ended.has(id)) continue;
        const running = work(item).finally(() => {
          underWay.delete(id);
          ended.add(id);
          again();
        });
        underWay.set(id, running);
      }
      const next = await nextDue();
      // What is due by now is under way, or waits for a place: the end of a piece of work calls again.
      return underWay.size > 0 && next !== undefined && next <= now() ? undefined : next;
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay.values());
    },
  };
}
