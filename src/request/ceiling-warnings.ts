import { ceilings } from '../policy/ceilings.js';
import type { Facts, Policy } from '../policy/policy.js';
import type { Once } from '../store/store.js';
import { ceilingCrossed } from '../view/stopped.js';
import type { Context } from './context.js';
import { directToGroups } from './tell-owners.js';

/** What the owners are to be told of a Request that is above a ceiling: once in the time of the ceiling, for the same people. */
export async function ceilingWarnings(
  world: Pick<Context, 'store' | 'policy' | 'now' | 'platforms'>,
  policy: Policy,
  facts: Facts,
): Promise<Once[]> {
  const { crossed, tell } = ceilings(policy, facts);
  const owed: Once[] = [];
  for (const crossing of crossed.filter(({ ceiling }) => ceiling.tell)) {
    const note = ceilingCrossed(crossing, facts.requester, facts.device);
    owed.push({
      name: `ceiling:${crossing.ceiling.name}:${crossing.whose}`,
      at: facts.now,
      withinMs: crossing.ceiling.withinMs,
      deliveries: await directToGroups(world, policy, tell, note),
    });
  }
  return owed;
}
