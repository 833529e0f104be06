import { DefenderError } from '../defender/errors.js';
import type { MachineAction } from '../defender/machine-action.js';
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

/** As many as one page of actions holds. */
const batch = 1_000;

/** Follows all open MachineActions: one list call a tick for everything that is due, however many that is. */
export function createTracker(world: World): () => Promise<number | undefined> {
  const { store, defender, replica, now, logger } = world;
  let failures = 0;

  async function list(due: readonly Request[]): Promise<ReadonlyMap<string, MachineAction> | undefined> {
    try {
      const actions = await defender.listActions(due.flatMap((request) => request.machineAction?.id ?? []));
      failures = 0;
      return new Map(actions.map((action) => [action.id.toLowerCase(), action]));
    } catch (error) {
      failures += 1;
      const code = error instanceof DefenderError ? error.code : messageOf(error);
      const wait = error instanceof DefenderError ? error.retryAfterMs : undefined;
      const again = now() + (wait ?? backOff(failures, 2_000, 120_000));
      logger.warn({ code, open: due.length, again }, 'Defender did not list the open actions');
      await insist(world, () => putOffAll(due, again));
      return undefined;
    }
  }

  async function putOffAll(requests: readonly Request[], dueAt: number): Promise<void> {
    const ids = requests.map(({ id }) => id);
    await store.postponeRequests(ids, requests[0]?.claim ?? '', dueAt);
  }

  async function followListed(listed: readonly Request[]): Promise<void> {
    const byId = listed.length === 0 ? undefined : await list(listed);
    if (byId === undefined) return;
    const unchanged = new Map<number, Request[]>();
    for (const request of listed) {
      await workOn(world, request, async () => {
        const dueAt = await follow(world, request, byId.get(request.machineAction?.id.toLowerCase() ?? ''));
        if (dueAt !== undefined) unchanged.set(dueAt, [...(unchanged.get(dueAt) ?? []), request]);
      });
    }
    for (const [dueAt, requests] of unchanged) await insist(world, () => putOffAll(requests, dueAt));
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
    const due = await replica.claim((owner) => store.claimRequests(owner, ['submitted'], now(), batch));
    const isAlone = (request: Request): boolean => mustCancel(request) || request.machineAction === undefined;
    for (const request of due.filter(isAlone)) await workOn(world, request, () => followAlone(request));
    await followListed(due.filter((request) => !isAlone(request)));
    return store.nextDue(['submitted']);
  };
}
