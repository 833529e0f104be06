import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { boot, type Sandbox } from '../sandbox/boot.js';
import { slashCommandPayload } from '../sandbox/slack/payloads.js';
import type { Benchmark, Row } from './benchmark.js';
import type { LoadPlan, LoadResult } from './load.js';
import { inTurn } from './measure.js';
import { cpuMs, type Helper, startHelper } from './process.js';
import { compared, healthy } from './rows.js';

type Load = Helper<LoadPlan, LoadResult>;
type Target = 'cordon' | 'peer';

interface Scene {
  readonly sandbox: Sandbox;
  readonly load: Load;
  readonly urls: Readonly<Record<Target, string>>;
  readonly pids: Readonly<Record<Target, number>>;
}

const peerName = 'Bolt that only acknowledges';
const place = { user: 'U0ALICE', channel: 'C0INC4711' };

/** Signed slash commands, from the first byte to the 200, with the command on disk by then. */
export const slack: Benchmark = {
  name: 'slack',
  title: 'signed slash command to 200',
  async run({ quick, log }) {
    const rounds = quick ? 1 : 5;
    const [busyRows, aloneRows]: [Row[], Row[]] = [[], []];
    await withScene(async (scene) => {
      log('everything at once: commands are acknowledged while earlier ones are answered');
      busyRows.push(...(await busy(scene, rounds, quick ? 100 : 1_000)));
      busyRows.push(...(await steady(scene, quick ? 1 : 3, quick ? 1 : 5)));
    });
    await withScene(async (scene) => {
      // Cordon asks Slack who somebody is before anything else: what was stored waits there, as in an outage of Slack.
      scene.sandbox.slack.fault({ operation: 'users.info', kind: 'timeout', times: Infinity });
      for (const connections of quick ? [10] : [1, 10, 50, 200]) {
        log(`acknowledging alone, ${connections} connections`);
        aloneRows.push(...(await acknowledging(scene, rounds, connections, quick ? 0.5 : 2)));
      }
    });
    return [...aloneRows, ...busyRows];
  },
};

async function withScene(work: (scene: Scene) => Promise<void>): Promise<void> {
  const sandbox = await boot({ slack: { rateLimits: false } });
  const { SLACK_SIGNING_SECRET = '', SLACK_BOT_TOKEN = '', SLACK_API_URL = '' } = sandbox.settings;
  const bolt = startHelper<object, { port: number }>('peers/bolt.js', {
    SLACK_SIGNING_SECRET,
    SLACK_BOT_TOKEN,
    SLACK_API_URL,
  });
  const load = startHelper<LoadPlan, LoadResult>('load.js');
  try {
    const { port } = await bolt.ask({});
    const urls = {
      cordon: `${sandbox.cordon().url}/slack/events`,
      peer: `http://127.0.0.1:${port}/slack/events`,
    };
    await work({ sandbox, load, urls, pids: { cordon: sandbox.cordon().pid, peer: bolt.pid } });
  } finally {
    await Promise.all([load.stop(), bolt.stop()]);
    // It has work left on purpose, and nobody waits for it.
    await sandbox.cordon().stop('SIGKILL');
    await sandbox.close();
  }
}

/** How fast commands are stored and acknowledged while nothing else is done. */
async function acknowledging(
  { sandbox, load, urls, pids }: Scene,
  rounds: number,
  connections: number,
  seconds: number,
): Promise<Row[]> {
  const once = (target: Target) => async (): Promise<LoadResult & { readonly cpu: number }> => {
    const before = cpuMs(pids[target]);
    const plan = { url: urls[target], connections, seconds, requests: commands(sandbox) };
    const result = healthy(await load.ask(plan));
    return { ...result, cpu: (cpuMs(pids[target]) - before) / result.answered };
  };
  const measured = await inTurn(rounds, { cordon: once('cordon'), peer: once('peer') });
  const what = `slack: acknowledged, ${connections} connection${connections === 1 ? '' : 's'}`;
  return [
    compared(measured, ({ rate }) => rate, {
      what,
      unit: 'req/s',
      peer: peerName,
      // One at a time, every command waits for the disk alone, which the peer has none of: shown, not promised.
      ...(connections < 10 ? {} : { goal: { text: '≥ 0.9', met: (ratio) => ratio >= 0.9 } }),
    }),
    compared(measured, ({ p50 }) => p50, { what: `${what}, p50`, unit: 'ms', peer: peerName }),
    compared(measured, ({ p99 }) => p99, { what: `${what}, p99`, unit: 'ms', peer: peerName }),
    compared(measured, ({ cpu }) => cpu, { what: `${what}, CPU for one`, unit: 'ms', peer: peerName }),
  ];
}

