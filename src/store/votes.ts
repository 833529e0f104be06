import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Person } from '../people/person.js';
import type { Vote, Whereabouts } from '../request/request.js';
import { StoreError } from './errors.js';
import type { Schema, VoteTable } from './schema.js';

/**
 * One person has one vote on one revision that stands, whatever account or replica it came through: a second one throws
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
      commitment: vote.commitment ?? null,
      whereabouts: vote.where === undefined ? null : JSON.stringify(vote.where),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) {
    throw new StoreError('vote_exists', `${vote.person.id} has voted on ${requestId}, revision ${vote.revision}`);
  }
}

/** The row stays, for the record. Throws `store_failed` where no such vote stands: the caller has read a Request that is no more. */
export async function takeBack(
  trx: Transaction<Schema>,
  requestId: string,
  { revision, person }: Vote,
  at: number,
): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('vote')
    .set({ taken_back_at: at })
    .where('request_id', '=', requestId)
    .where('revision', '=', revision)
    .where('person_id', '=', person.id)
    .where('taken_back_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n)
    throw new StoreError('store_failed', `${person.id} has no vote on ${requestId} to take back`);
}

/** The votes of these Requests that stand, on any revision, each list in the order of casting. */
export async function votesOf(db: Kysely<Schema>, requestIds: readonly string[]): Promise<Map<string, Vote[]>> {
  const votes = new Map<string, Vote[]>(requestIds.map((id) => [id, []]));
  if (votes.size === 0) return votes;
  const rows = await db
    .selectFrom('vote')
    .selectAll()
    .where('request_id', 'in', requestIds)
    .where('taken_back_at', 'is', null)
    .orderBy('seq')
    .execute();
  for (const row of rows) votes.get(row.request_id)?.push(toVote(row));
  return votes;
}

function toVote(row: Selectable<VoteTable>): Vote {
  return {
    person: JSON.parse(row.person) as Person,
    decision: row.decision,
    ...(row.reason !== null && { reason: row.reason }),
    revision: row.revision,
    ...(row.commitment !== null && { commitment: row.commitment }),
    ...(row.whereabouts !== null && { where: JSON.parse(row.whereabouts) as Whereabouts }),
    at: row.at,
  };
}
