/** A process has one thread. While a call is on its way to Defender, what can wait leaves the thread to it. */
export interface Hurry {
  /** A call is about to be made. */
  begin(): void;
  /** Until when (Unix ms) others had better wait; in the past where nothing is in a hurry. */
  until(): number;
}

/** Longer than it takes to get a call on its way where nobody has to be waited for, shorter than people notice. */
const hurryMs = 25;

/** However many calls are made: others wait for half of the time at most. */
export function createHurry(now: () => number): Hurry {
  let begun = -Infinity;
  return {
    begin() {
      const since = now() - begun;
      // A clock that was set back must not keep the next one from being in a hurry.
      if (since < 0 || since >= 2 * hurryMs) begun = now();
    },
    until: () => (now() < begun ? -Infinity : begun + hurryMs),
  };
}
