import type { PageState } from './model.js';

/** What the feed needs of its surroundings. */
export interface FeedOptions {
  readonly look: () => PageState;
  /** In ms: after an event, and between looks at what has no event (a device's progress, a window of the quota, a modal). */
  readonly soonMs?: number;
  readonly everyMs?: number;
}

type Listener = (state: string) => void;

/** Tells its listeners the state, as JSON, whenever it is another one. Looks only while somebody listens. */
export class Feed {
  readonly #listeners = new Set<Listener>();
  #last = '';
  #soon: NodeJS.Timeout | undefined;
  #regular: NodeJS.Timeout | undefined;

  constructor(private readonly options: FeedOptions) {}

  /** Tells the state at once, and returns the function that stops listening. */
  subscribe(listener: Listener): () => void {
    this.#look();
    this.#listeners.add(listener);
    this.#regular ??= setInterval(() => {
      this.#look();
    }, this.options.everyMs ?? 250);
    listener(this.#last);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.stop();
    };
  }

  /** Something happened: looks soon, once for all that happens until then. */
  hurry(): void {
    if (this.#listeners.size === 0) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#look();
    }, this.options.soonMs ?? 50);
  }

  stop(): void {
    clearTimeout(this.#soon);
    clearInterval(this.#regular);
    this.#soon = undefined;
    this.#regular = undefined;
  }

  #look(): void {
    const state = JSON.stringify(this.options.look());
    if (state === this.#last) return;
    this.#last = state;
    for (const listener of this.#listeners) listener(state);
  }
}
