import { idsOf, type Person } from '../people/person.js';
import type { Policy } from './policy.js';

/** In which of some groups a person is, and which others could not be resolved, so that nobody knows. */
export interface Membership {
  readonly inside: readonly string[];
  readonly unresolved: readonly string[];
}

export function membership(policy: Policy, names: readonly string[], person: Person): Membership {
  const ids = idsOf(person);
  const isIn = (name: string): boolean => policy.groups.get(name)?.some((member) => ids.includes(member)) === true;
  return {
    inside: names.filter(isIn),
    unresolved: names.filter((name) => !isIn(name) && policy.unresolved.has(name)),
  };
}

/** Why it is not known who is in these groups, in sentences. */
export function whyUnresolved({ unresolved }: Policy, names: readonly string[]): string[] {
  return [...new Set([...new Set(names)].flatMap((name) => unresolved.get(name) ?? []))];
}
