export interface Clock {
  /** Unix ms. */
  now(): number;
  /** Follows `read`, which gives Unix ms, from now on; undefined leaves the clock as it is. */
  follow(read: () => Promise<number | undefined>): Promise<void>;
}

export interface ClockParts {
  /** This machine's clock, Unix ms. It may be wrong, and it may be set. */
  readonly wall: () => number;
  /** Ms since some moment; never set. */
  readonly monotonic: () => number;
}

/**
 * The time by which replicas agree on who is late: that of the database they share, carried on between two looks by a clock that
 * nobody sets. Where the database has no clock of its own (SQLite), it is this machine's.
 */
export function createClock({ wall, monotonic }: ClockParts): Clock {
  let known: { readonly at: number; readonly since: number } | undefined;
  return {
    now: () => (known === undefined ? wall() : Math.round(known.at + monotonic() - known.since)),
    async follow(read) {
      const before = monotonic();
      const at = await read();
      // The answer is from somewhere between the question and its arrival.
      if (at !== undefined) known = { at, since: (before + monotonic()) / 2 };
    },
  };
}
