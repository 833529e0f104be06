/** A chat platform that an adapter speaks. */
export type PlatformName = 'slack' | 'teams';

/**
 * An account as the platform authenticated it, never as a payload field claims it.
 * Slack: `tenant` is the workspace id (`T…`), `user` the user id (`U…`/`W…`).
 * Teams: `tenant` is the Entra tenant id, `user` the Entra object id.
 */
export interface Account {
  readonly platform: PlatformName;
  readonly tenant: string;
  readonly user: string;
}

/**
 * What the platform says about an account right now. Only a `member` may request or vote:
 * `guest` covers Slack's single- and multi-channel guests, `external` people of another organisation
 * (Slack Connect), `deactivated` deleted accounts, `bot` apps and workflow users.
 */
export type Standing = 'member' | 'guest' | 'external' | 'bot' | 'deactivated';

/** An account as its platform describes it now. `email` is there where the platform gives one that it has confirmed itself. */
export interface Profile {
  readonly account: Account;
  readonly name: string;
  readonly standing: Standing;
  readonly email?: string;
}

/**
 * One human, by canonical id: `entra:<tenant>:<object id>` in lower case where it is proved who they are in Entra (a Teams account
 * is that by its nature), else the account's own key. `aliases` are all other ids that are proved to be the same human; `formerly`
 * ids that were, when they acted on a Request: they give no right any more, but nobody becomes a second human by unlinking.
 */
export interface Person {
  readonly id: string;
  readonly account: Account;
  readonly name: string;
  readonly standing: Standing;
  readonly aliases?: readonly string[];
  readonly formerly?: readonly string[];
}

/** `slack:T012AB3CD:U045EF6GH`: the form used in the policy file, in the store and in the audit. */
export function accountKey(account: Account): string {
  return `${account.platform}:${account.tenant}:${account.user}`;
}

/** `entra:<tenant>:<object id>` in lower case: the canonical id of whoever has this Teams account. */
export function entraId({ tenant, user }: Pick<Account, 'tenant' | 'user'>): string {
  return `entra:${tenant}:${user}`.toLowerCase();
}

/**
 * The account behind `slack:T012AB3CD:U045EF6GH` or `teams:<tenant>:<object id>`, and the Teams account of an
 * `entra:<tenant>:<object id>`. Throws for anything else: such ids come from the store and the policy alone.
 */
export function accountOf(id: string): Account {
  const [kind, tenant, user, ...rest] = id.split(':');
  const platform = kind === 'entra' ? 'teams' : kind;
  if ((platform !== 'slack' && platform !== 'teams') || !tenant || !user || rest.length > 0) {
    throw new Error(`“${id}” is not the id of an account`);
  }
  return { platform, tenant, user };
}

/**
 * Every id by which one may name this person: linking a Slack account to Entra changes the canonical id, and must neither
 * take a right away nor let one human be two. A Teams account is an Entra account by its nature.
 */
export function idsOf({ id, account, aliases = [] }: Person): readonly string[] {
  return [
    ...new Set([id, accountKey(account), ...(account.platform === 'teams' ? [entraId(account)] : []), ...aliases]),
  ];
}

/** Whether it is proved that these two are one human. False proves nothing: see `toldApart`. */
export function samePerson(a: Person, b: Person): boolean {
  const ids = [...idsOf(b), ...(b.formerly ?? [])];
  return [...idsOf(a), ...(a.formerly ?? [])].some((id) => ids.includes(id));
}

/** Whether it is proved who they are in Entra: by a Teams account, or by a Slack account that was linked to one. */
export function provedInEntra(person: Person): boolean {
  return idsOf(person).some((id) => id.startsWith('entra:'));
}

/**
 * Whether two who are not known to be one human are two. Two accounts of one Slack workspace are taken for two people, as
 * Slack does. Everywhere else it takes Entra's word about both: an account of Slack says nothing about one of Teams.
 */
export function toldApart(a: Person, b: Person): boolean {
  if (samePerson(a, b)) return false;
  const neighbours = a.account.platform === b.account.platform && a.account.tenant === b.account.tenant;
  return neighbours || (provedInEntra(a) && provedInEntra(b));
}

/** By name and id: a display name can be changed by its bearer. */
export function nameAndId({ name, account }: Person): string {
  return `${name} (${account.user})`;
}
