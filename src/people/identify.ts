import { type Platform, platformOff } from '../platform.js';
import type { PeopleStore } from '../store/people.js';
import { type Account, accountKey, entraId, type Person, type PlatformName, type Profile } from './person.js';
import { type LinkSources, relink } from './relink.js';

export interface IdentifyWorld extends LinkSources {
  readonly store: LinkSources['store'] & Pick<PeopleStore, 'noteEmail'>;
  readonly platforms: ReadonlyMap<PlatformName, Platform>;
}

/**
 * Who this account is: as its platform says now, and as whom the links of now show it. Throws a `PlatformError` where it
 * cannot be told: nobody acts unresolved.
 */
export async function identify(world: IdentifyWorld, account: Account): Promise<Person> {
  const platform = world.platforms.get(account.platform);
  if (platform === undefined) throw platformOff(account.platform);
  const profile = await platform.lookUp(account);
  await noteEmail(world, profile);
  const { name, standing } = profile;
  return relink(world, { id: accountKey(profile.account), account: profile.account, name, standing });
}

/** Only members are matched by address, so nobody else's is kept; and none at all where the policy does not ask for it. */
async function noteEmail({ store, policy, now }: IdentifyWorld, { account, standing, email }: Profile): Promise<void> {
  if (!policy().people.matchEmail) return;
  const address = standing === 'member' ? email?.trim() : undefined;
  const id = account.platform === 'teams' ? entraId(account) : accountKey(account);
  await store.noteEmail(id, address === '' ? undefined : address, now());
}
