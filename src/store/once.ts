import type { Transaction } from 'kysely';
import { owe } from './deliveries.js';
import type { Schema } from './schema.js';
import type { Once } from './store.js';

/** Owes these messages, unless the same name owed some less than `withinMs` before, from whichever process. */
export async function oweOnce(trx: Transaction<Schema>, { name, at, withinMs, deliveries }: Once): Promise<void> {
  const key = `told:${name}`;
  await trx
    .insertInto('control')
    .values({ name: key, value: 'null', version: 1 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet((eb) => ({ version: eb.ref('control.version') })))
    .execute();
  const { value, version } = await trx
    .selectFrom('control')
    .select(['value', 'version'])
    .where('name', '=', key)
    .executeTakeFirstOrThrow();
  const last = JSON.parse(value) as number | null;
  // A time a little ahead is another process's, which was faster; one far ahead is of a clock that was set back since.
  if (last !== null && Math.abs(at - last) < withinMs) return;
  await trx
    .updateTable('control')
    .set({ value: JSON.stringify(at), version: version + 1 })
    .where('name', '=', key)
    .execute();
  await owe(trx, deliveries, at);
}
