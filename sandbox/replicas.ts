import { startBalancer } from './balancer.js';
import { type CordonProcess, startCordon } from './cordon-process.js';

/** Several Cordon processes with the same settings behind one address. They are named by their place, from 0. */
export interface Replicas {
  /** Of the balancer: `http://127.0.0.1:port`. */
  readonly url: string;
  readonly count: number;
  /** The newest process in this place, which may have ended. */
  process(index: number): CordonProcess;
  /** Places whose process ended though nobody killed it. */
  endedAlone(): number[];
  /** Resolves when the process is gone. */
  kill(index: number, signal?: NodeJS.Signals): Promise<void>;
  /** `SIGSTOP`: it stands still, and its connections stay open. */
  pause(index: number): void;
  resume(index: number): void;
  /** Starts a process where the last one ended. */
  restart(index: number): Promise<void>;
  close(): Promise<void>;
}

export interface ReplicasOptions {
  readonly settings: Readonly<Record<string, string>>;
  readonly count: number;
  /** Unix ms. */
  readonly now: () => number;
  /** The compiled `main.js` of another build. */
  readonly main?: string | undefined;
}

/** Starts them one after the other: the first sets the database up. */
export async function startReplicas({ settings, count, now, main }: ReplicasOptions): Promise<Replicas> {
  const places: { process: CordonProcess; up: boolean }[] = [];
  const stopAll = (): Promise<unknown> =>
    Promise.all(
      places.map(({ process }) => {
        // One that stands still hears no other signal.
        process.signal('SIGCONT');
        return process.stop();
      }),
    );
  try {
    for (let index = 0; index < count; index += 1)
      places.push({ process: await startCordon(settings, main), up: true });
  } catch (error) {
    await stopAll();
    throw error;
  }
  const balancer = await startBalancer(() => places.filter(({ up }) => up).map(({ process }) => process.url), now);
  const place = (index: number): { process: CordonProcess; up: boolean } => {
    const found = places[index];
    if (found === undefined) throw new Error(`There is no replica ${index}; there are ${count}.`);
    return found;
  };

  return {
    url: balancer.url,
    count,
    process: (index) => place(index).process,
    endedAlone: () => places.flatMap(({ process, up }, index) => (up && process.ended() ? [index] : [])),
    async kill(index, signal = 'SIGKILL') {
      const one = place(index);
      one.up = false;
      await one.process.stop(signal);
    },
    pause: (index) => {
      place(index).process.signal('SIGSTOP');
    },
    resume: (index) => {
      place(index).process.signal('SIGCONT');
    },
    async restart(index) {
      const one = place(index);
      one.process = await startCordon(settings, main);
      one.up = true;
    },
    async close() {
      await Promise.all([stopAll(), balancer.close()]);
    },
  };
}
