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
 * is that by its nature), else the account's own key. `aliases` are all other ids that are proved to be the same human.
 */
export interface Person {
  readonly id: string;
  readonly account: Account;
  readonly name: string;
  readonly standing: Standing;
  readonly aliases?: readonly string[];
}

/** `slack:T012AB3CD:U045EF6GH`: the form used in the policy file, in the store and in the audit. */
export function accountKey(account: Account): string {
  return `${account.platform}:${account.tenant}:${account.user}`;
}
