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
  readonly strict: Strict;
  /** Missing where no rule speaks of business hours. */
  readonly time?: BusinessHours;
  /** Names of the groups whose people are told of stops and of ceilings that are crossed. */
  readonly owners: readonly string[];
  /** Names of the groups whose people may stop Cordon and have it go on. */
  readonly stoppers: readonly string[];
  readonly ceilings: readonly Ceiling[];
}

/** How many distinct devices may be asked to be restricted within a time, and what more of them need. */
export interface Ceiling {
  readonly name: string;
  /** Counted for each requester, for the people of `groups` together, or for everybody together. */
  readonly per: 'person' | 'group' | 'tenant';
  /** Empty but for `group`. */
  readonly groups: readonly string[];
  readonly devices: number;
  readonly withinMs: number;
  readonly then: 'forbid' | { readonly approvals: number; readonly from: readonly string[] };
  /** Whether the owners are told. */
  readonly tell: boolean;
}

/** How a Slack account and an Entra account are known to be one human's, besides the codes that people type. */
export interface PeopleRules {
  /** Whether an e-mail address that both platforms confirm makes them one. */
  readonly matchEmail: boolean;
  /** Account key of a Slack account → Entra id. The operator's word; nothing else overrides it. */
  readonly same: ReadonlyMap<string, string>;
}

/** The first rule whose `actions` and `when` match applies; where none does, the answer is no. */
export interface Rule {
  readonly name: string;
  readonly actions: readonly ActionKind[];
  /** Every condition that is given has to hold; without any it matches always. */
  readonly when?: When;
  /** Nobody may do it; the text tells people why and what to do instead. `need` can then be met by nobody. */
  readonly forbid?: string;
  /** Names of groups, or `anyone` for every member of the workspace. */
  readonly requesters: readonly string[];
  /** Whose approvals it takes. */
  readonly need: Need;
  /** Names of all groups in `need`. */
  readonly approvers: readonly string[];
  /** The least number of people that `need` takes; 0 only where the file says so. */
  readonly approvals: number;
  /** The requester, where an approver, may be one of several. */
  readonly ownApproval: boolean;
  /** The comment has to hold one of these, after a `#`. Empty where no reason code is asked for. */
  readonly reasons: readonly string[];
  readonly expiryMs: number;
  readonly announce: Announce;
}

/**
 * Approvals from people of these groups; `all` or `any` of several such needs. One human fills one place only, also across the parts
 * of an `all`.
 */
export type Need =
  | { readonly kind: 'from'; readonly groups: readonly string[]; readonly approvals: number }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Need[] };

/** All conditions that are given have to hold; of the values of a list one is enough. Words are compared without case. */
export interface When {
  readonly device?: DeviceWhen;
  /** Groups of which the requester has to be in one. */
  readonly requesters?: readonly string[];
  readonly origin?: OriginWhen;
  readonly businessHours?: boolean;
}

/** Facts about the device in Defender's own words. `os` and `names` are patterns with `*` and `?`. */
export interface DeviceWhen {
  readonly tags?: readonly string[];
  /** `rbacGroupName`. */
  readonly groups?: readonly string[];
  /** `deviceValue`. */
  readonly value?: readonly string[];
  /** Patterns of `osPlatform`. */
  readonly os?: readonly string[];
  readonly server?: boolean;
  readonly domainController?: boolean;
  readonly risk?: readonly string[];
  readonly exposure?: readonly string[];
  readonly health?: readonly string[];
  /** Patterns of the host name, of the short one or of the full one. */
  readonly names?: readonly string[];
}

export interface OriginWhen {
  readonly platforms?: readonly PlatformName[];
  readonly channels?: readonly { readonly platform: PlatformName; readonly conversation: string }[];
  readonly direct?: boolean;
}

/** From `from` until before `to`, minutes of the day by the clocks of `zone`, an IANA time zone. */
export interface BusinessHours {
  readonly zone: string;
  readonly days: readonly Weekday[];
  readonly from: number;
  readonly to: number;
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** How many approvals more than its rule says restricting a server or a domain controller takes, and how the latter is known. */
export interface Strict {
  readonly servers: number;
  readonly domainControllers: {
    readonly approvals: number;
    readonly tags: readonly string[];
    readonly names: readonly string[];
  };
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
  /** The requester's words. */
  readonly comment: string;
  readonly votes: readonly CastVote[];
  /** Unix ms. */
  readonly now: number;
  /** When the Request was made; `now` where it is being made. */
  readonly askedAt?: number;
  /** Requests to restrict made before this one, as far back as the longest ceiling counts. Without them every ceiling forbids. */
  readonly recent?: readonly RecentRequest[];
}

/** The newest Request of one requester for one device. */
export interface RecentRequest {
  readonly requesterIds: readonly string[];
  readonly deviceId: string;
  /** Unix ms. */
  readonly createdAt: number;
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
  /** What it takes in all: the rule's need with what is asked for besides. */
  readonly need: Need;
  /** The least number of people that `need` takes. */
  readonly needed: number;
  /** How far the approvals have come, for the card: `1 of 2: needs one more from soc-leads`. */
  readonly progress: string;
  /** Why the members of groups that this rests on could not be found out, as sentences: asked again later, the answer may differ. */
  readonly unresolved: readonly string[];
  /** Person ids whose approval counts, in the order of the votes. */
  readonly counted: readonly string[];
  /** What became of each vote, in the order of `Facts.votes`; empty where `forbidden`. */
  readonly votes: readonly VoteStanding[];
  /** Names of the groups that may approve, for the card. */
  readonly approvers: readonly string[];
  /** Why more is needed than the rule asks for, or why a ceiling forbids it, in sentences. */
  readonly extra: readonly string[];
  readonly expiryMs: number;
  readonly announce: Announce;
  readonly policyRevision: string;
  readonly reason: Reason;
}
