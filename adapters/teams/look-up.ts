import { z } from 'zod';
import type { Account, Profile, Standing } from '../../src/people/person.js';
import { PlatformError } from '../../src/platform.js';
import type { Connector } from './connector.js';
import type { Contacts } from './contacts.js';
import type { TeamsSettings } from '../../src/config/teams.js';

/** The part of a roster's entry that decides who somebody is. Source: `TeamsChannelAccount`. */
const rosterEntry = z.object({
  id: z.string(),
  name: z.string().nullish(),
  aadObjectId: z.string().nullish(),
  objectId: z.string().nullish(),
  tenantId: z.string().nullish(),
  userRole: z.string().nullish(),
  email: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
});
type RosterEntry = z.infer<typeof rosterEntry>;

export interface LookUpOptions {
  readonly connector: Connector;
  readonly contacts: Contacts;
  readonly settings: Pick<TeamsSettings, 'tenants' | 'anonymous'>;
}

/**
 * Who an account is, from the roster of a conversation in which it wrote to Cordon. Guarantees: the entry is that of this Entra object,
 * and a `member` is one by the roster's own word. Throws a `PlatformError`: `gone` where no conversation lists the person any more,
 * `later` where the answer does not settle it.
 */
export async function lookUp(options: LookUpOptions, account: Account): Promise<Profile> {
  const { settings, contacts } = options;
  if (!settings.anonymous && !settings.tenants.includes(account.tenant)) {
    return { account, name: account.user, standing: 'external' };
  }
  const known = await contacts.person(account);
  if (known === undefined) {
    throw new PlatformError('refused', 'teams_unknown_person', `${account.user} has never written to Cordon`, {
      userText: 'Teams does not say who that is, because they have never written to Cordon.',
    });
  }
  const places = [known.seenIn, known.personal].filter((place) => place !== undefined);
  const entry = await fromRosters(options, known.serviceUrl, [...new Set(places)], known.user);
  const objectId = entry.aadObjectId ?? entry.objectId;
  if (objectId?.toLowerCase() !== account.user.toLowerCase()) {
    throw cannotTell(`the roster gives ${objectId ?? 'nobody'} for ${account.user}`);
  }
  const standing = standingOf(entry, account);
  const email = entry.email ?? entry.userPrincipalName;
  return {
    account,
    name: entry.name?.trim() || account.user,
    standing,
    ...(standing === 'member' && email?.includes('@') === true ? { email } : {}),
  };
}

/** Who left one team may still be in a chat with Cordon; who is in none of them is gone. */
async function fromRosters(
  { connector }: LookUpOptions,
  serviceUrl: string,
  places: readonly string[],
  user: string,
): Promise<RosterEntry> {
  let gone: PlatformError | undefined;
  for (const conversation of places) {
    try {
      const read = rosterEntry.safeParse(await connector.member({ serviceUrl, conversation }, user));
      if (read.success) return read.data;
      throw cannotTell(read.error.message);
    } catch (error) {
      if (!(error instanceof PlatformError) || (error.kind !== 'gone' && error.kind !== 'not invited')) throw error;
      gone = error;
    }
  }
  throw gone ?? leftAll(user);
}

function leftAll(user: string): PlatformError {
  return new PlatformError('gone', 'teams_person_left', `${user} is in no conversation with Cordon any more`, {
    userText: 'Teams does not say who that is any more, because they have left every conversation with Cordon.',
  });
}

function standingOf(entry: RosterEntry, account: Account): Standing {
  if (entry.id.startsWith('28:')) return 'bot';
  if (entry.tenantId != null && entry.tenantId.toLowerCase() !== account.tenant.toLowerCase()) return 'external';
  switch (entry.userRole?.toLowerCase()) {
    case 'user':
    case 'owner':
      return 'member';
    case 'guest':
      return 'guest';
    case 'anonymous':
      return 'external';
    default:
      throw cannotTell(`the role ${String(entry.userRole)} of ${account.user} is not known`);
  }
}

function cannotTell(why: string): PlatformError {
  return new PlatformError('later', 'teams_unclear', why, { userText: 'Teams does not say clearly who you are.' });
}
