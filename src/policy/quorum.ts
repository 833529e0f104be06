import type { Person } from '../people/person.js';
import { membership, whyUnresolved } from './membership.js';
import { groupsIn, isMet } from './need.js';
import type { Need, Policy, Rule } from './policy.js';
import { eligibleIds } from './standing.js';
import { approvals, needInWords, oneOf, people } from './wording.js';

export interface Quorum {
  readonly rule: Pick<Rule, 'name'>;
  readonly need: Need;
  /** The least number of people; undefined where the need can be met by nobody at all. */
  readonly needed: number | undefined;
  readonly ownApproval: boolean;
}

/**
 * Why nobody could ever give the approvals that are needed, as a sentence; undefined where enough people could. Groups that could not be
 * resolved are given the benefit of the doubt here, because their members may be known by the time they vote; a vote of theirs does not
 * count before that.
 */
export function whyNobodyCan(policy: Policy, quorum: Quorum, requester: Person): string | undefined {
  const { rule, need, needed, ownApproval } = quorum;
  if (needed === undefined) return `Rule “${rule.name}” does not say how many approvals it needs.`;
  if (needed === 0) return undefined;
  const names = groupsIn(need);
  if (names.length === 0) return `Rule “${rule.name}” needs ${approvals(needed)} and names nobody who could approve.`;
  if (whyUnresolved(policy, names).length > 0) return undefined;
  if (!names.some((name) => (policy.groups.get(name) ?? []).length > 0)) {
    return `Nobody can approve: the policy names no people in ${oneOf(names)}.`;
  }
  const eligible = [...eligibleIds(policy, names, requester).values()];
  const own = ownApproval ? [membership(policy, names, requester).inside] : [];
  if (isMet(need, [...eligible, ...own])) return undefined;
  const count = eligible.length;
  const left = count === 0 ? 'nobody is' : count === 1 ? 'only 1 person is' : `only ${people(count)} are`;
  const besides = `besides ${requester.name}, who asked, ${left} there`;
  return `Rule “${rule.name}” needs ${needInWords(need)}, and ${besides}.`;
}
