import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 20;

/** Looks again and again until there is something to see; a real process works meanwhile. Throws after `withinMs`. */
export async function eventually<T>(what: string, look: () => T | undefined | false, withinMs = 15_000): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > until) throw new Error(`not seen within ${withinMs} ms: ${what}`);
    await delay(pollMs);
  }
}
