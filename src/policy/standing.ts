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
import { membership, whyUnresolved } from './membership.js';
import type { CastVote, Policy, Rule, VoteStanding } from './policy.js';
import { anyone } from './schema.js';
import { allOf, oneOf } from './wording.js';

/** What of a rule says whose approval counts. */
export type Electorate = Pick<Rule, 'name' | 'approvers' | 'ownApproval'>;

/**
 * Whether this vote counts beside those of `counted`, who decided the same before. A denial needs no proof that the voter is
 * another person: it can stop a Request, never carry one out.
 */
export function voteStanding(
  policy: Policy,
  rule: Electorate,
  requester: Person,
  { person: voter, decision }: CastVote,
  counted: readonly Person[],
): VoteStanding {
  const standing = outsider(voter);
  if (standing !== undefined) return { counts: false, why: 'not a member', because: standing };
  const own = samePerson(voter, requester);
  if (own && !(rule.ownApproval && decision === 'approve')) {
    return { counts: false, why: 'requester', because: `${voter.name} asked for this and cannot also decide on it.` };
  }
  const { inside: groups, unresolved } = membership(policy, rule.approvers, voter);
  if (groups.length === 0) {
    const because =
      rule.approvers.length === 0
        ? `Rule “${rule.name}” asks nobody for approval.`
        : `${voter.name} is not in ${oneOf(rule.approvers)}.`;
    return {
      counts: false,
      why: 'not an approver',
      because: [because, ...whyUnresolved(policy, unresolved)].join(' '),
    };
  }
  if (counted.some((other) => samePerson(voter, other))) {
    return { counts: false, why: 'counted before', because: `${voter.name} is counted once.` };
  }
  const others = own ? counted : [requester, ...counted];
  const other = decision === 'deny' ? undefined : others.find((each) => !toldApart(voter, each));
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
  if (rule.requesters.includes(anyone)) return undefined;
  const { inside, unresolved } = membership(policy, rule.requesters, requester);
  if (inside.length > 0) return undefined;
  const because = `${requester.name} is not in ${oneOf(rule.requesters)}, whose members may ask under rule “${rule.name}”.`;
  return [because, ...whyUnresolved(policy, unresolved)].join(' ');
}

/** Ids of the people in these groups, two of one person taken for one, without the requester if there is one; each with the groups they are in. */
export function eligibleIds(
  policy: Policy,
  names: readonly string[],
  requester: Person | undefined,
): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const name of new Set(names)) {
    for (const id of new Set((policy.groups.get(name) ?? []).map(canonical(policy)))) {
      ids.set(id, [...(ids.get(id) ?? []), name]);
    }
  }
  for (const id of (requester === undefined ? [] : idsOf(requester)).map(canonical(policy))) ids.delete(id);
  return ids;
}

/** The accounts of those in these groups; of whoever asks, none. */
export function approverAccounts(policy: Policy, names: readonly string[], requester: Person): Account[] {
  return [...eligibleIds(policy, names, requester).keys()].map(accountOf);
}

function canonical({ people }: Policy): (id: string) => string {
  return (id) => people.same.get(id) ?? id;
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
