import { accountOf, idsOf, type Account, type Person } from '../people/person.js';
import type { Policy } from './policy.js';
import { oneOf } from './wording.js';

/** Why this person may neither stop nor resume Cordon, or undefined when they may. */
export function stopRefusal({ stoppers, groups }: Policy, person: Person): string | undefined {
  if (person.standing !== 'member') return `${person.name} is not a member here.`;
  if (stoppers.length === 0) {
    return 'The policy names nobody who may: an operator can write groups under “stop” in the policy file.';
  }
  const ids = idsOf(person);
  if (stoppers.some((name) => groups.get(name)?.some((member) => ids.includes(member)) === true)) return undefined;
  return `${person.name} is not in ${oneOf(stoppers)}, whose members may.`;
}

/** The accounts of the people in these groups, two of one person as often as they are listed: who is one is not known here. */
export function accountsIn({ groups }: Policy, names: readonly string[]): readonly Account[] {
  const ids = new Set(names.flatMap((name) => groups.get(name) ?? []));
  return [...ids].map(accountOf);
}