/** A burst of questions, all of which are answered in the end: who asked is looked up, the store is asked, the answer is posted. */
async function busy({ sandbox, load, urls }: Scene, rounds: number, amount: number): Promise<Row[]> {
  const burst = async (target: Target): Promise<LoadResult & { readonly inFull: number }> => {
    const before = answered(sandbox);
    const startedAt = performance.now();
    const requests = commands(sandbox, amount);
    const acknowledged = healthy(await load.ask({ url: urls[target], connections: 50, amount, requests }));
    if (target === 'cordon') await allAnswered(sandbox, before + amount);
    return { ...acknowledged, inFull: (amount / (performance.now() - startedAt)) * 1_000 };
  };
  const measured = await inTurn(rounds, { cordon: () => burst('cordon'), peer: () => burst('peer') });
  const what = `slack: burst of ${amount}`;
  return [
    compared(measured, ({ rate }) => rate, { what: `${what}, acknowledged`, unit: 'req/s', peer: peerName }),
    compared(measured, ({ p99 }) => p99, { what: `${what}, acknowledged, p99`, unit: 'ms', peer: peerName }),
    compared({ cordon: measured.cordon, peer: [] }, ({ inFull }) => inFull, {
      what: `${what}, answered in full`,
      unit: 'req/s',
    }),
  ];
}

/** More than any team types, and each answered in full before long. */
const steadyRate = 100;

async function steady({ sandbox, load, urls }: Scene, rounds: number, seconds: number): Promise<Row[]> {
  const once = (target: Target) => async (): Promise<LoadResult> => {
    const requests = commands(sandbox, steadyRate * (seconds + 2));
    const before = answered(sandbox);
    const plan = { url: urls[target], connections: 20, seconds, rate: steadyRate, requests };
    const result = healthy(await load.ask(plan));
    if (target === 'cordon') await allAnswered(sandbox, before + result.answered);
    return result;
  };
  const measured = await inTurn(rounds, { cordon: once('cordon'), peer: once('peer') });
  const what = `slack: ${steadyRate} a second, answered in full`;
  return [
    compared(measured, ({ p50 }) => p50, { what: `${what}, acknowledged, p50`, unit: 'ms', peer: peerName }),
    compared(measured, ({ p99 }) => p99, { what: `${what}, acknowledged, p99`, unit: 'ms', peer: peerName }),
  ];
}

/** `/cordon list`; with an `amount`, each with a `response_url` that works. */
function commands({ slack, settings }: Sandbox, amount = 0): LoadPlan['requests'] {
  const { workspace } = slack;
  const channel = workspace.findChannel(place.channel);
  if (channel === undefined) throw new Error(`There is no channel ${place.channel}.`);
  const payload = slashCommandPayload(
    workspace,
    { user: workspace.user(place.user), channel, command: '/cordon', text: 'list' },
    { trigger_id: '', response_url: slack.newResponseUrl(place.channel, place.user) },
  );
  const fields = Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
  const replyUrls = Array.from({ length: amount }, () => slack.newResponseUrl(place.channel, place.user));
  return {
    kind: 'slack',
    signingSecret: settings['SLACK_SIGNING_SECRET'] ?? '',
    fields,
    mark: randomUUID(),
    ...(amount === 0 ? {} : { replyUrls }),
  };
}

function answered({ slack }: Sandbox): number {
  return slack.calls.filter(({ method, error }) => method === 'respond' && error === undefined).length;
}

const answeredWithinMs = 120_000;

async function allAnswered(sandbox: Sandbox, count: number): Promise<void> {
  const deadline = performance.now() + answeredWithinMs;
  while (answered(sandbox) < count) {
    if (performance.now() > deadline) throw new Error(`${count - answered(sandbox)} commands were never answered`);
    await sleep(5);
  }
}
