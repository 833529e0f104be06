import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import pg from 'pg';
import { boot } from '../sandbox/boot.js';
import { startPostgres } from '../sandbox/postgres.js';
import { loadAuditKeys } from '../src/audit/key-file.js';
import { openStore } from '../src/store/open.js';
import { nothing, request } from '../test/store/examples.js';
import type { Benchmark, Row } from './benchmark.js';

/** What one start took, with so many Requests open. */
export interface Start {
  readonly database: 'sqlite' | 'postgres';
  readonly open: number;
  /** From the start of the process until it says that it is ready. */
  readonly readyMs: number;
  /** Memory of the process after its loops have looked at everything. */
  readonly residentMiB: number;
}

const lookedAtMs = 5_000;
const day = 86_400_000;
const copied =
  'version, state, action, requester_id, created_at, expires_at, queued_at, line_at, due_at, machine_action_id, owner';

/** Starts Cordon on a database in which `open` Requests await approval. */
export async function measureStart(database: Start['database'], open: number): Promise<Start> {
  const postgres = database === 'postgres' ? await startPostgres() : undefined;
  const url = await postgres?.createDatabase();
  const sandbox = await boot({ settings: url === undefined ? {} : { DATABASE_URL: url } });
  try {
    await sandbox.replicas.kill(0, 'SIGTERM');
    const { DATABASE_URL: filled = '', CORDON_AUDIT_KEY: keyFile = '' } = sandbox.settings;
    await fill(filled, keyFile, open);
    const startedAt = Date.now();
    await sandbox.restart();
    const readyMs = Date.now() - startedAt;
    await delay(lookedAtMs);
    return { database, open, readyMs, residentMiB: await residentMiB(sandbox.cordon().pid) };
  } finally {
    await sandbox.close();
    await postgres?.close();
  }
}

/** One Request through the front door, the others as copies of its row. */
async function fill(url: string, keyFile: string, open: number): Promise<void> {
  if (open === 0) return;
  const audit = (begun: boolean) => loadAuditKeys([keyFile], begun);
  const store = await openStore(url, { audit, now: Date.now });
  const now = Date.now();
  await store.create(request({ id: 'SEED', createdAt: now, expiresAt: now + day, dueAt: now + day / 2 }), nothing);
  await store.close();
  const copies = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${open - 1})
    insert into request (id, device_id, body, ${copied})
    select 'X' || n.i, 'D' || n.i, replace(body, 'SEED', 'X' || n.i), ${copied} from request, n where id = 'SEED'`;
  if (url.startsWith('sqlite:')) {
    const file = new Database(url.slice('sqlite:'.length));
    file.exec(copies);
    file.close();
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(copies);
  await client.end();
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024);
}

export const start: Benchmark = {
  name: 'start',
  title: 'Start-up with open requests',
  async run({ quick, log }) {
    const rows: Row[] = [];
    for (const database of ['sqlite', 'postgres'] as const) {
      let empty: readonly Start[] | undefined;
      for (const open of quick ? [0, 1_000] : [0, 10_000, 100_000]) {
        const starts: Start[] = [];
        for (let round = 0; round < (quick ? 1 : 3); round += 1) {
          log(`start: ${database}, ${open} open requests`);
          starts.push(await measureStart(database, open));
        }
        empty ??= starts;
        rows.push(rowOf('ready', 'ms', ({ readyMs }) => readyMs, starts, empty));
        rows.push(rowOf('resident', 'MiB', ({ residentMiB }) => residentMiB, starts, empty));
      }
    }
    return rows;
  },
};

function rowOf(
  what: string,
  unit: string,
  value: (start: Start) => number,
  starts: readonly Start[],
  empty: readonly Start[],
): Row {
  const [{ database, open } = { database: 'sqlite', open: 0 }] = starts;
  const [own, without] = [spreadOf(starts.map(value)), spreadOf(empty.map(value))];
  const row = { what: `start: ${what}, ${database}, ${open.toLocaleString('en')} open`, unit, ...own };
  return open === 0 ? row : { ...row, peer: { what: 'none open', ...without }, ratio: own.median / without.median };
}

function spreadOf(values: readonly number[]): Pick<Row, 'median' | 'spread'> {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (place: number): number => sorted[place] ?? Number.NaN;
  return { median: at(Math.floor(sorted.length / 2)), spread: [at(0), at(sorted.length - 1)] };
}
