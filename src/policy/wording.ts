import { type Slot, waysOf } from './need.js';
import type { Need } from './policy.js';

const orList = new Intl.ListFormat('en-GB', { type: 'disjunction' });
const andList = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/** `a, b or c`. */
export function oneOf(names: readonly string[]): string {
  return orList.format(names);
}

/** `a, b and c`. */
export function allOf(names: readonly string[]): string {
  return andList.format(names);
}

/** `1 approval`, `2 approvals`. */
export function approvals(count: number): string {
  return `${count} ${count === 1 ? 'approval' : 'approvals'}`;
}

/** `1 person`, `2 people`. */
export function people(count: number): string {
  return `${count} ${count === 1 ? 'person' : 'people'}`;
}

/** `one more from soc and 2 more from soc-leads`. */
export function missingPeople(missing: readonly Slot[]): string {
  return allOf(
    missing.map(
      ({ groups, approvals: count }) => `${count === 1 ? 'one' : count} more from ${oneOf(groups) || 'nobody'}`,
    ),
  );
}

/** `2 approvals from soc-leads`, `1 approval from soc and 1 approval from soc-leads`; the first few ways where there are several. */
export function needInWords(need: Need): string {
  const ways = waysOf(need).map((way) => allOf(way.filter(({ approvals: count }) => count > 0).map(slotInWords)));
  if (ways.length === 0) return 'what nobody can give';
  return oneOf([...new Set(ways)].slice(0, waysTold).map((words) => words || 'no approval'));
}

const waysTold = 4;

function slotInWords({ groups, approvals: count }: Slot): string {
  return `${approvals(count)} from ${oneOf(groups) || 'nobody'}`;
}
