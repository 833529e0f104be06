import { createHash } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import crossFetch from 'cross-fetch';
import { boot, type Sandbox } from '../sandbox/boot.js';
import { type DefenderStandIn, standInMachine, type StandInMachine } from '../sandbox/defender.js';
import type { StoredMessage } from '../sandbox/slack.js';
import { createSlackDoor, type SlackDoor } from '../sandbox/slack/door.js';
import type { BenchOptions } from './benchmark.js';
import { type Helper, startHelper } from './process.js';
import { median } from './stats.js';
import { readWal } from './wal.js';

/** One click; times in ms since it was sent off. */
export interface Click {
  readonly acknowledged: number;
  /** Slack was asked about the approver. */
  readonly identified: number;
  /** Everybody was looked up again, just before the call. */
  readonly lookedUpAgain: number;
  /** Defender was asked what is under way on the device; undefined where it had been asked within the second before. */
  readonly lookedAhead: number | undefined;
  readonly posted: number;
  /** The relay's POST, for a click of its own. */
  readonly relayed: number;
  /** How many transactions the store committed meanwhile, and their size; undefined where its log began anew. */
  readonly wal: { readonly commits: number; readonly bytes: number } | undefined;
  /** The commits that cannot be done without, of that size, by the bench itself on the same file. */
  readonly commits: number;
  readonly oneCommit: number;
}

/** Ms on one clock for everything in this process, finer than whole ones. */
const now = (): number => performance.timeOrigin + performance.now();

const [requester, approver, onlooker, channel] = ['U0ALICE', 'U0BOB', 'U0CAROL', 'C0INC4711'];

/** Cordon and the relay, the stand-ins of both, and Cordon's own file. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly doors: Readonly<Record<'cordon' | 'relay', SlackDoor>>;
  readonly relay: Helper<{ machine: string }, { port: number }>;
  readonly store: Database.Database;
  readonly file: string;
}

export async function withScene(work: (scene: Scene) => Promise<void>): Promise<void> {
  const sandbox = await boot({
    slack: { rateLimits: false, now },
    defender: { limits: [], now },
    // Cordon waits for its share of the quota otherwise: that is measured by the drain.
    settings: { DEFENDER_CALLS_PER_MINUTE: '100000', DEFENDER_CALLS_PER_HOUR: '1000000' },
  });
  const { slack, settings } = sandbox;
  const { SLACK_SIGNING_SECRET = '', SLACK_BOT_TOKEN = '', SLACK_API_URL = '', DEFENDER_API_URL = '' } = settings;
  const relay: Scene['relay'] = startHelper('peers/relay.js', {
    SLACK_SIGNING_SECRET,
    SLACK_BOT_TOKEN,
    SLACK_API_URL,
    DEFENDER_API_URL,
    DEFENDER_TOKEN: sandbox.entra.issue(),
  });
  const file = (settings['DATABASE_URL'] ?? '').replace('sqlite:', '');
  const store = new Database(file, { timeout: 5_000 });
  store.pragma('synchronous = FULL');
  store.exec('create table bench (filler blob not null)');
  const doorTo = (origin: string): SlackDoor =>
    createSlackDoor({
      slack,
      url: `${origin}/slack/events`,
      signingSecret: SLACK_SIGNING_SECRET,
      now,
      fetch: crossFetch,
    });
  try {
    const { port } = await relay.ask({ machine: '' });
    // Not by the balancer, which is a process that no single Cordon has.
    const doors = { cordon: doorTo(sandbox.cordon().url), relay: doorTo(`http://127.0.0.1:${port}`) };
    await work({ sandbox, doors, relay, store, file });
  } finally {
    store.close();
    await relay.stop();
    await sandbox.close();
  }
}

/** What happens in the time before something is measured. */
type Before = 'busy' | 'quiet';
const amounts: Readonly<Record<Before, number>> = { busy: 150, quiet: 50 };

let asked = 0;

export async function clicks(scene: Scene, { quick, log }: BenchOptions, before: Before): Promise<Click[]> {
  const [cold, counted] = quick ? [0, 3] : [5, amounts[before]];
  const measured: Click[] = [];
  for (let n = 0; n < cold + counted; n += 1) {
    if (n % 50 === 0) log(`click ${n} of ${cold + counted}`);
    const click = await oneClick(scene, before);
    if (n >= cold) measured.push(click);
  }
  return measured;
}

