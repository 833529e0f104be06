import { setTimeout as delay } from 'node:timers/promises';

/** What `/readyz` answers. */
export interface Readiness {
  readonly code: number;
  readonly status: string;
  readonly reasons: readonly string[];
}

const pollMs = 50;

export async function readiness(url: string): Promise<Readiness> {
  const response = await fetch(`${url}/readyz`);
  const { status, reasons } = (await response.json()) as Omit<Readiness, 'code'>;
  return { code: response.status, status, reasons };
}

/** Asks again and again until it is as expected; throws with the last answer after `withinMs`. */
export async function becomes(
  url: () => string,
  expected: (seen: Readiness) => boolean,
  withinMs = 20_000,
): Promise<Readiness> {
  const until = Date.now() + withinMs;
  for (;;) {
    const seen = await readiness(url());
    if (expected(seen)) return seen;
    if (Date.now() > until) throw new Error(`not so within ${withinMs} ms: ${JSON.stringify(seen)}`);
    await delay(pollMs);
  }
}

/** Nothing to say at all. */
export const well = ({ code, status, reasons }: Readiness): boolean =>
  code === 200 && status === 'ready' && reasons.length === 0;

/** Degraded, and taken out by whoever goes by the code; one of the reasons is this one. */
export const unready =
  (reason: RegExp) =>
  ({ code, status, reasons }: Readiness): boolean =>
    code === 503 && status === 'degraded' && reasons.some((each) => reason.test(each));

/** Degraded by this alone, and left in. */
export const degraded =
  (reason: RegExp) =>
  ({ code, status, reasons }: Readiness): boolean =>
    code === 200 && status === 'degraded' && reasons.length === 1 && reason.test(reasons[0] ?? '');
