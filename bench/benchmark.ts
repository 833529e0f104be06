/** One thing that is measured. What it starts it ends; it touches loopback alone. */
export interface Benchmark {
  /** As in `npm run bench -- --only <name>`. */
  readonly name: string;
  readonly title: string;
  run(options: BenchOptions): Promise<readonly Row[]>;
}
export interface BenchOptions {
  /** A shorter run with less confidence, for tests of the benchmark itself. */
  readonly quick: boolean;
  /** Says what is going on, for people who wait. */
  readonly log: (line: string) => void;
}
/** One line of the table. */
export interface Row {
  /** `slack: commands acknowledged` */
  readonly what: string;
  /** `req/s`, `ms`, `calls`, `MiB`, `x`. */
  readonly unit: string;
  /** Of the rounds. */
  readonly median: number;
  /** Least and greatest of the rounds; equal to the median where there is one round or the result is computed. */
  readonly spread: readonly [least: number, greatest: number];
  /** What it is held against, in the same unit and from the same run. */
  readonly peer?: { readonly what: string; readonly median: number; readonly spread: readonly [number, number] };
  /** Of the medians, Cordon's by the peer's (or by the optimum). */
  readonly ratio?: number;
  /** In words, and whether it was met. Missing where nothing was promised. */
  readonly goal?: { readonly text: string; readonly met: boolean };
  readonly detail?: Readonly<Record<string, number | string>>;
}
