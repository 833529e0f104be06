import type { PlatformName } from '../people/person.js';
import type { Addresses } from '../platform.js';
import type { Session } from './session.js';

export function addresses(session: Session, platform: PlatformName): Addresses {
  return {
    find: (key) =>
      session.read(async (db) => {
        const row = await db
          .selectFrom('address')
          .select('value')
          .where('platform', '=', platform)
          .where('key', '=', key)
          .executeTakeFirst();
        return row?.value;
      }),
    save: (key, value) =>
      session.write(async (trx) => {
        await trx
          .insertInto('address')
          .values({ platform, key, value })
          .onConflict((conflict) => conflict.columns(['platform', 'key']).doUpdateSet({ value }))
          .execute();
      }),
    remove: (key) =>
      session.write(async (trx) => {
        await trx.deleteFrom('address').where('platform', '=', platform).where('key', '=', key).execute();
      }),
  };
}
