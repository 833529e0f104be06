import type { Generated } from 'kysely';
import type { Bucket } from '../defender/quota.js';
import type { PlatformName } from '../people/person.js';
import type { RequestState } from '../request/life.js';
import type { Vote } from '../request/request.js';
import type { Link } from './people.js';

/** The tables. Times are Unix ms; what is named `…json` in a comment is JSON as text, so that every database can hold it. */
export interface Schema {
  inbox: InboxTable;
  request: RequestTable;
  vote: VoteTable;
  delivery: DeliveryTable;
  card: CardTable;
  button: ButtonTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
  audit_checkpoint: AuditCheckpointTable;
  call: CallTable;
  block: BlockTable;
  address: AddressTable;
  link: LinkTable;
  link_code: LinkCodeTable;
  email: EmailTable;
  replica: ReplicaTable;
  control: ControlTable;
}

/** What platforms sent. Settled rows stay: they are how a late redelivery is recognised. */
export interface InboxTable {
  /** The order of arrival. */
  seq: Generated<number>;
  key: string;
  received_at: number;
  due_at: number;
  attempts: Generated<number>;
  /** `Incoming`, json. */
  incoming: string;
  settled_at: number | null;
  /** The replica that works on it. */
  owner: Generated<string | null>;
}

export interface RequestTable {
  id: string;
  version: number;
  state: RequestState;
  action: string;
  device_id: string;
  requester_id: string;
  /** All ids of the requester when it was stored, json; null in rows of older versions. */
  requester_ids: string | null;
  created_at: number;
  expires_at: number;
  queued_at: number | null;
  /** `queued_at`, else `created_at`: its place in the line. */
  line_at: number;
  due_at: number | null;
  machine_action_id: string | null;
  /** The replica that works on it. */
  owner: Generated<string | null>;
  /** `Request` without its votes, json. The other columns repeat what is searched for. */
  body: string;
}

export interface VoteTable {
  seq: Generated<number>;
  request_id: string;
  revision: number;
  person_id: string;
  decision: Vote['decision'];
  reason: string | null;
  at: number;
  /** `Person` as the platform described them when they voted, json. */
  person: string;
  commitment: string | null;
  /** `Whereabouts`, json. */
  whereabouts: string | null;
  /** Set where its voter took it back, or voted otherwise afterwards. */
  taken_back_at: Generated<number | null>;
}

export interface DeliveryTable {
  id: Generated<number>;
  lane: string;
  platform: PlatformName;
  request_id: string | null;
  /** `Message`, json. */
  message: string;
  /** 0 for "at once". */
  due_at: number;
  attempts: Generated<number>;
  created_at: number;
  state: 'owed' | 'sent' | 'dropped';
  settled_at: number | null;
  /** Why the last attempt failed. */
  error: string | null;
  /** The replica that sends it. */
  owner: Generated<string | null>;
  /** How many attempts may have posted it without our knowing: a crash in the midst, a lost answer. */
  unsure: Generated<number>;
}

export interface CardTable {
  request_id: string;
  platform: PlatformName;
  conversation: string;
  /** Empty for a card outside any thread: a key column cannot be null. */
  thread: string;
  /** `MessageRef`, json. */
  ref: string;
  /** The message of `ref`, which is searched for. */
  message: string;
  rendered_version: number;
}

export interface ButtonTable {
  token: string;
  /** `ButtonMeaning`, json. */
  meaning: string;
  expires_at: number;
}

/** Append-only: the database itself refuses to update or delete a row. */
export interface AuditTable {
  seq: Generated<number>;
  at: number;
  what: string;
  /** `Actor`, json. */
  actor: string;
  request_id: string | null;
  device_id: string | null;
  from: string | null;
  to: string | null;
  /** json */
  detail: string | null;
  /** Where it stands in the chain (`src/audit/chain.ts`); null for what was written before there was one. */
  prev: string | null;
  hash: string | null;
  mac: string | null;
  /** Id of the audit key. */
  key: string | null;
}

/** One row: the end of the chain. It only moves forward, and whoever appends to the record locks it. */
export interface AuditHeadTable {
  id: 1;
  seq: number;
  hash: string;
  mac: string;
  key: string;
}

/** Append-only. */
export interface AuditCheckpointTable {
  seq: number;
  hash: string;
  at: number;
  key: string;
  signature: string;
}

/** `at`: when the call was answered; before that, the latest moment at which it can still arrive. */
export interface CallTable {
  id: Generated<number>;
  bucket: Bucket;
  at: number;
}

/** One row per bucket ever used; `until` 0 where nothing blocks it. */
export interface BlockTable {
  bucket: Bucket;
  until: number;
}

/** What adapters remember; opaque here. */
export interface AddressTable {
  platform: PlatformName;
  key: string;
  value: string;
}

export interface LinkTable {
  /** Account key of a Slack account. */
  account: string;
  /** `entra:<tenant>:<object id>` in lower case. */
  entra: string;
  at: number;
  proof: Link['proof'];
}

export interface LinkCodeTable {
  /** SHA-256 in hex. */
  hash: string;
  /** `Account`, json. */
  account: string;
  expires_at: number;
}

export interface EmailTable {
  /** Account key, or the Entra id of a Teams account. */
  account: string;
  /** In lower case. */
  email: string;
  seen_at: number;
}

/** The processes that share this database. */
export interface ReplicaTable {
  id: string;
  /** Counts as dead from then on. */
  until: number;
}

/** What is set while Cordon runs: `stop`, the kill switch, and `told:…`, when somebody was last told something. */
export interface ControlTable {
  name: string;
  /** json */
  value: string;
  version: number;
}
