import { ceilings } from './ceilings.js';
import type { Choice, Passed } from './match.js';
import { allNeeds, groupsIn, jointNeed, leastPeople } from './need.js';
import type { Facts, Need, Policy, Rule } from './policy.js';
import type { Electorate } from './standing.js';
import { type ExtraNeed, strictness } from './strict.js';

/** What is asked for: the rule that applies, and every rule before it of which it is not known whether it does. */
export interface Terms {
  readonly rule: Rule;
  readonly maybe: readonly Passed[];
  readonly all: readonly Rule[];
  readonly need: Need;
  /** The least number of people; undefined where nobody can meet it. */
  readonly needed: number | undefined;
  readonly electorate: Electorate;
  /** Why nobody may do it whatever the rule says, as a sentence. */
  readonly forbid: string | undefined;
  /** Why it takes more approvals than the rules say, as sentences. */
  readonly extras: readonly string[];
  /** Names of the groups whose people a ceiling counts together. */
  readonly countedGroups: readonly string[];
}

export function termsOf(policy: Policy, facts: Facts, rule: Rule, { maybe }: Choice): Terms {
  const all = [rule, ...maybe.map((other) => other.rule)];
  const asked = all.map((each) => ({ each, extra: extraNeeds(policy, each, facts) }));
  const needs = asked.map(({ each, extra }) => allNeeds([each.need, ...extra.needs.map(({ need }) => need)]));
  const need = jointNeed(needs);
  const needed = leastPeople(need);
  const extras = asked.flatMap(({ extra }) => extra.needs.map(({ because }) => because));
  const own = all.every(({ ownApproval }) => ownApproval) && (needed ?? 0) > 1;
  return {
    rule,
    maybe,
    all,
    need,
    needed,
    electorate: { name: rule.name, approvers: groupsIn(need), ownApproval: own },
    forbid: asked.map(({ extra }) => extra.forbid).find((text) => text !== undefined),
    extras,
    countedGroups: facts.action === 'restrict' ? policy.ceilings.flatMap(({ groups }) => groups) : [],
  };
}

interface Extra {
  /** Nobody may do it, and why, as a sentence. */
  readonly forbid?: string;
  readonly needs: readonly ExtraNeed[];
}

/** What is asked for besides the rule's own need: it only ever makes it stricter. */
function extraNeeds(policy: Policy, rule: Rule, facts: Facts): Extra {
  const { forbid, needs } = ceilings(policy, facts);
  return { ...(forbid === undefined ? {} : { forbid }), needs: [...strictness(policy.strict, rule, facts), ...needs] };
}
