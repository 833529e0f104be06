import type { Row } from './benchmark.js';
import type { LoadResult } from './load.js';
import type { Rounds } from './measure.js';
import { summary } from './stats.js';

export interface Comparison {
  readonly what: string;
  readonly unit: string;
  /** Who the peer is; without one there is nothing to hold it against. */
  readonly peer?: string;
  readonly goal?: { readonly text: string; readonly met: (ratio: number) => boolean };
  readonly detail?: Row['detail'];
}

/** One Row of what `pick` takes from each round. */
export function compared<T>(
  { cordon, peer }: Rounds<T>,
  pick: (round: T) => number,
  { what, unit, peer: peerName, goal, detail }: Comparison,
): Row {
  const own = { what, unit, ...summary(cordon.map(pick)), ...(detail === undefined ? {} : { detail }) };
  if (peerName === undefined) return own;
  const other = { what: peerName, ...summary(peer.map(pick)) };
  const ratio = own.median / other.median;
  return {
    ...own,
    peer: other,
    ratio,
    ...(goal === undefined ? {} : { goal: { text: goal.text, met: goal.met(ratio) } }),
  };
}

/** A refused or lost request is cheaper than a served one: no number comes of a round with any. */
export function healthy(result: LoadResult): LoadResult {
  if (result.failed > 0 || result.answered === 0) {
    throw new Error(
      `${result.failed} of ${result.answered} requests were not answered with 200: the machine is too busy to measure`,
    );
  }
  return result;
}
