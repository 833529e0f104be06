/**
 * Whether people meet a Need. Guarantees: one human fills one place; a Need that is not well formed (no parts, no number, too many
 * ways) is met by nobody. Who counts as one human, and whose approval counts at all, is decided in standing.ts.
 */
import type { Need } from './policy.js';

/** So many approvals from people of these groups. */
export interface Slot {
  readonly groups: readonly string[];
  readonly approvals: number;
}

/** One of the ways to meet a Need: all of its slots, each by other people. */
export type Way = readonly Slot[];

/** A Need with more ways is met by nobody; the schema of the file keeps rules far below. */
export const mostWays = 512;
export const mostApprovals = 200;

/** Can be met by nobody. */
export const impossible: Need = { kind: 'any', parts: [] };

/** All of these, each by other people. */
export function allNeeds(needs: readonly Need[]): Need {
  const [first, ...rest] = needs;
  return first !== undefined && rest.length === 0 ? first : { kind: 'all', parts: needs };
}

/** How many ways the Need has, without making them. */
export function countWays(need: Need): number {
  if (need.kind === 'from') return 1;
  const counts = need.parts.map(countWays);
  if (need.kind === 'any') return counts.reduce((sum, count) => sum + count, 0);
  return counts.length === 0 ? 0 : counts.reduce((product, count) => product * count, 1);
}

/** Every way to meet the Need, slots of the same groups made one. */
export function waysOf(need: Need): readonly Way[] {
  if (countWays(need) > mostWays) return [];
  return expand(need)
    .map(merged)
    .filter((way) => peopleIn(way) <= mostApprovals);
}

function expand(need: Need): readonly Way[] {
  switch (need.kind) {
    case 'from':
      return Number.isSafeInteger(need.approvals) && need.approvals >= 0 ? [[need]] : [];
    case 'any':
      return need.parts.flatMap(expand);
    case 'all': {
      const [first, ...rest] = need.parts.map(expand);
      if (first === undefined) return [];
      return rest.reduce((ways, next) => ways.flatMap((way) => next.map((other) => [...way, ...other])), first);
    }
  }
}

function merged(way: Way): Way {
  const slots = new Map<string, Slot>();
  for (const { groups, approvals } of way) {
    const key = [...new Set(groups)].toSorted().join('\n');
    slots.set(key, { groups, approvals: approvals + (slots.get(key)?.approvals ?? 0) });
  }
  return [...slots.values()];
}

export function peopleIn(way: Way): number {
  return way.reduce((sum, { approvals }) => sum + approvals, 0);
}

/** The least number of people who can meet the Need; undefined where nobody can. */
export function leastPeople(need: Need): number | undefined {
  const sizes = waysOf(need).map(peopleIn);
  return sizes.length === 0 ? undefined : Math.min(...sizes);
}

/** Names of all groups in the Need, each once. */
export function groupsIn(need: Need): readonly string[] {
  return [...new Set(need.kind === 'from' ? need.groups : need.parts.flatMap(groupsIn))];
}

/** How far people have come on one way. `missing` is what is left of each slot; `filled` counts the places taken. */
export interface Fill {
  readonly way: Way;
  readonly filled: number;
  readonly missing: readonly Slot[];
}

/**
 * What becomes of each way if each candidate takes one place of a group that they are in, as many as possible. `groups` says which
 * groups one candidate is in.
 */
export function fills(need: Need, candidates: readonly (readonly string[])[]): readonly Fill[] {
  return waysOf(need).map((way) => {
    const taken = fillPlaces(
      way.flatMap(({ approvals }, slot) => Array.from({ length: approvals }, () => slot)),
      candidates.length,
      (candidate, slot) => way[slot]?.groups.some((name) => candidates[candidate]?.includes(name)) === true,
    );
    const missing = way.map(({ groups, approvals }, slot) => ({
      groups,
      approvals: approvals - (taken.get(slot) ?? 0),
    }));
    const filled = [...taken.values()].reduce((sum, count) => sum + count, 0);
    return { way, filled, missing: missing.filter(({ approvals }) => approvals > 0) };
  });
}

/** Whether people of these groups meet the Need, each in one place. */
export function isMet(need: Need, candidates: readonly (readonly string[])[]): boolean {
  return fills(need, candidates).some(({ missing }) => missing.length === 0);
}

/**
 * A maximum bipartite matching (augmenting paths, one place after the other): how many places of each slot are taken. `places` names the
 * slot of each place.
 */
function fillPlaces(
  places: readonly number[],
  candidates: number,
  fits: (candidate: number, slot: number) => boolean,
): ReadonlyMap<number, number> {
  const placeOf = new Array<number | undefined>(candidates).fill(undefined);
  const seat = (place: number, asked: Set<number>): boolean => {
    for (let candidate = 0; candidate < candidates; candidate += 1) {
      if (asked.has(candidate) || !fits(candidate, places[place] ?? -1)) continue;
      asked.add(candidate);
      const held = placeOf[candidate];
      if (held === undefined || seat(held, asked)) {
        placeOf[candidate] = place;
        return true;
      }
    }
    return false;
  };
  const taken = new Map<number, number>();
  places.forEach((slot, place) => {
    if (seat(place, new Set())) taken.set(slot, (taken.get(slot) ?? 0) + 1);
  });
  return taken;
}

/** Whether whoever meets `stronger` meets `weaker` too: each way of it has a place for every place of one of the weaker's ways. */
export function implies(stronger: Need, weaker: Need): boolean {
  const goals = waysOf(weaker);
  const ways = waysOf(stronger);
  return ways.every((way) => goals.some((goal) => covers(way, goal)));
}

/** A person of any group of a stronger slot has to fit the weaker one. */
function covers(way: Way, goal: Way): boolean {
  const givers = way.flatMap(({ groups, approvals }) => Array.from({ length: approvals }, () => groups));
  const places = goal.flatMap(({ approvals }, slot) => Array.from({ length: approvals }, () => slot));
  const taken = fillPlaces(places, givers.length, (giver, slot) => {
    const groups = givers[giver] ?? [];
    return groups.length > 0 && groups.every((name) => goal[slot]?.groups.includes(name) === true);
  });
  return [...taken.values()].reduce((sum, count) => sum + count, 0) === places.length;
}

/** A Need that holds where all of these hold, without those that another one contains already. */
export function jointNeed(needs: readonly Need[]): Need {
  const kept: Need[] = [];
  for (const [index, need] of needs.entries()) {
    const others = [...kept, ...needs.slice(index + 1)];
    if (!others.some((other) => waysOf(other).length > 0 && implies(other, need))) kept.push(need);
  }
  return allNeeds(kept);
}

/** Whether two Needs are written alike but for the order of their groups. */
export function sameNeed(a: Need, b: Need): boolean {
  return needKey(a) === needKey(b);
}

/** The same text for the same Need, however its groups and parts are ordered. */
function needKey(need: Need): string {
  return JSON.stringify(
    need.kind === 'from'
      ? ['from', need.approvals, [...new Set(need.groups)].toSorted()]
      : [need.kind, need.parts.map(needKey).toSorted()],
  );
}
