import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { AuditEvent } from './event.js';
import type { AuditKey } from './key.js';

/**
 * The record as a chain. Every event has a gapless number and a hash over its content, its number and the hash before it, so
 * that anybody can recompute the chain from an export. Beside it stands a MAC that only who has the audit key can make, so that
 * nobody can rewrite the rows and the hashes after them. The last number and hash are repeated in a head with a MAC of its own,
 * so that a cut tail is noticed, and now and then a checkpoint signs them for people who have only the public key.
 *
 * What this does not prove:
 * - anything against somebody who has the database *and* the audit key: they can write another record;
 * - that the whole database was not taken back to an older state, with its head and its checkpoints: only what is outside shows
 *   that, an earlier export or the checkpoints in the log;
 * - that an event was written: what never reached the store is in no chain. Cordon writes it in the transaction of what it is about;
 * - that a time is right: it is what Cordon's clock, or the database's, said. The order is proved, the hour is not;
 * - that what an event says is true: it is what Slack, Microsoft and Defender told Cordon.
 */

/** `prev` of the first event. */
export const origin = '0'.repeat(64);

/** An event in its place. Hashes and MACs are SHA-256 in hex. */
export interface ChainedEvent {
  readonly seq: number;
  readonly prev: string;
  readonly event: AuditEvent;
  readonly hash: string;
  /** Keyed by what `key` names. */
  readonly mac: string;
  /** Id of the audit key. */
  readonly key: string;
}

/** The end of the chain. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** RFC 8785. What JSON cannot say (`undefined`) is left out; throws for what has no JSON at all. */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('there is no JSON for this value');
  return text;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** SHA-256 over the canonical JSON of `{ v: 1, seq, prev, ...event }`. `event` must be as it is read back from JSON. */
export function hashOf(seq: number, prev: string, event: AuditEvent): string {
  return sha256(canonical({ v: 1, seq, prev, ...event }));
}

/** The events after `head`, chained and keyed. */
export function chain(head: Head, events: readonly AuditEvent[], key: AuditKey): ChainedEvent[] {
  let { seq, hash: prev } = head;
  return events.map((event) => {
    seq += 1;
    const hash = hashOf(seq, prev, event);
    const chained = { seq, prev, event, hash, mac: key.mac(eventText({ seq, hash })), key: key.id };
    prev = hash;
    return chained;
  });
}

/** What the MAC of an event is over. The hash covers everything else. */
export function eventText({ seq, hash }: Head): string {
  return `cordon audit event 1\n${seq}\n${hash}`;
}

/** What the MAC of the head is over; another prefix, so that an event's MAC cannot pose as a head's. */
export function headText({ seq, hash }: Head): string {
  return `cordon audit head 1\n${seq}\n${hash}`;
}

const loneSurrogate = /\p{Surrogate}/gu;

/**
 * The value as JSON text, with what Unicode does not allow replaced: a lone surrogate has no UTF-8, so it could not be hashed,
 * and a name that somebody has chosen must not stop the record.
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'string') return wellFormed(inner);
    if (typeof inner !== 'object' || inner === null || Object.keys(inner).every((key) => wellFormed(key) === key))
      return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, each]) => [wellFormed(key), each as unknown]));
  });
}

function wellFormed(text: string): string {
  return text.replace(loneSurrogate, '\uFFFD');
}

/** The event as it will be read back. */
export function settled(event: AuditEvent): AuditEvent {
  return JSON.parse(toJson(event)) as AuditEvent;
}
