import type { Account } from '../people/person.js';
import type { Effects } from './store.js';

/** That a Slack account and an Entra account are one human's, proved by a code that was shown to one and typed by the other. */
export interface Link {
  /** Account key of the Slack account. */
  readonly account: string;
  /** `entra:<tenant>:<object id>` in lower case. */
  readonly entra: string;
  /** Unix ms. */
  readonly at: number;
  readonly proof: 'code';
}

/** A one-time code that was shown to `account`. Only its SHA-256 is kept, in hex. */
export interface LinkCode {
  readonly hash: string;
  readonly account: Account;
  /** Unix ms. */
  readonly expiresAt: number;
}

/** An account that was seen with an e-mail address: its key, or the Entra id of a Teams account. */
export interface Sighting {
  readonly id: string;
  /** Unix ms. */
  readonly seenAt: number;
}

/** What the store knows about who is one human; the rules about it are in `src/people`. */
export interface PeopleStore {
  linkOf(account: string): Promise<Link | undefined>;
  /** Links to this Entra id, oldest first. */
  linksTo(entra: string): Promise<Link[]>;
  /** Keeps this code; older codes of the same account are void from then on. */
  saveLinkCode(code: LinkCode, effects: Effects): Promise<void>;
  /** The code with this hash, expired or not, while nobody has used it. */
  linkCode(hash: string): Promise<LinkCode | undefined>;
  /**
   * Uses the code up, for `link` where it leads to one. False, and nothing at all stored, when the code is used already or
   * the account has got a link meanwhile; the caller then reads again and decides anew.
   */
  useLinkCode(hash: string, link: Link | undefined, effects: Effects): Promise<boolean>;
  /** Takes these links away. False, and nothing at all stored, when one of them is not there any more. */
  unlink(links: readonly Link[], effects: Effects): Promise<boolean>;

  /** Notes the address with which an account was seen, instead of an earlier one; `undefined` forgets it. */
  noteEmail(id: string, email: string | undefined, at: number): Promise<void>;
  /** All accounts last seen with the address with which this one was last seen, itself included; none where it has no address. */
  sharingEmail(id: string): Promise<Sighting[]>;
}
