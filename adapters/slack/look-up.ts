import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Account, Profile, Standing } from '../../src/people/person.js';
import { PlatformError } from '../../src/platform.js';
import { toPlatformError } from './errors.js';

/** The workspace in which Cordon is installed, and the Enterprise Grid organisation that it belongs to, if any. */
export interface Home {
  readonly team: string;
  readonly enterprise: string | undefined;
}

const flag = z.boolean().optional();
const text = z.string().optional();

/** The part of `users.info` that decides who somebody is. */
const slackUser = z.object({
  id: z.string(),
  team_id: z.string(),
  deleted: flag,
  is_bot: flag,
  is_workflow_bot: flag,
  is_stranger: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  name: text,
  real_name: text,
  enterprise_user: z.object({ enterprise_id: text }).optional(),
  profile: z.object({ display_name: text, real_name: text, email: text }).optional(),
});
type SlackUser = z.infer<typeof slackUser>;

const whoAmI = z.object({ team_id: z.string(), enterprise_id: z.string().nullish() });

/** Slack's answers for an account of another organisation that shares no channel with Cordon. */
const unseen = ['slack_user_not_found', 'slack_user_not_visible', 'slack_users_not_visible'];

/** Asks Slack, and asks again after a failure only: a token never changes its workspace. */
export function createHome(client: WebClient): () => Promise<Home> {
  let known: Promise<Home> | undefined;
  return () => {
    known ??= askHome(client).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

async function askHome(client: WebClient): Promise<Home> {
  const answer = await client.auth.test().catch((error: unknown) => {
    throw toPlatformError(error, 'auth.test');
  });
  const read = whoAmI.safeParse(answer);
  if (!read.success) throw cannotTell('auth.test does not say which workspace this is');
  return { team: read.data.team_id, enterprise: read.data.enterprise_id ?? undefined };
}

/**
 * Who an account is, from `users.info` at the time of the call. The Profile's tenant is the one that Slack names there: in
 * Enterprise Grid a payload names the workspace somebody happened to click in, and one human must not become two.
 * Throws a `PlatformError`, also where Slack's answer does not settle it.
 */
export async function lookUp(client: WebClient, home: () => Promise<Home>, account: Account): Promise<Profile> {
  const here = await home();
  let answer: unknown;
  try {
    answer = (await client.users.info({ user: account.user })).user;
  } catch (thrown) {
    const error = toPlatformError(thrown, 'users.info');
    if (unseen.includes(error.code) && isForeign(account.tenant, here)) return stranger(account);
    throw error;
  }
  const read = slackUser.safeParse(answer);
  if (!read.success || read.data.id !== account.user) {
    throw cannotTell(`users.info for ${account.user} does not describe that account`);
  }
  const user = read.data;
  const standing = standingOf(user, account, here);
  const settled = standing === 'external' ? account : { ...account, tenant: user.team_id };
  const email = user.profile?.email;
  return { account: settled, name: nameOf(user), standing, ...(email === undefined ? {} : { email }) };
}

function standingOf(user: SlackUser, account: Account, here: Home): Standing {
  if (user.deleted) return 'deactivated';
  if (user.is_bot || user.is_workflow_bot || user.id === 'USLACKBOT') return 'bot';
  if (!belongs(user, account, here)) return 'external';
  if (user.is_restricted || user.is_ultra_restricted) return 'guest';
  return 'member';
}

function belongs(user: SlackUser, account: Account, here: Home): boolean {
  if (user.is_stranger) return false;
  const sameOrganisation =
    here.enterprise !== undefined &&
    (user.team_id === here.enterprise || user.enterprise_user?.enterprise_id === here.enterprise);
  return sameOrganisation || (user.team_id === here.team && account.tenant === here.team);
}

function isForeign(tenant: string, here: Home): boolean {
  return tenant !== here.team && here.enterprise === undefined;
}

function stranger(account: Account): Profile {
  return { account, name: account.user, standing: 'external' };
}

function nameOf(user: SlackUser): string {
  const names = [user.profile?.display_name, user.profile?.real_name, user.real_name, user.name];
  return names.find((name) => name !== undefined && name.trim() !== '') ?? user.id;
}

function cannotTell(why: string): PlatformError {
  return new PlatformError('later', 'slack_unclear', why, { userText: 'Slack does not say clearly who you are.' });
}
