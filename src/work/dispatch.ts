import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ActionKind } from '../command/model.js';
import { submitOperation } from '../defender/operation.js';
import { PlatformError } from '../platform.js';
import { insist, workOn } from '../request/claimed.js';
import { putOff } from '../request/commit.js';
import type { Context } from '../request/context.js';
import type { Request } from '../request/request.js';
import { call } from '../request/call.js';
import { goOn } from '../request/held.js';
import { queue } from '../request/queue.js';
import { hold, prepare, type Turn } from '../request/send.js';
import { earliest } from '../time.js';
import { createHurry } from './hurry.js';

type World = Omit<Context, 'newId' | 'newToken' | 'newCode'>;

/** Calls of one kind that may be under way at once: a whole minute's quota, so that a slow network wastes none of it. */
const atOnce = 100;
const batch = 200;
const kinds: readonly ActionKind[] = ['release', 'restrict'];

export interface Dispatcher {
  tick(): Promise<number | undefined>;
  /** Resolves when no call is under way any more. */
  idle(): Promise<void>;
  /** Starts no further call, hands back what waits for its turn, and resolves when the calls under way have ended. */
  stop(): Promise<void>;
}

/**
 * Moves approved Requests to Defender: gives them a place in the queue, takes the quota, and sends one device's calls one after
 * the other.
 */
export function createDispatcher(world: World, hurry = createHurry(world.now)): Dispatcher {
  const { store, throttle, now, wake, replica } = world;
  const underWay: Readonly<Record<ActionKind, Set<Promise<void>>>> = { release: new Set(), restrict: new Set() };
  let stopped = false;

  async function start(kind: ActionKind): Promise<void> {
    const free = atOnce - underWay[kind].size;
    if (free <= 0) return;
    const claimed = await replica.claim((owner) => store.claimQueued(owner, kind, now(), free));
    if (claimed.length > 0) hurry.begin();
    for (const request of claimed) {
      const running = workOn(world, request, () => carryOut(request)).finally(() => {
        underWay[kind].delete(running);
        wake('dispatch');
      });
      underWay[kind].add(running);
    }
  }

  /** What was held goes on once nothing holds it. A stop that ends is noticed here, whichever process was told of it. */
  async function releaseHeld(): Promise<void> {
    if (world.dryRun) return;
    const { stopped: switchedOff } = await store.switch();
    for (const kind of kinds.filter((each) => each === 'release' || !switchedOff)) {
      for (const request of await replica.claim((owner) => store.claimHeld(owner, kind, batch))) {
        await workOn(world, request, () => goOn(world, request));
      }
    }
  }

  async function carryOut(request: Request): Promise<void> {
    try {
      for (;;) {
        const attempt = await prepare(world, request);
        if (attempt === undefined) return;
        const turn = await throttle.through<Exclude<Turn, { outcome: 'full' }>>(
          submitOperation[request.action],
          attempt,
        );
        if (turn.outcome === 'stale' || turn.outcome === 'stopped') continue;
        if (turn.outcome === 'lost') {
          await putOff(world, request, now());
          return;
        }
        const slot = throttle.call(turn.call, turn.askedAt);
        await call(world, turn.request, slot).finally(() => slot.done());
        return;
      }
    } catch (error) {
      if (error instanceof PlatformError) await hold(world, request, error);
      else if (stopped) await insist(world, () => putOff(world, request, now()));
      else throw error;
    }
  }

  return {
    async tick() {
      if (stopped) return undefined;
      for (const kind of kinds) await start(kind);
      // What was started gets as far as it can without an answer from outside.
      await nextTurn();
      const approved = await replica.claim((owner) => store.claimRequests(owner, ['approved'], now(), batch));
      for (const request of approved) {
        await workOn(world, request, () => queue(world, request));
      }
      if (approved.length > 0) for (const kind of kinds) await start(kind);
      await releaseHeld();
      return earliest(await store.nextDue(['approved']), await nextQueued());
    },
    idle,
    stop() {
      stopped = true;
      return idle();
    },
  };

  async function idle(): Promise<void> {
    while (kinds.some((kind) => underWay[kind].size > 0)) {
      await Promise.allSettled(kinds.flatMap((kind) => [...underWay[kind]]));
    }
  }

  /** Something queued but not yet due; what is due already waits for its device. */
  async function nextQueued(): Promise<number | undefined> {
    const next = await store.nextDue(['queued']);
    return next === undefined ? undefined : Math.max(next, now() + 1_000);
  }
}
