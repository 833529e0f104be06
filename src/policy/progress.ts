import { fills, peopleIn, type Fill } from './need.js';
import type { Need } from './policy.js';
import { approvals, missingPeople } from './wording.js';

/** How far a Need has come. `met` rests on the ways of the Need alone; the words are for people. */
export interface Progress {
  readonly met: boolean;
  /** `1 of 2: needs one more from soc-leads`; `2 of 2` where it is met. */
  readonly short: string;
  /** `1 of 2 approvals`. */
  readonly tally: string;
  /** `needs one more from soc-leads`; empty where it is met. */
  readonly missing: string;
}

/** Other ways that lack no more people are told too, as many as fit in a line. */
const told = 3;

/** `candidates` are the groups that each of those who approved is in. */
export function progressOf(need: Need, candidates: readonly (readonly string[])[]): Progress {
  const nearest = fills(need, candidates).toSorted((a, b) => lacking(a) - lacking(b) || b.filled - a.filled);
  const [best] = nearest;
  if (best === undefined)
    return { met: false, short: 'nobody can approve it', tally: 'No approval', missing: 'nobody can approve it' };
  const count = `${best.filled} of ${peopleIn(best.way)}`;
  const tally = `${best.filled} of ${approvals(peopleIn(best.way))}`;
  if (lacking(best) === 0) return { met: true, short: count, tally, missing: '' };
  const ways = [...new Set(nearest.map((fill) => missingPeople(fill.missing)))].slice(0, told);
  const missing = `needs ${ways.join(', or ')}`;
  return { met: false, short: `${count}: ${missing}`, tally, missing };
}

function lacking({ way, filled }: Fill): number {
  return peopleIn(way) - filled;
}
