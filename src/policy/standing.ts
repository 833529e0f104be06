/**
 * Who a person is to a rule. The one place that decides whose word counts, for requests, clicks and the moment before the
 * call alike. It rests on the ids and standings that it is given; that these are true and current is the caller's part.
 */
import {
  type Account,
  accountOf,
  idsOf,
  type Person,
  provedInEntra,
  samePerson,
  type Standing,
  toldApart,
} from '../people/person.js';
import type { CastVote, Facts, Policy, Rule, VoteStanding } from './policy.js';
import { anyone } from './schema.js';
import { allOf, oneOf } from './wording.js';

/** The rule that applies: the first that names the action. */
export function ruleFor(policy: Policy, facts: Pick<Facts, 'action'>): Rule | undefined {
  return policy.rules.find((rule) => rule.actions.includes(facts.action));
}

/**
 * Whether this vote counts beside those of `counted`, who decided the same before. A denial needs no proof that the voter is
 * another person: it can stop a Request, never carry one out.
 */
export function voteStanding(
  policy: Policy,
  rule: Rule,
  requester: Person,
  { person: voter, decision }: CastVote,
  counted: readonly Person[],
): VoteStanding {
  const standing = outsider(voter);
  if (standing !== undefined) return { counts: false, why: 'not a member', because: standing };
  if (samePerson(voter, requester)) {
    return { counts: false, why: 'requester', because: `${voter.name} asked for this and cannot also decide on it.` };
  }
  const groups = groupsOf(policy, rule.approvers, voter);
  if (groups.length === 0) {
    const because =
      rule.approvers.length === 0
        ? `Rule “${rule.name}” asks nobody for approval.`
        : [`${voter.name} is not in ${oneOf(rule.approvers)}.`, ...unresolvedOf(policy, rule.approvers)].join(' ');
    return { counts: false, why: 'not an approver', because };
  }
  if (counted.some((other) => samePerson(voter, other))) {
    return { counts: false, why: 'counted before', because: `${voter.name} is counted once.` };
  }
  const other = decision === 'deny' ? undefined : [requester, ...counted].find((each) => !toldApart(voter, each));
  if (other !== undefined) {
    return { counts: false, why: 'not told apart', because: notToldApart(voter, other), other };
  }
  return { counts: true, because: `${voter.name} is in ${oneOf(groups)}.` };
}

function notToldApart(voter: Person, other: Person): string {
  const who = [voter, other].filter((person) => !provedInEntra(person)).map(({ name }) => name);
  const proof = `${allOf(who)} ${who.length === 1 ? 'has' : 'have'} to link their Slack account to Teams`;
  return `It is not proved that ${voter.name} and ${other.name} are two people: ${proof}.`;
}

/** Why this person may not ask, or undefined when they may. */
export function requesterRefusal(policy: Policy, rule: Rule, requester: Person): string | undefined {
  const standing = outsider(requester);
  if (standing !== undefined) return standing;
  if (rule.requesters.includes(anyone) || groupsOf(policy, rule.requesters, requester).length > 0) return undefined;
  const because = `${requester.name} is not in ${oneOf(rule.requesters)}, whose members may ask under rule “${rule.name}”.`;
  return [because, ...unresolvedOf(policy, rule.requesters)].join(' ');
}

/** Why the members of these groups are not all known; empty where they are. */
export function unresolvedOf({ unresolved }: Policy, names: readonly string[]): string[] {
  return names.flatMap((name) => unresolved.get(name) ?? []);
}

/**
 * Why a “no” about this action may be for want of an answer of Slack or Entra: whoever ends a Request for good has to wait for
 * that answer. Undefined where every member is known.
 */
export function unclear(policy: Policy, facts: Pick<Facts, 'action'>): string | undefined {
  const rule = ruleFor(policy, facts);
  if (rule === undefined) return undefined;
  const reasons = unresolvedOf(policy, [...new Set([...rule.requesters, ...rule.approvers])]);
  return reasons.length === 0 ? undefined : reasons.join(' ');
}

/** The people in these groups, by the ids that are left when two of one person are taken for one, without the requester. */
export function eligibleIds(policy: Policy, rule: Rule, requester: Person): ReadonlySet<string> {
  const ids = new Set(rule.approvers.flatMap((name) => policy.groups.get(name) ?? []).map(canonical(policy)));
  for (const id of idsOf(requester).map(canonical(policy))) ids.delete(id);
  return ids;
}

/** The accounts of those who may approve; of whoever asks, none. */
export function approverAccounts(
  policy: Policy,
  { action, requester }: Pick<Facts, 'action' | 'requester'>,
): Account[] {
  const rule = ruleFor(policy, { action });
  return rule === undefined ? [] : [...eligibleIds(policy, rule, requester)].map(accountOf);
}

function canonical({ people }: Policy): (id: string) => string {
  return (id) => people.same.get(id) ?? id;
}

function groupsOf(policy: Policy, names: readonly string[], person: Person): string[] {
  const ids = idsOf(person);
  return names.filter((name) => policy.groups.get(name)?.some((member) => ids.includes(member)) === true);
}

const outsiders: Readonly<Record<Exclude<Standing, 'member'>, string>> = {
  guest: 'is a guest here',
  external: 'belongs to another organisation',
  bot: 'is an app',
  deactivated: 'has a deactivated account',
};

function outsider({ name, standing }: Person): string | undefined {
  return standing === 'member' ? undefined : `${name} ${outsiders[standing]}; only members may ask or decide.`;
}
