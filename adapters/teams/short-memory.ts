import type { Addresses } from '../../src/platform.js';

/**
 * The address book, with what this process itself read or wrote there in the last `keptMs`: one message asks for the same three keys
 * at its arrival, at the look-up of its sender and at its answer. Replicas share the book, so what is remembered may be that old. That is
 * harmless for what is kept in it: who is sent to an old place is told so by Teams, a roster is Teams' own word whichever
 * one is asked, and a write that was left out because another replica had changed the value meanwhile is made by the next activity.
 * Whoever changes a value in part has to ask `findNow`. What is not there is not remembered.
 */
export interface ShortMemory extends Addresses {
  /** As the store has it. */
  findNow(key: string): Promise<string | undefined>;
}

const keptMs = 5_000;
const most = 1_000;

/** `now`: Unix ms. */
export function withShortMemory(addresses: Addresses, now: () => number): ShortMemory {
  const known = new Map<string, { readonly value: string; readonly at: number }>();

  function remember(key: string, value: string): void {
    known.delete(key);
    known.set(key, { value, at: now() });
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
  }
  async function findNow(key: string): Promise<string | undefined> {
    known.delete(key);
    const value = await addresses.find(key);
    if (value !== undefined) remember(key, value);
    return value;
  }
  return {
    findNow,
    find(key) {
      const remembered = known.get(key);
      if (remembered === undefined) return findNow(key);
      const age = now() - remembered.at;
      return age >= 0 && age < keptMs ? Promise.resolve(remembered.value) : findNow(key);
    },
    // Forgotten first: where this fails, nobody knows what is there.
    async save(key, value) {
      known.delete(key);
      await addresses.save(key, value);
      remember(key, value);
    },
    async remove(key) {
      known.delete(key);
      await addresses.remove(key);
      known.delete(key);
    },
  };
}
