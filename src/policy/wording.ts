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
