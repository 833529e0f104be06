import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A Cordon of its own: exactly the production code, as its own process. */
export interface CordonProcess {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  readonly pid: number;
  /** Lines of its log so far. */
  readonly log: readonly string[];
  /** Whether its process is gone. */
  ended(): boolean;
  /** Sends a signal and waits for nothing: `SIGSTOP` and `SIGCONT`. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code (null after a signal). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const ownMain = fileURLToPath(new URL('../src/main.js', import.meta.url));
const readyWithinMs = 20_000;

/**
 * Starts Cordon with these settings and nothing else of this process's environment, and waits until it is ready. `main` is the
 * compiled `main.js` of another build of it.
 */
export async function startCordon(
  settings: Readonly<Record<string, string>>,
  main: string = ownMain,
): Promise<CordonProcess> {
  const child = spawn(process.execPath, ['--enable-source-maps', main], {
    env: { ...inherited(), HOST: '127.0.0.1', PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  const exited = once(child, 'exit') as Promise<[number | null]>;
  // It must not outlive whoever started it, however that ends.
  const end = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', end);
  void exited.then(() => process.off('exit', end));
  const port = await ready(child, log, exited);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    log,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    signal: (signal) => void child.kill(signal),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return (await exited)[0];
    },
  };
}

/** What Node and coverage need, and no setting of Cordon's. */
function inherited(): Record<string, string> {
  return Object.fromEntries(
    ['PATH', 'HOME', 'NODE_V8_COVERAGE'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function ready(child: ChildProcess, log: string[], exited: Promise<[number | null]>): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`Cordon did not start: ${why}\n${log.join('\n')}`));
    };
    const timer = setTimeout(() => {
      fail('it was not ready in time');
    }, readyWithinMs);
    void exited.then(([code]) => {
      clearTimeout(timer);
      // Lets the last lines of its output arrive.
      setImmediate(() => {
        fail(`it ended with ${String(code)}`);
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        log.push(line);
        const port = readyPort(line);
        if (port === undefined) return;
        clearTimeout(timer);
        resolve(port);
      });
    }
  });
}

function readyPort(line: string): number | undefined {
  if (!line.includes('"msg":"Cordon is ready"')) return undefined;
  const { port } = JSON.parse(line) as { port: number };
  return port;
}
