/**
 * Binds an approval to exactly what was approved. Guarantees: a vote counts only for a Request whose stored fields still give the hash
 * that was voted on, at every vote and just before the call; so a row that was edited in the database is never sent. It does not
 * guarantee who edited it, and it has no key: whoever can write to the database and knows this file can store a Request, hash and votes
 * that fit each other. That is what the chained record is for, in which every hash stands when it is made.
 */
import { createHash } from 'node:crypto';
import serialize from 'canonicalize';
import type { Request } from './request.js';

/** What is approved; each field is named in the hash. */
export type Committed = Pick<
  Request,
  | 'id'
  | 'revision'
  | 'requester'
  | 'device'
  | 'action'
  | 'comment'
  | 'policyRevision'
  | 'rule'
  | 'quorum'
  | 'need'
  | 'dryRun'
  | 'approvers'
  | 'expiresAt'
>;

/**
 * SHA-256, in hex, over the canonical JSON (RFC 8785) of what is approved. `duration` is null as long as no action ends by itself; what
 * is undefined is left out.
 */
export function commitmentOf(request: Committed): string {
  const terms = {
    v: 1,
    request: request.id,
    revision: request.revision,
    requester: request.requester.id,
    device: request.device.id,
    action: request.action,
    comment: request.comment,
    duration: null,
    policy: request.policyRevision,
    rule: request.rule,
    quorum: request.quorum,
    need: request.need,
    dryRun: request.dryRun,
    approvers: request.approvers,
    expiresAt: request.expiresAt,
  };
  return createHash('sha256')
    .update(serialize(terms) ?? '')
    .digest('hex');
}

/** The Request with the commitment of its fields. */
export function committed<T extends Committed>(request: T): T & { readonly commitment: string } {
  return { ...request, commitment: commitmentOf(request) };
}

/** What about a stored Request is not as it was approved, as a full sentence; undefined where all of it is. */
export function tampering(request: Request): string | undefined {
  const { commitment, votes } = request;
  if (commitment === undefined) {
    return 'It was stored without the hash of what is to be approved: by an earlier version of Cordon, or by somebody who changed its records.';
  }
  if (commitmentOf(request) !== commitment) return 'What is stored about it is not what was asked for.';
  const foreign = votes.find((vote) => vote.commitment !== commitment);
  return foreign && `The stored vote of ${foreign.person.name} is not on what is stored about it.`;
}
