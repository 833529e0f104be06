import { createHash } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import crossFetch from 'cross-fetch';
import { boot, type Sandbox } from '../sandbox/boot.js';
import { standInMachine } from '../sandbox/defender.js';
import type { StoredMessage } from '../sandbox/slack.js';
import { createSlackDoor } from '../sandbox/slack/door.js';
import type { Benchmark, BenchOptions, Row } from './benchmark.js';
import { median, quantile, summary, threeDigits } from './stats.js';
import { readWal } from './wal.js';

/** One click; times in ms since it was sent off. */
interface Click {
  readonly acknowledged: number;
  /** Slack was asked about the approver. */
  readonly identified: number;
  /** Everybody was looked up again, just before the call. */
  readonly lookedUpAgain: number;
  /** Defender was asked what is under way on the device; undefined where it had been asked within the second before. */
  readonly lookedAhead: number | undefined;
  readonly posted: number;
  /** How many transactions the store committed meanwhile, and their size; undefined where its log began anew. */
  readonly wal: { readonly commits: number; readonly bytes: number } | undefined;
  /** The commits that cannot be done without, of that size, one after the other, by the bench itself on the same file. */
  readonly commits: number;
  readonly oneCommit: number;
}

/** Ms on one clock for everything in this process, finer than whole ones. */
const now = (): number => performance.timeOrigin + performance.now();

const [requester, approver, channel] = ['U0ALICE', 'U0BOB', 'C0INC4711'];

/** From the click of the approver that decides until the POST is at Defender, everything on the way included. */
export const approve: Benchmark = {
  name: 'approve',
  title: 'approve click to POST',
  async run(options) {
    const clicks = await measure(options);
    const slowest = (pick: (click: Click) => number): number => quantile(clicks.map(pick), 0.99);
    const own = slowest(({ posted, commits }) => posted - commits);
    const known = clicks.flatMap(({ lookedAhead }) => (lookedAhead === undefined ? [] : [lookedAhead]));
    const phases = {
      clicks: clicks.length,
      commits: threeDigits(median(clicks.flatMap(({ wal }) => (wal === undefined ? [] : [wal.commits])))),
      'KiB committed': threeDigits(median(clicks.flatMap(({ wal }) => (wal === undefined ? [] : [wal.bytes / 1_024])))),
      'p50 to the 200, ms': threeDigits(median(clicks.map(({ acknowledged }) => acknowledged))),
      'p50 to who clicked, ms': threeDigits(median(clicks.map(({ identified }) => identified))),
      'p50 to everybody again, ms': threeDigits(median(clicks.map(({ lookedUpAgain }) => lookedUpAgain))),
      'p50 to what is under way, ms': threeDigits(median(known.length === 0 ? [NaN] : known)),
    };
    const row = (what: string, part: number): Row => {
      const [value, other] = [({ posted }: Click) => posted, ({ commits }: Click) => commits].map((pick) =>
        quantile(clicks.map(pick), part),
      ) as [number, number];
      return {
        what: `approve: click to POST, ${what}`,
        unit: 'ms',
        median: value,
        spread: [value, value],
        peer: { what: 'the three commits that have to be durable', median: other, spread: [other, other] },
        ratio: value / other,
        detail: phases,
      };
    };
    const one = clicks.map(({ oneCommit }) => oneCommit);
    return [
      row('p50', 0.5),
      row('p99', 0.99),
      {
        what: 'approve: click to POST less the three commits, p99',
        unit: 'ms',
        median: own,
        spread: [own, own],
        goal: { text: '≤ 10', met: own <= 10 },
      },
      { what: 'approve: one commit of that size', unit: 'ms', ...summary(one) },
    ];
  },
};

async function measure({ quick, log }: BenchOptions): Promise<Click[]> {
  const sandbox = await boot({
    slack: { rateLimits: false, now },
    defender: { limits: [], now },
    // Cordon waits for its share of the quota otherwise: that is measured by the drain.
    settings: { DEFENDER_CALLS_PER_MINUTE: '100000', DEFENDER_CALLS_PER_HOUR: '1000000' },
  });
  const file = (sandbox.settings['DATABASE_URL'] ?? '').replace('sqlite:', '');
  const store = new Database(file, { timeout: 5_000 });
  store.pragma('synchronous = FULL');
  store.exec('create table bench (filler blob not null)');
  try {
    const [cold, counted] = quick ? [1, 3] : [20, 200];
    const clicks: Click[] = [];
    for (let n = 0; n < cold + counted; n += 1) {
      if (n % 50 === 0) log(`click ${n} of ${cold + counted}`);
      const click = await oneClick(sandbox, store, file, n);
      if (n >= cold) clicks.push(click);
    }
    return clicks;
  } finally {
    store.close();
    await sandbox.close();
  }
}

