import { createdAt } from '../defender/actions.js';
import { DefenderError } from '../defender/errors.js';
import type { Listed, Look, Wanted } from '../defender/look.js';
import { messageOf } from '../errors.js';
import { insist, workOn } from '../request/claimed.js';
import { putOff } from '../request/commit.js';
import type { Context } from '../request/context.js';
import { cancelInDefender, isToBeCancelled } from '../request/cancel.js';
import { findAssumed, follow } from '../request/follow.js';
import type { Request } from '../request/request.js';
import { backOff } from '../time.js';

type World = Pick<
  Context,
  'store' | 'defender' | 'throttle' | 'replica' | 'now' | 'limits' | 'dryRun' | 'logger' | 'tracer' | 'wake'
>;

/** So many are claimed at once, to hold up others who write for a moment only. */
const batch = 1_000;
/** As many as one page of actions holds. What is due beyond it is the next tick's. */
const batchesPerTick = 10;
/** Defender's clock may be this far behind ours. */
const clockSkewMs = 600_000;

/** Follows all open MachineActions: everything that is due at a tick shares one look at Defender, however many that is. */
export function createTracker(world: World): () => Promise<number | undefined> {
  const { store, defender, replica, now, logger } = world;
  let failures = 0;

  /** The Requests whose action is not in the answer. Where Defender does not answer, nobody's, and all are put off. */
  async function followBy(ask: Look['find'], requests: readonly Request[], trouble: Trouble): Promise<Request[]> {
    if (requests.length === 0) return [];
    let listed: Listed;
    try {
      listed = await ask(requests.flatMap(wanted));
      failures = 0;
    } catch (error) {
      failures += 1;
      const code = error instanceof DefenderError ? error.code : messageOf(error);
      const wait = error instanceof DefenderError ? error.retryAfterMs : undefined;
      trouble.until = now() + (wait ?? backOff(failures, 2_000, 120_000));
      logger.warn({ code, open: requests.length, again: trouble.until }, 'Defender did not list the open actions');
      await putOffAll(requests, trouble.until);
      return [];
    }
    const shown = (request: Request) => listed.get(request.machineAction?.id.toLowerCase() ?? '');
    await followShown(
      requests.filter((request) => shown(request) !== undefined),
      shown,
    );
    return requests.filter((request) => shown(request) === undefined);
  }

  async function followShown(requests: readonly Request[], shown: Shown): Promise<void> {
    const unchanged = new Map<number, Request[]>();
    for (const request of requests) {
      await workOn(world, request, async () => {
        const dueAt = await follow(world, request, shown(request));
        if (dueAt !== undefined) addTo(unchanged, dueAt, request);
      });
    }
    for (const [dueAt, alike] of unchanged) await putOffAll(alike, dueAt);
  }

  /** One statement for each claim. */
  async function putOffAll(requests: readonly Request[], dueAt: number): Promise<void> {
    const claims = new Map<string, Request[]>();
    for (const request of requests) addTo(claims, request.claim ?? '', request);
    for (const [claim, alike] of claims) {
      const ids = alike.map(({ id }) => id);
      await insist(world, () => store.postponeRequests(ids, claim, dueAt));
    }
  }

  /** A wish is kept while Cordon runs as a dry run, and the action followed as any other. */
  const mustCancel = (request: Request): boolean => !world.dryRun && isToBeCancelled(request);

  /** What takes calls of its own. */
  async function followAlone(request: Request): Promise<void> {
    if (mustCancel(request)) return cancelInDefender(world, request);
    const dueAt = await findAssumed(world, request);
    if (dueAt !== undefined) await putOff(world, request, dueAt);
  }

  return async () => {
    const at = now();
    const look = defender.look();
    const trouble: Trouble = { until: undefined };
    const left: Request[] = [];
    const isAlone = (request: Request): boolean => mustCancel(request) || request.machineAction === undefined;
    for (let batches = 0; batches < batchesPerTick; batches += 1) {
      // What this tick has put off is due later than `at`.
      const due = await replica.claim((owner) => store.claimRequests(owner, ['submitted'], at, batch));
      for (const request of due.filter(isAlone)) await workOn(world, request, () => followAlone(request));
      const listed = due.filter((request) => !isAlone(request));
      if (trouble.until === undefined) left.push(...(await followBy((some) => look.glance(some), listed, trouble)));
      else await putOffAll(listed, trouble.until);
      if (due.length < batch) break;
    }
    if (trouble.until === undefined) {
      const unlisted = await followBy((some) => look.find(some), left, trouble);
      await followShown(unlisted, () => undefined);
    } else {
      await putOffAll(left, trouble.until);
    }
    return store.nextDue(['submitted']);
  };
}

type Shown = (request: Request) => ReturnType<Listed['get']>;

/** That Defender did not answer, and until when (Unix ms) it is not asked. */
interface Trouble {
  until: number | undefined;
}

function addTo<K, V>(groups: Map<K, V[]>, key: K, value: V): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
}

function wanted({ machineAction, submittedAt = 0 }: Request): Wanted[] {
  if (machineAction === undefined) return [];
  return [{ id: machineAction.id, since: createdAt(machineAction) ?? submittedAt - clockSkewMs }];
}