/** The three are measured one after the other, each after as much of the same, because what rests for a while is slower afterwards. */
async function oneClick(scene: Scene, before: Before): Promise<Click> {
  const { sandbox, doors, relay, store, file } = scene;
  const { slack, defender } = sandbox;
  const number = (asked += 1);
  const name = putMachine(defender, `bench-${number}`).computerDnsName ?? '';
  // Of its own: Cordon makes no call where an action runs already.
  const { id: machine } = putMachine(defender, `relay-${number}`);
  await doors.cordon.slashCommand({
    user: requester,
    channel,
    command: '/restrict',
    text: `${name} benchmark ${number}`,
  });
  const message = await until(() => cardOf(slack.messages(channel), name));

  await relay.ask({ machine });
  await pass(scene, before, restMs[before]);
  const relayed = await postAfter(sandbox, () => doors.relay.press({ user: approver, message, label: 'Approve' }));

  await pass(scene, before, restMs[before]);
  const durations: number[] = [];
  for (let each = 0; each < mustBeDurable; each += 1) {
    durations.push(commitOf(store));
    await sleep(betweenCommitsMs);
  }

  // The answers about the requester are of no use to anybody any more, as they would be when people decide.
  await pass(scene, before, restMs.quiet);
  const walBefore = readWal(file);
  const [slackCalls, defenderCalls] = [slack.calls.length, defender.calls.length];
  let acknowledged = Infinity;
  const clickedAt = now();
  const posted = await postAfter(sandbox, async () => {
    await doors.cordon.press({ user: approver, message, label: 'Approve' });
    acknowledged = now() - clickedAt;
  });
  const walAfter = readWal(file);
  const postedAt = clickedAt + posted;
  const lookUps = slack.calls.slice(slackCalls).filter(({ method, at }) => method === 'users.info' && at < postedAt);
  const ahead = defender.calls
    .slice(defenderCalls)
    .find(({ operation, at }) => operation === 'listMachineActions' && at < postedAt);
  return {
    acknowledged,
    identified: (lookUps[0]?.at ?? NaN) - clickedAt,
    lookedUpAgain: (lookUps.at(-1)?.at ?? NaN) - clickedAt,
    lookedAhead: ahead && ahead.at - clickedAt,
    posted,
    relayed,
    wal:
      walBefore.salt === walAfter.salt
        ? { commits: walAfter.commits - walBefore.commits, bytes: walAfter.bytes - walBefore.bytes }
        : undefined,
    commits: durations.reduce((sum, ms) => sum + ms, 0),
    oneCommit: median(durations),
  };
}

function putMachine(defender: DefenderStandIn, name: string): StandInMachine {
  const id = createHash('sha1').update(name).digest('hex');
  const machine = standInMachine({ id, computerDnsName: `${name}.contoso.com` });
  defender.putMachine(machine);
  return machine;
}

/** From now until the next POST that restricts is at Defender, in ms; resolves when all has become still after it. */
async function postAfter(sandbox: Sandbox, press: () => Promise<unknown>): Promise<number> {
  const { defender } = sandbox;
  const before = defender.calls.length;
  const pressedAt = now();
  const pressed = press();
  // Turns of the event loop and no timers: the stand-ins answer from this very process.
  const { at } = await until(
    () => defender.calls.slice(before).find(({ operation }) => operation === 'restrictCodeExecution'),
    nextTurn,
  );
  await pressed;
  await still(sandbox);
  return at - pressedAt;
}

/** `quiet`: more than the second for which an answer about a person is of use to others. */
const restMs: Readonly<Record<Before, number>> = { busy: 250, quiet: 1_100 };
const betweenCommitsMs = 5;
/** 60 questions a second are more than people ask, and keep a process from being forgotten by its machine. */
const everyMs = 16;

async function pass(scene: Scene, before: Before, ms: number): Promise<void> {
  if (before === 'quiet') {
    await sleep(ms);
    return;
  }
  const { sandbox, doors } = scene;
  const list = { user: onlooker, channel, command: '/cordon', text: 'list' };
  const sent: Promise<unknown>[] = [];
  for (const end = now() + ms; now() < end;) {
    sent.push(doors.cordon.slashCommand(list), doors.relay.slashCommand(list));
    await sleep(everyMs);
  }
  await Promise.all(sent);
  await still(sandbox);
}

/** Each for itself: the press, the vote with its place in the queue, `sending`. */
const mustBeDurable = 3;

/** What Cordon's three write to the log of SQLite on average. */
const commitBytes = 33_000;

/** One durable transaction of that size; in ms. */
function commitOf(store: Database.Database): number {
  const filler = Buffer.alloc(commitBytes - 2 * 4_120);
  const startedAt = performance.now();
  store.prepare('insert into bench (filler) values (?)').run(filler);
  return performance.now() - startedAt;
}

function cardOf(messages: readonly StoredMessage[], name: string): StoredMessage | undefined {
  return messages.find((each) => JSON.stringify(each.message).includes(name) && each.message.thread_ts === undefined);
}

const stillMs = 15;

/** Waits until Cordon has asked nobody anything for a moment. */
async function still({ slack, defender }: Sandbox): Promise<void> {
  const calls = (): number => slack.calls.length + defender.calls.length;
  for (let before = -1; before !== calls();) {
    before = calls();
    await sleep(stillMs);
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
