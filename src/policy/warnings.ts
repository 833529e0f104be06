import type { Need, Policy, Rule } from './policy.js';
import { allNeeds, groupsIn, isMet } from './need.js';
import { anyone } from './schema.js';
import { eligibleIds } from './standing.js';
import { approvals, needInWords } from './wording.js';

/**
 * What is allowed in a policy but hardly meant, as sentences: groups that nobody uses, rules that never apply, rules that nobody can
 * approve. Groups that are not resolved are given the benefit of the doubt. `used` names groups that something else uses.
 */
export function policyWarnings(policy: Policy, used: readonly string[] = []): string[] {
  return [
    ...unusedGroups(policy, used),
    ...policy.rules.flatMap((rule, index) => [
      ...neverApplies(rule, policy.rules.slice(0, index)),
      ...nobodyAsks(policy, rule),
      ...nobodyApproves(policy, rule),
    ]),
  ];
}

/** Of the warnings, those about rules that nobody can approve: every request under one waits until it expires. */
export function nobodyCanApprove(policy: Policy): string[] {
  return policy.rules.flatMap((rule) => nobodyApproves(policy, rule));
}

function unusedGroups({ groups, rules, owners, stoppers, ceilings }: Policy, used: readonly string[]): string[] {
  const named = new Set([
    ...used,
    ...owners,
    ...stoppers,
    ...ceilings.flatMap((ceiling) => [...ceiling.groups, ...(ceiling.then === 'forbid' ? [] : ceiling.then.from)]),
    ...rules.flatMap((rule) => [...rule.requesters, ...rule.approvers, ...(rule.when?.requesters ?? [])]),
  ]);
  return [...groups.keys()]
    .filter((name) => !named.has(name))
    .map((name) => `Nothing in the file uses the group ${name}.`);
}

/** A rule without conditions, or with the same ones, takes all that comes after it for its actions. */
function neverApplies(rule: Rule, earlier: readonly Rule[]): string[] {
  const taking = rule.actions.map((action) =>
    earlier.find(
      ({ actions, when }) =>
        actions.includes(action) && (when === undefined || JSON.stringify(when) === JSON.stringify(rule.when)),
    ),
  );
  const [first] = taking;
  if (first === undefined || taking.includes(undefined)) return [];
  return [`Rule “${rule.name}” never applies: rule “${first.name}” comes before it and always does.`];
}

function nobodyAsks(policy: Policy, { name, forbid, requesters }: Rule): string[] {
  if (
    forbid !== undefined ||
    requesters.includes(anyone) ||
    requesters.some((group) => mayHaveMembers(policy, group))
  ) {
    return [];
  }
  return [`Nobody may ask under rule “${name}”: its groups are empty.`];
}

function mayHaveMembers({ groups, unresolved }: Policy, name: string): boolean {
  return unresolved.has(name) || (groups.get(name) ?? []).length > 0;
}

function nobodyApproves(policy: Policy, rule: Rule): string[] {
  if (rule.forbid !== undefined) return [];
  if (canApprove(policy, rule, rule.need)) return serversRefused(policy, rule);
  return [
    `Nobody can approve under rule “${rule.name}”: it needs ${needInWords(rule.need)}, and there are too few people besides whoever asks.`,
  ];
}

/** The usual strictness asks for people whom the rule does not have. */
function serversRefused(policy: Policy, rule: Rule): string[] {
  const asked = rule.when?.device ?? {};
  if (!rule.actions.includes('restrict') || asked.os !== undefined || asked.server === false) return [];
  const { servers, domainControllers } = policy.strict;
  const kinds = [
    { kind: 'a server', more: asked.server === undefined ? servers : 0 },
    { kind: 'a domain controller', more: asked.domainController === undefined ? domainControllers.approvals : 0 },
  ];
  return kinds
    .filter(({ more }) => more > 0 && !canApprove(policy, rule, withMore(rule, more)))
    .map(
      ({ kind, more }) =>
        `Restricting ${kind} is always refused under rule “${rule.name}”: it takes ${approvals(more)} more than the rule says, and there are too few people.`,
    );
}

function withMore({ need, approvers }: Rule, more: number): Need {
  return allNeeds([need, { kind: 'from', groups: approvers, approvals: more }]);
}

/** Whether there is anybody for whose request enough others could approve. */
function canApprove(policy: Policy, { requesters, ownApproval }: Rule, need: Need): boolean {
  const names = groupsIn(need);
  if ([...names, ...requesters].some((name) => policy.unresolved.has(name))) return true;
  const eligible = eligibleIds(policy, names, undefined);
  const without = (id?: string): boolean =>
    isMet(
      need,
      [...eligible].flatMap(([each, groups]) => (each === id ? [] : [groups])),
    );
  if (ownApproval || requesters.includes(anyone)) return without();
  const asking = [...eligibleIds(policy, requesters, undefined).keys()];
  return asking.length === 0 ? without() : asking.some((id) => without(id));
}
