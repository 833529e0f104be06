import type { Kysely, Transaction } from 'kysely';
import type { Account } from '../people/person.js';
import type { Link, LinkCode } from './people.js';
import type { Schema } from './schema.js';

export async function linkOf(db: Kysely<Schema>, account: string): Promise<Link | undefined> {
  return db.selectFrom('link').selectAll().where('account', '=', account).executeTakeFirst();
}

export async function linksTo(db: Kysely<Schema>, entra: string): Promise<Link[]> {
  return db.selectFrom('link').selectAll().where('entra', '=', entra).orderBy('at').orderBy('account').execute();
}

/** False when one of them is not there as it was read; the caller's transaction must then change nothing else. */
export async function removeLinks(trx: Transaction<Schema>, links: readonly Link[]): Promise<boolean> {
  for (const { account, entra, at } of links) {
    const stored = await linkOf(trx, account);
    if (stored?.entra !== entra || stored.at !== at) return false;
  }
  for (const { account } of links) await trx.deleteFrom('link').where('account', '=', account).execute();
  return true;
}

/** Replaces the account's older codes. What has expired goes too: nobody will use it. */
export async function saveLinkCode(trx: Transaction<Schema>, code: LinkCode, at: number): Promise<void> {
  const account = accountJson(code.account);
  await trx
    .deleteFrom('link_code')
    .where((eb) => eb.or([eb('account', '=', account), eb('expires_at', '<=', at)]))
    .execute();
  await trx.insertInto('link_code').values({ hash: code.hash, account, expires_at: code.expiresAt }).execute();
}

export async function linkCode(db: Kysely<Schema>, hash: string): Promise<LinkCode | undefined> {
  const row = await db.selectFrom('link_code').selectAll().where('hash', '=', hash).executeTakeFirst();
  return row && { hash, account: JSON.parse(row.account) as Account, expiresAt: row.expires_at };
}

/** False when the code is used already or the account has a link; the caller's transaction must then change nothing else. */
export async function useLinkCode(trx: Transaction<Schema>, hash: string, link: Link | undefined): Promise<boolean> {
  if (link !== undefined && (await linkOf(trx, link.account)) !== undefined) return false;
  const { numDeletedRows } = await trx.deleteFrom('link_code').where('hash', '=', hash).executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  if (link !== undefined) await trx.insertInto('link').values(link).execute();
  return true;
}

/** One spelling per account, whatever the order of the fields, because older codes are found by it. */
function accountJson({ platform, tenant, user }: Account): string {
  return JSON.stringify({ platform, tenant, user });
}
