/** What should go wrong, for which operation (all when missing), and how often (once when missing; `Infinity` for always). */
export interface Fault<Operation extends string, Kind extends string> {
  readonly operation?: Operation;
  readonly times?: number;
  readonly kind: Kind;
  /** For 429: seconds in `Retry-After`; `null` leaves the header out. */
  readonly retryAfter?: number | null;
  /** For a fault that names an error: the platform's own error code. */
  readonly error?: string;
  /** For Defender's 429: the words of the refusal, where not the usual ones. */
  readonly message?: string;
}

/** Faults ordered by a test. Each call takes the oldest one that fits it. */
export class FaultPlan<Operation extends string, Kind extends string> {
  readonly #planned: { fault: Fault<Operation, Kind>; left: number }[] = [];

  add(fault: Fault<Operation, Kind>): void {
    this.#planned.push({ fault, left: fault.times ?? 1 });
  }

  take(operation: string): Fault<Operation, Kind> | undefined {
    const planned = this.#planned.find(
      ({ fault, left }) => left > 0 && (fault.operation === undefined || fault.operation === operation),
    );
    if (planned !== undefined) planned.left -= 1;
    return planned?.fault;
  }

  /** What is still to go wrong, oldest first; `times` is how often yet. */
  planned(): Fault<Operation, Kind>[] {
    return this.#planned.filter(({ left }) => left > 0).map(({ fault, left }) => ({ ...fault, times: left }));
  }

  clear(): void {
    this.#planned.length = 0;
  }
}
