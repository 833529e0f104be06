import { groupsIn, leastPeople } from '../../src/policy/need.js';
import type { Policy, Rule } from '../../src/policy/policy.js';
import { usualStrict } from '../../src/policy/strict.js';

/** The smallest policy that allows anything; a test appends to its one rule. */
export const small = `version: 1
groups:
  soc: [slack:T0HOME:U1, slack:T0HOME:U2]
  soc-leads: [slack:T0HOME:U3]
rules:
  - name: everything
    actions: [restrict, release]
    requesters: [soc]
    approvers: [soc-leads]
`;

/** A rule as the file makes it: what is not given is as usual, and `approvers` and `approvals` make its need. */
export function ruleOf(over: Partial<Rule> = {}): Rule {
  const { approvers = ['leads'] } = over;
  // What a test says that cannot be is kept as it is.
  const approvals = 'approvals' in over ? over.approvals : 1;
  const need = over.need ?? { kind: 'from', groups: approvers, approvals };
  return {
    name: 'everything',
    actions: ['restrict'],
    requesters: ['anyone'],
    approvers: groupsIn(need),
    approvals: leastPeople(need) ?? approvals,
    ownApproval: false,
    reasons: [],
    expiryMs: 3_600_000,
    announce: { origin: true, approvers: false, channels: [] },
    ...over,
    need,
  };
}

/** A policy of these rules and groups, else as usual. */
export function policyOf(over: Partial<Policy> = {}): Policy {
  return {
    revision: '0123456789abcdef',
    groups: new Map(),
    rules: [],
    people: { matchEmail: false, same: new Map() },
    unresolved: new Map(),
    strict: usualStrict,
    owners: [],
    stoppers: [],
    ceilings: [],
    ...over,
  };
}
