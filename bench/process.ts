import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A script of this folder that runs as a process of its own and is asked by messages. */
export interface Helper<Question, Answer> {
  readonly pid: number;
  /** One question at a time. Throws where the process ends instead. */
  ask(question: Question): Promise<Answer>;
  stop(): Promise<void>;
}

/** `script` is relative to this folder: `load.js`. It gets these settings and nothing else of this process's environment. */
export function startHelper<Question extends object, Answer>(
  script: string,
  settings: Readonly<Record<string, string>> = {},
): Helper<Question, Answer> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), [], {
    execArgv: ['--enable-source-maps'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  void exited.then(() => process.off('exit', end));
  const gone = exited.then(([code]): never => {
    throw new Error(`${script} ended with ${String(code)}`);
  });
  // Only whoever asks is told.
  gone.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    async ask(question) {
      child.send(question);
      const [answer] = (await Promise.race([once(child, 'message'), gone])) as [Answer];
      return answer;
    },
    async stop() {
      child.kill();
      await exited;
    },
  };
}

/** In the helper itself: answers every message. */
export function answerMessages(answer: (question: unknown) => Promise<object>): void {
  process.on('message', (question) => {
    void answer(question).then((given) => process.send?.(given));
  });
}

/** What clock ticks of `/proc/<pid>/stat` are worth on every Linux that Node runs on. */
const tickMs = 10;

/** Ms of CPU time that a process and its threads have used; NaN where the system has no `/proc`. */
export function cpuMs(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return NaN;
  // The name of the program stands in brackets and may contain blanks.
  const fields = readFileSync(file, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
