import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Person } from '../people/person.js';
import type { Vote } from '../request/request.js';
import { StoreError } from './errors.js';
import type { Schema, VoteTable } from './schema.js';

/**
 * One person has one vote on one revision, whatever account or replica it came through: a second one throws
 * `vote_exists`.
 */
export async function castVote(trx: Transaction<Schema>, requestId: string, vote: Vote): Promise<void> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('vote')
    .values({
      request_id: requestId,
      revision: vote.revision,
      person_id: vote.person.id,
      decision: vote.decision,
      reason: vote.reason ?? null,
      at: vote.at,
      person: JSON.stringify(vote.person),
    })
    .onConflict((conflict) => conflict.columns(['request_id', 'revision', 'person_id']).doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) {
    throw new StoreError('vote_exists', `${vote.person.id} has voted on ${requestId}, revision ${vote.revision}`);
  }
}

/** The votes of these Requests, each list in the order of casting. */
export async function votesOf(db: Kysely<Schema>, requestIds: readonly string[]): Promise<Map<string, Vote[]>> {
  const votes = new Map<string, Vote[]>(requestIds.map((id) => [id, []]));
  if (votes.size === 0) return votes;
  const rows = await db.selectFrom('vote').selectAll().where('request_id', 'in', requestIds).orderBy('seq').execute();
  for (const row of rows) votes.get(row.request_id)?.push(toVote(row));
  return votes;
}

function toVote(row: Selectable<VoteTable>): Vote {
  return {
    person: JSON.parse(row.person) as Person,
    decision: row.decision,
    ...(row.reason !== null && { reason: row.reason }),
    revision: row.revision,
    at: row.at,
  };
}
