import { accountOf, type Account, type Person } from '../people/person.js';
import { membership, whyUnresolved } from './membership.js';
import type { Policy } from './policy.js';
import { oneOf } from './wording.js';

/** Why this person may neither stop nor resume Cordon, or undefined when they may. */
export function stopRefusal(policy: Policy, person: Person): string | undefined {
  const { stoppers } = policy;
  if (person.standing !== 'member') return `${person.name} is not a member here.`;
  if (stoppers.length === 0) {
    return 'The policy names nobody who may: an operator can write groups under “stop” in the policy file.';
  }
  const { inside, unresolved } = membership(policy, stoppers, person);
  if (inside.length > 0) return undefined;
  const because = `${person.name} is not in ${oneOf(stoppers)}, whose members may.`;
  return [because, ...whyUnresolved(policy, unresolved)].join(' ');
}

/** The accounts of the people in these groups, two of one person as often as they are listed: who is one is not known here. */
export function accountsIn({ groups }: Policy, names: readonly string[]): readonly Account[] {
  const ids = new Set(names.flatMap((name) => groups.get(name) ?? []));
  return [...ids].map(accountOf);
}
