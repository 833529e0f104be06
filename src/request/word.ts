import type { Person } from '../people/person.js';
import type { VoteStanding } from '../policy/policy.js';
import { ruleFor, voteStanding } from '../policy/standing.js';
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
  const rule = ruleFor(policy, request);
  if (rule === undefined) {
    return { counts: false, why: 'not an approver', because: `No rule of the policy covers ${request.action}.` };
  }
  const { requester } = await withLinksAsOfNow(world, request);
  return voteStanding(policy, rule, requester, { person, decision }, []);
}
