/** Work done one after the other, in the order in which it was asked for. */
export class Line {
  #last: Promise<unknown> = Promise.resolve();
  #length = 0;

  /** Pieces of work that have not ended. */
  get length(): number {
    return this.#length;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    this.#length += 1;
    const mine = this.#last.then(work).finally(() => {
      this.#length -= 1;
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Resolves when nothing is under way or waiting any more. */
  async empty(): Promise<void> {
    while (this.#length > 0) await this.#last;
  }
}
