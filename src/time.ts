/** When to try again after `attempts` failures: doubles from `firstMs` up to `longestMs`. */
export function backOff(attempts: number, firstMs: number, longestMs: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(attempts, 20));
}

/** The earlier of two moments, either of which may be missing. */
export function earliest(...moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** The next moment that is a multiple of `everyMs`: what is due in the same span falls due together. */
export function nextTick(now: number, everyMs: number): number {
  return (Math.floor(now / everyMs) + 1) * everyMs;
}

/** Rejects after `ms`. For what takes no abort signal, as MSAL and the Bot Framework's SDK: a silent service can only be left alone. */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer in ${ms} ms`));
    }, ms);
  });
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
}
