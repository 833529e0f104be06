import Database from 'better-sqlite3';
import type { Sandbox } from '../../sandbox/boot.js';

/** One event of the record as it is stored. */
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

/** Every event with this name, oldest first. */
export function recorded(sandbox: Sandbox, what: string): Recorded[] {
  return recordOf(sandbox).filter((event) => event.what === what);
}

/** How often the door of this platform refused for this reason, as far as it is recorded. */
export function refusals(sandbox: Sandbox, platform: string, reason: string): number {
  return recorded(sandbox, 'door.refused')
    .filter(({ detail }) => detail['platform'] === platform && detail['reason'] === reason)
    .reduce((sum, { detail }) => sum + Number(detail['count']), 0);
}
