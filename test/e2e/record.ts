import Sqlite from 'better-sqlite3';
import type { Sandbox } from '../../sandbox/boot.js';

/** One event of the record as it is stored. */
export interface Recorded {
  readonly what: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Every event with this name that a running Cordon has stored in its SQLite file, oldest first. */
export function recorded({ settings }: Sandbox, what: string): Recorded[] {
  const db = new Sqlite(settings['DATABASE_URL']!.replace(/^sqlite:/, ''), { readonly: true });
  try {
    const rows = db.prepare('select what, detail from audit where what = ? order by seq').all(what) as {
      what: string;
      detail: string | null;
    }[];
    return rows.map((row) => ({ what: row.what, detail: JSON.parse(row.detail ?? '{}') as Recorded['detail'] }));
  } finally {
    db.close();
  }
}

/** How often the door of this platform refused for this reason, as far as it is recorded. */
export function refusals(sandbox: Sandbox, platform: string, reason: string): number {
  return recorded(sandbox, 'door.refused')
    .filter(({ detail }) => detail['platform'] === platform && detail['reason'] === reason)
    .reduce((sum, { detail }) => sum + Number(detail['count']), 0);
}
