/**
 * Who a person is to a rule. The one place that decides whose word counts, for requests, clicks and the moment before the
 * call alike. It rests on the ids and standings that it is given; that these are true and current is the caller's part.
 */
import { accountKey, type Person, type Standing } from '../people/person.js';
import type { Facts, Policy, Rule } from './policy.js';
import { anyone } from './schema.js';
import { oneOf } from './wording.js';

/** Whether a person's vote counts. `because` is a full sentence about the person, for anybody to read. */
export type VoteStanding =
  | { readonly counts: true; readonly groups: readonly string[]; readonly because: string }
  | {
      readonly counts: false;
      readonly why: 'no rule' | 'not a member' | 'requester' | 'not an approver';
      readonly because: string;
    };

/** The rule that applies: the first that names the action. */
export function ruleFor(policy: Policy, facts: Pick<Facts, 'action'>): Rule | undefined {
  return policy.rules.find((rule) => rule.actions.includes(facts.action));
}

/** Whether this person's vote counts, and why (not). `evaluate` asks the same function about every vote. */
export function voteStanding(policy: Policy, facts: Pick<Facts, 'action' | 'requester'>, voter: Person): VoteStanding {
  const rule = ruleFor(policy, facts);
  if (rule === undefined) {
    return { counts: false, why: 'no rule', because: `No rule of the policy allows to ${facts.action} a device.` };
  }
  const standing = outsider(voter);
  if (standing !== undefined) return { counts: false, why: 'not a member', because: standing };
  if (samePerson(voter, facts.requester)) {
    return { counts: false, why: 'requester', because: `${voter.name} asked for this and cannot also decide on it.` };
  }
  const groups = groupsOf(policy, rule.approvers, voter);
  if (groups.length > 0) return { counts: true, groups, because: `${voter.name} is in ${oneOf(groups)}.` };
  const because =
    rule.approvers.length === 0
      ? `Rule “${rule.name}” asks nobody for approval.`
      : `${voter.name} is not in ${oneOf(rule.approvers)}.`;
  return { counts: false, why: 'not an approver', because };
}

/** Why this person may not ask, or undefined when they may. */
export function requesterRefusal(policy: Policy, rule: Rule, requester: Person): string | undefined {
  const standing = outsider(requester);
  if (standing !== undefined) return standing;
  if (rule.requesters.includes(anyone) || groupsOf(policy, rule.requesters, requester).length > 0) return undefined;
  return `${requester.name} is not in ${oneOf(rule.requesters)}, whose members may ask under rule “${rule.name}”.`;
}

/** The ids in these groups that are not the requester's. */
export function eligibleIds(policy: Policy, rule: Rule, requester: Person): ReadonlySet<string> {
  const ids = new Set(rule.approvers.flatMap((name) => policy.groups.get(name) ?? []));
  for (const id of idsOf(requester)) ids.delete(id);
  return ids;
}

function groupsOf(policy: Policy, names: readonly string[], person: Person): string[] {
  const ids = idsOf(person);
  return names.filter((name) => policy.groups.get(name)?.some((member) => ids.includes(member)) === true);
}

function samePerson(a: Person, b: Person): boolean {
  const ids = idsOf(b);
  return idsOf(a).some((id) => ids.includes(id));
}

/**
 * Every id by which the policy may name this person: linking a Slack account to Entra changes the canonical id, and must
 * neither take a right away nor let one human be two. A Teams account is an Entra account by its nature.
 */
function idsOf({ id, account }: Person): readonly string[] {
  const entra = account.platform === 'teams' ? [`entra:${account.tenant}:${account.user}`.toLowerCase()] : [];
  return [id, accountKey(account), ...entra];
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
