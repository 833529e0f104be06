import { type Check, type Outcome, failed, ok, Skip, warning } from './check.js';

/** Ms. A `Date` header counts whole seconds. */
const noticeable = 30_000;
/** From here on Slack's signatures and Entra's tokens are refused. */
const tooFar = 5 * 60_000;

/** How far others' clocks are ahead of this machine's, in ms, by who said so. */
export interface ClockWatch {
  /** The given fetch; notes the `Date` header of every answer, by the name of the host's owner. */
  readonly fetch: (name: string) => typeof globalThis.fetch;
  note(name: string, aheadMs: number): void;
  readonly seen: ReadonlyMap<string, number>;
}

/** `now`: Unix ms of this machine. */
export function createClockWatch(fetch: typeof globalThis.fetch, now: () => number): ClockWatch {
  const seen = new Map<string, number>();
  return {
    seen,
    note: (name, aheadMs) => {
      seen.set(name, aheadMs);
    },
    fetch: (name) => async (input, init) => {
      const before = now();
      const response = await fetch(input, init);
      const said = Date.parse(response.headers.get('date') ?? '');
      // The header was written somewhere between the two moments, and has lost half a second on average.
      if (!Number.isNaN(said)) seen.set(name, Math.round(said + 500 - (before + now()) / 2));
      return response;
    },
  };
}

/**
 * The clocks, once all others have answered. `database` is the name of the database's clock where it has one of its own: Cordon goes
 * by that one, this machine's counts for Entra and for certificates.
 */
export function clockChecks(watch: Pick<ClockWatch, 'seen'>, database = 'the database'): Check[] {
  const others = (): [string, number][] => [...watch.seen].filter(([name]) => name !== database);
  return [
    {
      id: 'clock.host',
      area: 'clock',
      title: 'Clock of this machine',
      run: () => Promise.resolve(judge('The clock of this machine', others(), 0)),
    },
    {
      id: 'clock.database',
      area: 'clock',
      title: 'Clock of the database',
      run: () => {
        const ahead = watch.seen.get(database);
        if (ahead === undefined) throw new Skip('The database has no clock of its own, or cannot be asked.');
        return Promise.resolve(judge('The clock of the database', [...others(), ['this machine', 0]], ahead));
      },
    },
  ];
}

function judge(clock: string, others: readonly [string, number][], itsOwn: number): Outcome {
  if (others.length === 0) throw new Skip('Nobody answered whose clock it could be compared with.');
  const apart = others
    .map(([name, ahead]) => ({ name, behind: ahead - itsOwn }))
    .toSorted((a, b) => Math.abs(b.behind) - Math.abs(a.behind));
  const [worst] = apart;
  if (worst === undefined || Math.abs(worst.behind) <= noticeable) {
    return ok(`${clock} agrees with ${others.map(([name]) => name).join(', ')}, give or take a second or two.`);
  }
  const far = apart.filter(({ behind }) => Math.abs(behind) > noticeable);
  const differences = [...new Set(far.map(({ behind }) => inWords(behind)))].map(
    (how) => `${how} ${far.flatMap(({ name, behind }) => (inWords(behind) === how ? [name] : [])).join(', ')}`,
  );
  const late = Math.abs(worst.behind) > tooFar;
  const why = late
    ? 'Slack’s signatures and Entra’s tokens are refused with more than five minutes.'
    : 'With more than five minutes Slack’s signatures and Entra’s tokens are refused.';
  const say = late ? failed : warning;
  return say(
    `${clock} is ${differences.join(' and ')}. ${why}`,
    `Set it by NTP (timedatectl set-ntp true, or the time service of the virtual machine’s host), and run cordon doctor again.`,
  );
}

function inWords(behind: number): string {
  const seconds = Math.round(Math.abs(behind) / 1_000);
  const long = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  return `${long} ${behind > 0 ? 'behind' : 'ahead of'}`;
}
