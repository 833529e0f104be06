import { type Account, accountKey, type Person } from './person.js';
import { type Platform, platformOff } from '../platform.js';
import type { PlatformName } from './person.js';

interface World {
  readonly platforms: ReadonlyMap<PlatformName, Platform>;
}

/** Who this account is, as its platform says now. Throws a `PlatformError` where it cannot be told: nobody acts unresolved. */
export async function identify({ platforms }: World, account: Account): Promise<Person> {
  const platform = platforms.get(account.platform);
  if (platform === undefined) throw platformOff(account.platform);
  const profile = await platform.lookUp(account);
  return { ...profile, id: accountKey(profile.account) };
}
