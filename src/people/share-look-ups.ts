import type { Platform } from '../platform.js';
import { accountKey, type Profile } from './person.js';

/**
 * So old may an answer be. Whoever clicked was looked up a moment before the call that they decided, and is not asked about twice; a
 * decision that is made again later asks anew.
 */
const freshMs = 1_000;

interface Asked {
  /** When the question left, Unix ms, so that an answer never seems younger than it is. */
  readonly at: number;
  readonly profile: Promise<Profile>;
}

/** The Platform, of which one account is asked about once at a time, however many need the answer. A failure is nobody else's answer. */
export function shareLookUps(platform: Platform, now: () => number): Platform {
  const asked = new Map<string, Asked>();

  /** The oldest come first. A clock that was set back makes an answer seem to be from the future: then all are asked for anew. */
  function forgetOld(at: number): void {
    for (const [key, earlier] of asked) {
      const age = at - earlier.at;
      if (age >= 0 && age <= freshMs) return;
      asked.delete(key);
    }
  }

  return {
    name: platform.name,
    send: (target, view) => platform.send(target, view),
    update: (ref, view) => platform.update(ref, view),
    lookUp(account) {
      const [key, at] = [accountKey(account), now()];
      forgetOld(at);
      const known = asked.get(key);
      if (known !== undefined) return known.profile;
      const profile = platform.lookUp(account);
      asked.set(key, { at, profile });
      profile.catch(() => {
        if (asked.get(key)?.profile === profile) asked.delete(key);
      });
      return profile;
    },
  };
}
