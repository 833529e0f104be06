import { evaluate } from '../policy/evaluate.js';
import * as answers from '../view/answers.js';
import { explanation } from '../view/explain.js';
import type { Note } from '../view/model.js';
import type { Context } from './context.js';
import { withLinksAsOfNow } from './people.js';
import { recentOf } from './recent.js';
import { factsOf } from './vote.js';

/** What the policy says about a Request by the rules, links and groups of now: the tree that decides the next vote. Changes nothing. */
export async function explain(
  world: Pick<Context, 'store' | 'policy' | 'policyNow' | 'now'>,
  requestId: string,
): Promise<Note> {
  const request = await world.store.request(requestId);
  if (request === undefined) return answers.unknownRequest(requestId);
  const known = await withLinksAsOfNow(world, request);
  const policy = await world.policyNow();
  const recent = await recentOf(world, policy, request);
  const verdict = evaluate(policy, factsOf(known, known.votes, world.now(), recent));
  return explanation(request, verdict);
}
