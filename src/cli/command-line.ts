import { CordonError } from '../errors.js';
import type { PlatformDoctors } from '../ops/doctor/platform-doctor.js';

/** Stands for the host name in the manifests that ship with Cordon. */
export const hostPlaceholder = 'cordon.example.com';

/** What a command may touch of the world. Paths are as the user wrote them, relative to where they are. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (content: string | Uint8Array) => void;
  readonly stderr: (text: string) => void;
  /** A file that ships with Cordon, by its path from the project's root. */
  readonly asset: (path: string) => Promise<Uint8Array>;
  readonly writeFile: (path: string, content: string | Uint8Array) => Promise<void>;
  /** Throws where there is none, or no right to read it. */
  readonly readText: (path: string) => Promise<string>;
  /** The lines of a file without their line feeds, one at a time; a last one without a line feed too. */
  readonly readLines: (path: string) => AsyncIterable<string>;
  /** Writes each as it comes, to a file for the owner alone or else to standard output, and waits for the disk. How many there were. */
  readonly writeLines: (path: string | undefined, lines: AsyncIterable<string>) => Promise<number>;
  /** Unix ms. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Whom the operating system takes the user for. */
  readonly userName: () => string;
  /** How many characters a line of the terminal has; undefined where it is none. */
  readonly columns: number | undefined;
  /** What `doctor` alone needs of the world, loaded when it is asked for: the adapters take a while. */
  readonly outside: () => Promise<Outside>;
}

export interface Outside {
  readonly fetch: typeof globalThis.fetch;
  readonly platformDoctors: PlatformDoctors;
  /** Ms that only go up. */
  readonly monotonic: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

export interface CliCommand {
  /** One line for `cordon help`. */
  readonly summary: string;
  readonly help: string;
  /** Throws a `UsageError` for wrong arguments, and whatever else goes wrong. */
  readonly run: (args: readonly string[], world: World) => Promise<void>;
}

/** Code `usage`: the command was called in a way that it does not understand; the text says what to write. */
export class UsageError extends CordonError {
  constructor(problem: string) {
    super('usage', problem, { userText: problem });
  }
}
