import { setTimeout as delay } from 'node:timers/promises';

/** The Bot Framework's SDK and MSAL have no time-out of their own and take no abort signal, so a silent service can only be left alone. */
export async function inTime<T>(ms: number, work: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const late = delay(ms, undefined, { signal: settled.signal }).then(() => {
    throw new Error(`no answer in ${ms} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    settled.abort();
  }
}
