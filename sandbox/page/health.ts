import type { CordonHealth } from './model.js';

const everyMs = 2_000;
const patienceMs = 1_500;

/** Asks Cordon every two seconds whether it is alive. */
export class Health {
  #now: CordonHealth = 'unknown';
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly url: () => string,
    private readonly fetch: typeof globalThis.fetch,
  ) {
    this.#timer = setInterval(() => void this.#ask(), everyMs);
    void this.#ask();
  }

  get now(): CordonHealth {
    return this.#now;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    try {
      const { ok } = await this.fetch(`${this.url()}/healthz`, { signal: AbortSignal.timeout(patienceMs) });
      this.#now = ok ? 'running' : 'not answering';
    } catch {
      this.#now = 'not answering';
    }
  }
}
