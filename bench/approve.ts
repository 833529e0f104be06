import type { Benchmark, Row } from './benchmark.js';
import { type Click, clicks, withScene } from './clicks.js';
import { median, quantile, summary, threeDigits } from './stats.js';

const relayName = 'Bolt that asks who clicked and calls';
const commitsName = 'the three commits that have to be durable';

/** From the click of the approver that decides until the POST is at Defender, everything on the way included. */
export const approve: Benchmark = {
  name: 'approve',
  title: 'approve click to POST',
  async run(options) {
    const rows: Row[] = [];
    await withScene(async (scene) => {
      options.log('while others write');
      rows.push(...rowsOf('while others write', await clicks(scene, options, 'busy'), { promised: true }));
      if (options.quick) return;
      options.log('after a second in which nothing happened');
      rows.push(...rowsOf('after a quiet second', await clicks(scene, options, 'quiet'), { promised: false }));
    });
    return rows;
  },
};

function rowsOf(when: string, measured: readonly Click[], { promised }: { readonly promised: boolean }): Row[] {
  const at = (part: number, pick: (click: Click) => number): number => quantile(measured.map(pick), part);
  const detail = phases(measured);
  const row = (what: string, part: number, peer: string, other: (click: Click) => number): Row => {
    const [value, others] = [at(part, ({ posted }) => posted), at(part, other)];
    return {
      what: `approve, ${when}: click to POST, ${what}`,
      unit: 'ms',
      median: value,
      spread: [value, value],
      peer: { what: peer, median: others, spread: [others, others] },
      ratio: value / others,
      detail,
    };
  };
  const own = at(0.99, ({ posted, commits }) => posted - commits);
  return [
    row('p50', 0.5, relayName, ({ relayed }) => relayed),
    row('p99', 0.99, relayName, ({ relayed }) => relayed),
    row('p50 again, by the commits', 0.5, commitsName, ({ commits }) => commits),
    {
      what: `approve, ${when}: click to POST less the three commits, p99`,
      unit: 'ms',
      median: own,
      spread: [own, own],
      ...(promised ? { goal: { text: '≤ 10', met: own <= 10 } } : {}),
    },
    {
      what: `approve, ${when}: one commit of that size`,
      unit: 'ms',
      ...summary(measured.map((each) => each.oneCommit)),
    },
  ];
}

function phases(measured: readonly Click[]): Readonly<Record<string, number>> {
  const middle = (values: readonly (number | undefined)[]): number => {
    const known = values.filter((each) => each !== undefined);
    return threeDigits(known.length === 0 ? NaN : median(known));
  };
  return {
    clicks: measured.length,
    commits: middle(measured.map(({ wal }) => wal?.commits)),
    'KiB committed': middle(measured.map(({ wal }) => wal && wal.bytes / 1_024)),
    'p50 to the 200, ms': middle(measured.map(({ acknowledged }) => acknowledged)),
    'p50 to who clicked, ms': middle(measured.map(({ identified }) => identified)),
    'p50 to everybody again, ms': middle(measured.map(({ lookedUpAgain }) => lookedUpAgain)),
    'p50 to what is under way, ms': middle(measured.map(({ lookedAhead }) => lookedAhead)),
  };
}
