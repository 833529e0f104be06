/** How many calls fit into a window of so many ms. */
type Window = readonly [ms: number, calls: number];
export type RateKind = 'post' | 'create' | 'members';

/** Teams' limits per bot and conversation. Source: "Rate limiting" in the Teams documentation on learn.microsoft.com. */
const windows: Readonly<Record<RateKind, readonly Window[]>> = {
  post: [
    [1_000, 7],
    [2_000, 8],
    [30_000, 60],
    [3_600_000, 1_800],
  ],
  create: [
    [1_000, 7],
    [2_000, 8],
    [30_000, 60],
    [3_600_000, 1_800],
  ],
  members: [
    [1_000, 14],
    [2_000, 16],
    [30_000, 120],
    [3_600_000, 3_600],
  ],
};
const longestMs = 3_600_000;

/** Sliding windows, one set per kind of call and conversation. */
export class Rates {
  readonly #taken = new Map<string, number[]>();

  /** Takes one call; returns the seconds to wait when there is no room. `now` in Unix ms. */
  take(kind: RateKind, conversation: string, now: number): number | undefined {
    const key = `${kind} ${conversation}`;
    const times = (this.#taken.get(key) ?? []).filter((at) => at > now - longestMs);
    const waits = windows[kind].map(([ms, calls]) => {
      const oldest = times.filter((at) => at > now - ms).at(-calls);
      return oldest === undefined ? 0 : oldest + ms - now;
    });
    const wait = Math.max(...waits);
    if (wait > 0) return Math.ceil(wait / 1_000);
    this.#taken.set(key, [...times, now]);
    return undefined;
  }
}
