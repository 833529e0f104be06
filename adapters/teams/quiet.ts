import { AsyncLocalStorage } from 'node:async_hooks';

const hushed = new AsyncLocalStorage<true>();
let installed = false;

/**
 * Runs the SDK without its `console.error`: it writes about rejected tokens and keys there, past the log and its redaction. What it has
 * to say it throws as well. Everybody else's `console.error` stays as it is.
 */
export function quietly<T>(work: () => Promise<T>): Promise<T> {
  if (!installed) {
    installed = true;
    const aloud = console.error.bind(console);
    console.error = (...words: unknown[]) => {
      if (hushed.getStore() === undefined) aloud(...words);
    };
  }
  return hushed.run(true, work);
}
