import type { Gauge } from 'prom-client';
import type { Operation } from '../../defender/defender.js';
import type { Bucket, QuotaSettings } from '../../defender/quota.js';
import type { Health } from '../../platform.js';
import { StoreError } from '../../store/errors.js';
import type { StatsStore, StoreStats } from '../../store/stats.js';
import type { Store } from '../../store/store.js';
import { within } from '../../time.js';
import type { Instruments } from './instruments.js';

/** What a scrape asks, each by itself: what cannot be read leaves out its own series and no others. */
export interface ScrapeOptions {
  readonly store: StatsStore & Pick<Store, 'checkRecord'>;
  readonly ready: () => Promise<Health>;
  /** Whether this process holds its lease. */
  readonly alive: () => boolean;
  readonly policy: { revision: () => string; rejected: () => boolean };
  readonly dryRun: boolean;
  readonly version: string;
  readonly quota: QuotaSettings;
  /** Unix ms. */
  readonly now: () => number;
}

/** Prometheus gives up after ten seconds; a database that hangs must not take the other numbers with it. */
const readWithinMs = 3_000;
/** Several Prometheus servers, and whoever opens the page by hand, share one look at the database. */
const freshMs = 5_000;

const operations = Object.keys({
  restrictCodeExecution: true,
  unrestrictCodeExecution: true,
  getMachine: true,
  listMachines: true,
  findMachinesByIp: true,
  getMachineAction: true,
  listMachineActions: true,
  cancelMachineAction: true,
} satisfies Record<Operation, true>) as Operation[];

/** Brings the gauges up to date. Never rejects. */
export function createScrape(instruments: Instruments, options: ScrapeOptions): () => Promise<void> {
  const { process, store: gauges, bare } = instruments;
  const { store, now } = options;
  let last: { readonly at: number; readonly done: Promise<void> } | undefined;

  /** Without a value until the next one: a 0 would be a lie. */
  function empty(gauge: Gauge): void {
    gauge.reset();
    if (bare.has(gauge)) gauge.remove();
  }

  async function read<T>(source: string, ask: () => Promise<T>, set: (answer: T) => void, of: Gauge[]): Promise<void> {
    try {
      const answer = await within(readWithinMs, ask());
      for (const gauge of of) empty(gauge);
      set(answer);
    } catch {
      for (const gauge of of) empty(gauge);
      process.scrapeErrors.inc({ source });
    }
  }

  function setOwn(): void {
    const { version, policy } = options;
    process.build.set({ version, node: globalThis.process.version }, 1);
    process.alive.set(options.alive() ? 1 : 0);
    process.dryRun.set(options.dryRun ? 1 : 0);
    process.policy.reset();
    process.policy.set({ revision: policy.revision() }, 1);
    process.policyRejected.set(policy.rejected() ? 1 : 0);
  }

  async function readAll(): Promise<void> {
    setOwn();
    await Promise.all([
      read(
        'ready',
        options.ready,
        ({ ok }) => {
          process.ready.set(ok ? 1 : 0);
        },
        [process.ready],
      ),
      read(
        'record',
        () => isSound(store),
        (sound) => {
          gauges.sound.set(sound ? 1 : 0);
        },
        [gauges.sound],
      ),
      read(
        'store',
        () => store.stats(now()),
        (stats) => {
          setStats(instruments, options, stats);
        },
        ofStats(instruments),
      ),
    ]);
  }

  return () => {
    if (last === undefined || Math.abs(now() - last.at) > freshMs) last = { at: now(), done: readAll() };
    return last.done;
  };
}

/** False for a record that somebody else changed; throws where it cannot be read. */
async function isSound(store: ScrapeOptions['store']): Promise<boolean> {
  try {
    await store.checkRecord();
    return true;
  } catch (error) {
    if (error instanceof StoreError && (error.code === 'audit_broken' || error.code === 'audit_key')) return false;
    throw error;
  }
}

function ofStats({ requests, defender, chat, store }: Instruments): Gauge[] {
  return [
    requests.open,
    requests.held,
    requests.queueDepth,
    requests.queueOldest,
    defender.quotaLeft,
    defender.quotaLimit,
    defender.blocked,
    chat.pending,
    chat.oldest,
    store.inbox,
    store.inboxOldest,
    store.signed,
    store.unsigned,
    store.replicas,
    store.stopped,
  ];
}

function setStats(instruments: Instruments, options: ScrapeOptions, stats: StoreStats): void {
  const { requests, chat, store } = instruments;
  const ageOf = (since: number | undefined): number => Math.max(0, options.now() - (since ?? options.now())) / 1_000;
  for (const [state, count] of stats.requests) requests.open.set({ state }, count);
  requests.held.set(stats.held);
  for (const action of ['restrict', 'release'] as const) {
    const line = stats.queue.find((each) => each.action === action);
    requests.queueDepth.set({ action }, line?.waiting ?? 0);
    requests.queueOldest.set({ action }, ageOf(line?.since));
  }
  for (const platform of ['slack', 'teams'] as const) {
    const owed = stats.deliveries.find((each) => each.platform === platform);
    chat.pending.set({ platform }, owed?.pending ?? 0);
    chat.oldest.set({ platform }, ageOf(owed?.since));
  }
  store.inbox.set(stats.inbox.pending);
  store.inboxOldest.set(ageOf(stats.inbox.since));
  store.replicas.set(stats.replicas);
  store.stopped.set(stats.stopped ? 1 : 0);
  store.unsigned.set(stats.audit.unsigned);
  if (stats.audit.signedAt !== undefined) store.signed.set(ageOf(stats.audit.signedAt));
  // The store's own number, which no restart sets back.
  store.events.reset();
  store.events.inc(stats.audit.events);
  setQuota(instruments, options, stats);
}

function setQuota({ defender }: Instruments, { quota, now }: ScrapeOptions, { calls }: StoreStats): void {
  const { callsPerMinute: minute, callsPerHour: hour } = quota;
  defender.quotaLimit.set({ window: 'minute' }, minute);
  defender.quotaLimit.set({ window: 'hour' }, hour);
  const buckets: readonly Bucket[] = quota.scope === 'app' ? ['app'] : operations;
  for (const operation of buckets) {
    const used = calls.find(({ bucket }) => bucket === operation);
    defender.quotaLeft.set({ operation, window: 'minute' }, Math.max(0, minute - (used?.lastMinute ?? 0)));
    defender.quotaLeft.set({ operation, window: 'hour' }, Math.max(0, hour - (used?.lastHour ?? 0)));
    defender.blocked.set({ operation }, Math.max(0, (used?.blockedUntil ?? 0) - now()) / 1_000);
  }
}
