import type { Kysely, Transaction } from 'kysely';
import type { Sighting } from './people.js';
import type { Schema } from './schema.js';

export async function noteEmail(
  trx: Transaction<Schema>,
  account: string,
  email: string | undefined,
  at: number,
): Promise<void> {
  if (email === undefined) {
    await trx.deleteFrom('email').where('account', '=', account).execute();
    return;
  }
  const seen = { email: email.toLowerCase(), seen_at: at };
  await trx
    .insertInto('email')
    .values({ account, ...seen })
    .onConflict((conflict) => conflict.column('account').doUpdateSet(seen))
    .execute();
}

export async function sharingEmail(db: Kysely<Schema>, account: string): Promise<Sighting[]> {
  const rows = await db
    .selectFrom('email as own')
    .innerJoin('email as shared', 'shared.email', 'own.email')
    .select(['shared.account', 'shared.seen_at'])
    .where('own.account', '=', account)
    .orderBy('shared.account')
    .execute();
  return rows.map((row) => ({ id: row.account, seenAt: row.seen_at }));
}
