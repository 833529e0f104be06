import type { Request } from '../request/request.js';
import type { Effects, Store } from '../store/store.js';

/** A change that is in the store for good. */
export interface Committed {
  /** As it is now; missing where no Request changed, as for an answer. */
  readonly request?: Request;
  /** It was made by this very change. */
  readonly born: boolean;
  readonly effects: Effects;
  /** How long the transaction took. */
  readonly ms: number;
}

type Changing = Pick<Store, 'create' | 'change' | 'startSending' | 'settleIncoming'>;

/**
 * The store, with somebody told of what was committed: never before it is, and not at all where nothing was. `told` must not throw. An
 * answer whose Incoming another process had settled already is told as well: the store does not say so.
 */
export function watchChanges<S extends Changing>(store: S, told: (committed: Committed) => void): S {
  const timed = (): (() => number) => {
    const begun = performance.now();
    return () => performance.now() - begun;
  };
  const changing: Changing = {
    async create(request, effects, options) {
      const ms = timed();
      await store.create(request, effects, options);
      told({ request, born: true, effects, ms: ms() });
    },
    async change(request, effects) {
      const ms = timed();
      const stored = await store.change(request, effects);
      if (stored) told({ request, born: false, effects, ms: ms() });
      return stored;
    },
    async startSending(request, effects, quota) {
      const ms = timed();
      const start = await store.startSending(request, effects, quota);
      if (start.outcome === 'started') told({ request, born: false, effects, ms: ms() });
      return start;
    },
    async settleIncoming(key, effects) {
      const ms = timed();
      await store.settleIncoming(key, effects);
      told({ born: false, effects: { ...effects, settles: key }, ms: ms() });
    },
  };
  return { ...store, ...changing };
}
