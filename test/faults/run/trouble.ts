import { setTimeout as delay } from 'node:timers/promises';
import type { Sandbox } from '../../../sandbox/boot.js';
import type { PostgresOnLoopback } from '../../../sandbox/postgres.js';
import type { Chance } from './chance.js';

/** What goes wrong with processes, and how often while the load runs. */
export interface TroublePlan {
  /** `SIGKILL` and a start, each of a replica chosen by chance. */
  readonly kills?: number;
  /** `SIGSTOP` for longer than the lease, then `SIGCONT`. */
  readonly pauses?: number;
  readonly pauseMs?: number;
  /** `SIGKILL` to PostgreSQL and a start. */
  readonly postgresKills?: number;
  /** Bursts of refused, broken and unanswered calls of Slack and Teams. */
  readonly chatBursts?: number;
}

/** Something after which a message may be there twice, or a call without its answer. Unix ms. */
export interface Interruption {
  readonly from: number;
  readonly until: number;
  readonly what: string;
}

export interface Trouble {
  readonly interruptions: readonly Interruption[];
  /** Resolves when all that was planned has happened. */
  readonly over: Promise<void>;
}

export interface TroubleOptions {
  readonly plan: TroublePlan;
  readonly chance: Chance;
  /** The load is expected to last so long; the trouble is spread over it. */
  readonly spanMs: number;
  readonly postgres: PostgresOnLoopback | undefined;
}

type Kind = 'kill' | 'pause' | 'postgres' | 'chat';

/** Makes trouble at moments chosen by chance, one after the other. */
export function makeTrouble(sandbox: Sandbox, options: TroubleOptions): Trouble {
  const { plan, chance, spanMs, postgres } = options;
  const { replicas } = sandbox;
  const interruptions: Interruption[] = [];
  const of = (kind: Kind, times = 0): Kind[] => Array.from({ length: times }, () => kind);
  const planned = shuffled(
    [
      ...of('kill', plan.kills),
      ...of('pause', plan.pauses),
      ...of('postgres', plan.postgresKills),
      ...of('chat', plan.chatBursts),
    ],
    chance,
  );
  const note = async (what: string, work: () => Promise<void>): Promise<void> => {
    const from = Date.now();
    await work();
    interruptions.push({ from, until: Date.now(), what });
  };

  const happen = (kind: Kind): Promise<void> => {
    const index = Math.floor(chance.next() * replicas.count);
    switch (kind) {
      case 'kill':
        return note(`replica ${index} killed`, async () => {
          await replicas.kill(index);
          await delay(chance.between(0, 300));
          await replicas.restart(index);
        });
      case 'pause':
        return note(`replica ${index} paused`, async () => {
          replicas.pause(index);
          await delay((plan.pauseMs ?? 5_000) * chance.between(1, 1.3));
          replicas.resume(index);
        });
      case 'postgres':
        return note('PostgreSQL killed', async () => {
          if (postgres === undefined) throw new Error('This scenario has no PostgreSQL.');
          await postgres.kill();
          await delay(chance.between(100, 1_500));
          await postgres.restart();
        });
      case 'chat':
        burst(sandbox, chance);
        return Promise.resolve();
    }
  };
  const run = async (): Promise<void> => {
    const gapMs = spanMs / Math.max(1, planned.length);
    for (const kind of planned) {
      const startedAt = Date.now();
      await delay(gapMs * chance.between(0.1, 0.9));
      await happen(kind);
      await delay(Math.max(0, gapMs - (Date.now() - startedAt)));
    }
  };
  return { interruptions, over: run() };
}

const chatFaults = ['429', '503', '500', 'reset', 'lost answer'] as const;

/** A few calls in a row, whichever they are: what breaks connections does not ask for the method. */
function burst(sandbox: Sandbox, chance: Chance): void {
  const kind = chance.pick(chatFaults);
  const times = Math.ceil(chance.between(0, 6));
  if (chance.next() < 0.5) {
    sandbox.slack.fault({ kind, times, retryAfter: 1 });
    return;
  }
  sandbox.teams().fault({ kind, times, retryAfter: 1 });
}

function shuffled<T>(all: readonly T[], chance: Chance): T[] {
  return all
    .map((each) => ({ each, place: chance.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ each }) => each);
}
