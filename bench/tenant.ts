import { Response } from 'cross-fetch';
import { DefenderError } from '../src/defender/errors.js';
import type { Reads } from '../src/defender/look.js';
import {
  finalStatus,
  type FinalStatus,
  type MachineAction,
  machineActionType,
} from '../src/defender/machine-action.js';

/** An action's life, in Unix ms. */
export interface Life {
  readonly id: string;
  readonly createdAt: number;
  /** Reads do not show it before. */
  readonly listedAt?: number;
  /** It is `InProgress` from here on. */
  readonly startsAt?: number;
  readonly endsAt?: number;
  readonly end?: FinalStatus;
}

/**
 * A tenant with very many actions whose whole lives are known beforehand, which lists them as Defender does and counts the calls. It
 * knows the filters with which actions are followed, and refuses any other.
 */
export class Tenant implements Reads {
  calls = 0;
  /** Is asked at each call; time may pass with it, so that pages drift. */
  now: () => number;
  /** Filters that this Defender does not know. */
  readonly refuses: RegExp | undefined;
  readonly #lives = new Map<string, Life>();
  readonly #newestFirst: readonly Life[];

  constructor(lives: readonly Life[], now: () => number, refuses?: RegExp) {
    this.now = now;
    this.refuses = refuses;
    this.#newestFirst = [...lives].sort((a, b) => b.createdAt - a.createdAt);
    for (const life of lives) this.#lives.set(life.id, life);
  }

  list(filter: string, top: number, skip = 0): Promise<MachineAction[]> {
    this.calls += 1;
    const at = this.now();
    const shown = this.#matching(filter, at);
    if (shown === undefined)
      return Promise.reject(new DefenderError('ODataError', filter, { taken: 'no', userText: '' }));
    return Promise.resolve(shown.slice(skip, skip + Math.min(top, 10_000)));
  }

  get(id: string): Promise<MachineAction | undefined> {
    this.calls += 1;
    return Promise.resolve(this.#shown([this.#lives.get(id)], this.now())[0]);
  }

  /** The same over HTTP. */
  readonly fetch = async (input: unknown): Promise<Response> => {
    const { searchParams } = new URL(String(input));
    const number = (name: string): number => Number(searchParams.get(name) ?? 0);
    const value = await this.list(searchParams.get('$filter') ?? '', number('$top'), number('$skip')).catch(
      () => undefined,
    );
    if (value === undefined) return new Response('{"error":{"code":"ODataError","message":""}}', { status: 400 });
    return new Response(JSON.stringify({ value }), { headers: { 'content-type': 'application/json' } });
  };

  #matching(filter: string, at: number): MachineAction[] | undefined {
    if (this.refuses?.test(filter)) return undefined;
    const [, ids] = /^id in \((.*)\)$/.exec(filter) ?? [];
    if (ids !== undefined)
      return this.#shown(
        ids.split(',').map((id) => this.#lives.get(id.slice(1, -1))),
        at,
      );
    const all = this.#shown(this.#newestFirst, at);
    if (filter.startsWith("(status eq 'Pending' or status eq 'InProgress') and (type eq")) {
      return all.filter((action) => finalStatus(action) === undefined);
    }
    const [, since] = /^\(type eq [^)]*\) and creationDateTimeUtc ge (\S+)$/.exec(filter) ?? [];
    if (since === undefined) return undefined;
    return all.filter(({ creationDateTimeUtc }) => Date.parse(creationDateTimeUtc ?? '') >= Date.parse(since));
  }

  #shown(lives: readonly (Life | undefined)[], at: number): MachineAction[] {
    return lives.flatMap((life) =>
      life === undefined || at < (life.listedAt ?? life.createdAt) ? [] : [actionOf(life, at)],
    );
  }
}

/** How Defender would print it at that moment. */
export function actionOf(
  { id, createdAt, startsAt = Infinity, endsAt = Infinity, end }: Life,
  at: number,
): MachineAction {
  const ended = at >= endsAt ? (end ?? 'Succeeded') : undefined;
  return {
    id,
    type: machineActionType.restrict,
    status: ended ?? (at >= startsAt ? 'InProgress' : 'Pending'),
    machineId: null,
    computerDnsName: null,
    requestor: 'Customer App',
    requestorComment: null,
    creationDateTimeUtc: new Date(createdAt).toISOString(),
    lastUpdateDateTimeUtc: null,
    cancellationRequestor: null,
    cancellationComment: null,
    errorHResult: 0,
  };
}
