import { accountKey, idsOf, type Account, type Person } from '../people/person.js';
import { relink } from '../people/relink.js';
import type { Policy } from '../policy/policy.js';
import { accountsIn } from '../policy/stoppers.js';
import type { NewDelivery } from '../store/store.js';
import type { Note } from '../view/model.js';
import type { Context } from './context.js';
import { direct } from './effects.js';

type World = Pick<Context, 'store' | 'policy' | 'now' | 'platforms'>;

/** A direct message to everybody in these groups but `besides`, if any: one for each human as far as links tell who is one. */
export async function directToGroups(
  world: World,
  policy: Policy,
  groups: readonly string[],
  note: Note,
  besides?: Person,
): Promise<NewDelivery[]> {
  const told = new Set(besides === undefined ? [] : idsOf(besides));
  const deliveries: NewDelivery[] = [];
  for (const account of accountsIn(policy, groups)) {
    if (!world.platforms.has(account.platform)) continue;
    const ids = idsOf(await relink(world, nameless(account)));
    if (!ids.some((id) => told.has(id))) deliveries.push(direct(account, note));
    for (const id of ids) told.add(id);
  }
  return deliveries;
}

function nameless(account: Account): Person {
  return { id: accountKey(account), account, name: '', standing: 'member' };
}
