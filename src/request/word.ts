import type { Person } from '../people/person.js';
import { chooseRule } from '../policy/match.js';
import { groupsIn } from '../policy/need.js';
import type { Policy, Rule, VoteStanding } from '../policy/policy.js';
import { voteStanding } from '../policy/standing.js';
import type { Context } from './context.js';
import { withLinksAsOfNow } from './people.js';
import type { Request, Vote } from './request.js';

/**
 * Whether this person's approval (or denial) of the Request would count by the policy and the links of now, if they had not voted
 * before. A Request that is under way needs somebody who may decide about it even when its requester may not ask any more, so
 * that is not looked at here.
 */
export async function wordOf(
  world: Pick<Context, 'store' | 'policy' | 'policyNow' | 'now'>,
  request: Request,
  person: Person,
  decision: Vote['decision'],
): Promise<VoteStanding> {
  const policy = await world.policyNow();
  const rule = ruleOf(policy, request, world.now());
  if (rule === undefined) {
    return { counts: false, why: 'not an approver', because: `No rule of the policy covers ${request.action}.` };
  }
  const { requester } = await withLinksAsOfNow(world, request);
  const approvers = [...new Set([...rule.approvers, ...(request.need === undefined ? [] : groupsIn(request.need))])];
  return voteStanding(policy, { ...rule, approvers, ownApproval: false }, requester, { person, decision }, []);
}

/** The rule that it was made under while the policy has it, however circumstances have changed since; else the one that applies now. */
function ruleOf(policy: Policy, request: Request, now: number): Rule | undefined {
  const { action, rule: name } = request;
  const made = policy.rules.find((rule) => rule.name === name && rule.actions.includes(action));
  return made ?? chooseRule(policy, { ...request, now }).applies;
}
