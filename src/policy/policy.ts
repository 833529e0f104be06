import type { ActionKind, Origin } from '../command/model.js';
import type { Machine } from '../defender/machine.js';
import type { Person, PlatformName } from '../people/person.js';
import type { GroupRef } from './groups.js';

/** A validated policy file. `revision` is a hash over its meaning, so that a request can say which policy it was made under. */
export interface Policy {
  readonly revision: string;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly rules: readonly Rule[];
  readonly people: PeopleRules;
  /** Group name → the groups of Slack and Entra whose members belong to it as well: see `now.ts`. */
  readonly sources?: ReadonlyMap<string, readonly GroupRef[]>;
  /** Group name → why its members are not all known, a full sentence for anybody to read. Who is not known to be in it, is not. */
  readonly unresolved: ReadonlyMap<string, string>;
}

/** How a Slack account and an Entra account are known to be one human's, besides the codes that people type. */
export interface PeopleRules {
  /** Whether an e-mail address that both platforms confirm makes them one. */
  readonly matchEmail: boolean;
  /** Account key of a Slack account → Entra id. The operator's word; nothing else overrides it. */
  readonly same: ReadonlyMap<string, string>;
}

/** The first rule whose `actions` match applies; where none does, the answer is no. */
export interface Rule {
  readonly name: string;
  readonly actions: readonly ActionKind[];
  /** Names of groups, or `anyone` for every member of the workspace. */
  readonly requesters: readonly string[];
  readonly approvers: readonly string[];
  /** How many approvals; 0 only where the file says so. */
  readonly approvals: number;
  readonly expiryMs: number;
  readonly announce: Announce;
}

/** Where the card goes: to the conversation where it was asked, to each who may approve in person, to approvals channels. */
export interface Announce {
  readonly origin: boolean;
  readonly approvers: boolean;
  readonly channels: readonly { readonly platform: PlatformName; readonly conversation: string }[];
}

/** All that a decision may rest on. Device-aware rules read `device`, time-aware ones `now`. */
export interface Facts {
  readonly action: ActionKind;
  readonly requester: Person;
  readonly origin: Origin;
  readonly device: Machine;
  readonly votes: readonly CastVote[];
  /** Unix ms. */
  readonly now: number;
}

export interface CastVote {
  readonly person: Person;
  readonly decision: 'approve' | 'deny';
}

/** One node of the explanation. `skipped` is neither yes nor no: it was not looked at, and it never counts as yes. */
export interface Reason {
  readonly what: string;
  readonly outcome: 'yes' | 'no' | 'waiting' | 'skipped';
  readonly because: string;
  readonly parts?: readonly Reason[];
}

/**
 * Whether a vote counts beside those cast before it. `because` is a full sentence about the person, for anybody to read.
 * `not told apart`: it is not proved that the voter and `other` are two people.
 */
export type VoteStanding =
  | { readonly counts: true; readonly because: string }
  | { readonly counts: false; readonly why: 'not told apart'; readonly because: string; readonly other: Person }
  | {
      readonly counts: false;
      readonly why: 'not a member' | 'requester' | 'not an approver' | 'counted before';
      readonly because: string;
    };

/**
 * `forbidden`: the request may not be made (or no longer). `needs approvals`: allowed, votes are missing.
 * `approved`: may be carried out now. `vetoed`: an eligible approver said no.
 */
export interface Verdict {
  readonly decision: 'forbidden' | 'needs approvals' | 'approved' | 'vetoed';
  readonly rule: string | undefined;
  readonly needed: number;
  /** Person ids whose approval counts, in the order of the votes. */
  readonly counted: readonly string[];
  /** What became of each vote, in the order of `Facts.votes`; empty where `forbidden`. */
  readonly votes: readonly VoteStanding[];
  /** Names of the groups that may approve, for the card. */
  readonly approvers: readonly string[];
  readonly expiryMs: number;
  readonly announce: Announce;
  readonly policyRevision: string;
  readonly reason: Reason;
}
