import type { Kysely, Transaction } from 'kysely';
import type { Schema } from './schema.js';
import type { ButtonMeaning, StoredButton } from './store.js';

export async function storeButtons(trx: Transaction<Schema>, buttons: readonly StoredButton[]): Promise<void> {
  if (buttons.length === 0) return;
  const rows = buttons.map(({ token, meaning, expiresAt }) => ({
    token,
    meaning: JSON.stringify(meaning),
    expires_at: expiresAt,
  }));
  await trx.insertInto('button').values(rows).execute();
}

/** Expired ones too: what an expired button answers is for the core to say. */
export async function button(db: Kysely<Schema>, token: string): Promise<StoredButton | undefined> {
  const row = await db.selectFrom('button').selectAll().where('token', '=', token).executeTakeFirst();
  return row && { token, meaning: JSON.parse(row.meaning) as ButtonMeaning, expiresAt: row.expires_at };
}