async function oneClick(sandbox: Sandbox, store: Database.Database, file: string, n: number): Promise<Click> {
  const { slack, defender } = sandbox;
  const machine = createHash('sha1').update(`bench ${n}`).digest('hex');
  const name = `bench-${n}.contoso.com`;
  defender.putMachine(standInMachine({ id: machine, computerDnsName: name }));
  const { settings } = sandbox;
  const signingSecret = settings['SLACK_SIGNING_SECRET'] ?? '';
  // Not by the balancer, which is a process that no single Cordon has.
  const url = `${sandbox.cordon().url}/slack/events`;
  const door = createSlackDoor({ slack, url, signingSecret, now, fetch: crossFetch });
  await door.slashCommand({ user: requester, channel, command: '/restrict', text: `${name} benchmark ${n}` });
  const message = await until(() => cardOf(slack.messages(channel), name));
  await quiet(sandbox);
  // Longer than what was asked about the requester is of use to anybody, as it would be when people decide.
  await sleep(1_100);

  const before = readWal(file);
  const [asked, called] = [slack.calls.length, defender.calls.length];
  let acknowledgedAt = Infinity;
  const clickedAt = now();
  const click = door.press({ user: approver, message, label: 'Approve' });
  void click.then(() => {
    acknowledgedAt = now();
  });
  // Turns of the event loop and no timers: the stand-ins answer from this very process.
  const posted = await until(
    () => defender.calls.slice(called).find(({ operation }) => operation === 'restrictCodeExecution'),
    nextTurn,
  );
  const after = readWal(file);
  await click;
  await quiet(sandbox);
  const lookUps = slack.calls.slice(asked).filter(({ method, at }) => method === 'users.info' && at < posted.at);
  const ahead = defender.calls
    .slice(called)
    .find(({ operation, at }) => operation === 'listMachineActions' && at < posted.at);
  const wal =
    before.salt === after.salt
      ? { commits: after.commits - before.commits, bytes: after.bytes - before.bytes }
      : undefined;
  const bytes = wal === undefined || wal.commits === 0 ? usualBytes : wal.bytes / wal.commits;
  const durations = Array.from({ length: mustBeDurable }, () => commitOf(store, bytes));
  return {
    acknowledged: acknowledgedAt - clickedAt,
    identified: (lookUps[0]?.at ?? NaN) - clickedAt,
    lookedUpAgain: (lookUps.at(-1)?.at ?? NaN) - clickedAt,
    lookedAhead: ahead && ahead.at - clickedAt,
    posted: posted.at - clickedAt,
    wal,
    commits: durations.reduce((sum, ms) => sum + ms, 0),
    oneCommit: median(durations),
  };
}

/** What has to be on disk before the POST, each for itself: the press, the vote with its place in the queue, `sending`. */
const mustBeDurable = 3;

/** Of one commit, where the log began anew during the click. */
const usualBytes = 28_000;

/** One durable transaction that writes so many bytes of log; in ms. */
function commitOf(store: Database.Database, bytes: number): number {
  const filler = Buffer.alloc(Math.max(100, bytes - 2 * 4_120));
  const startedAt = performance.now();
  store.prepare('insert into bench (filler) values (?)').run(filler);
  return performance.now() - startedAt;
}

function cardOf(messages: readonly StoredMessage[], name: string): StoredMessage | undefined {
  return messages.find((each) => JSON.stringify(each.message).includes(name) && each.message.thread_ts === undefined);
}

/** Waits until Cordon has asked nobody anything for a while. */
async function quiet({ slack, defender }: Sandbox): Promise<void> {
  const calls = (): number => slack.calls.length + defender.calls.length;
  for (let before = -1; before !== calls();) {
    before = calls();
    await sleep(60);
  }
}

async function until<T>(look: () => T | undefined, pause: () => Promise<unknown> = () => sleep(2)): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error('what was waited for did not happen within 20 seconds');
    await pause();
  }
}
