import Database from 'better-sqlite3';
import type { Sandbox } from '../../sandbox/boot.js';

export interface Recorded {
  readonly what: string;
  readonly actor: { readonly id?: string; readonly account?: string };
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The lines of the record of a Cordon over SQLite, oldest first, as they lie in its database. */
export function recordOf({ settings }: Sandbox): Recorded[] {
  const database = new Database(settings['DATABASE_URL']!.slice('sqlite:'.length), { readonly: true });
  try {
    const rows = database.prepare('select what, actor, detail from audit order by seq').all() as {
      what: string;
      actor: string;
      detail: string | null;
    }[];
    return rows.map(({ what, actor, detail }) => ({
      what,
      actor: JSON.parse(actor) as Recorded['actor'],
      detail: JSON.parse(detail ?? '{}') as Recorded['detail'],
    }));
  } finally {
    database.close();
  }
}
