import type { Policy } from '../policy/policy.js';

/**
 * The policy where nobody can be asked who is in a group: `given` says it, else the ids in the file; a group with members that have to
 * be looked up counts as not resolved.
 */
export function withoutLookUps(policy: Policy, given: ReadonlyMap<string, readonly string[]>): Policy {
  const groups = new Map(
    [...policy.groups].map(([name, members]) => [name, given.get(name) ?? members.filter(isPerson)]),
  );
  const open = [...policy.groups].filter(([name, members]) => !given.has(name) && !members.every(isPerson));
  const because = 'it is looked up when Cordon decides; say who is in it with --member.';
  return { ...policy, groups, unresolved: new Map(open.map(([name]) => [name, because])) };
}

function isPerson(member: string): boolean {
  return /^(?:slack|entra):/.test(member);
}
