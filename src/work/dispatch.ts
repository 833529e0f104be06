import type { ActionKind } from '../command/model.js';
import { submitOperation } from '../defender/operation.js';
import type { Call } from '../defender/throttle.js';
import { messageOf } from '../errors.js';
import { PlatformError } from '../platform.js';
import type { Context } from '../request/context.js';
import type { Request } from '../request/request.js';
import { hold, queue, runningOnDevice, send } from '../request/send.js';
import { earliest } from '../time.js';

type World = Omit<Context, 'newId' | 'newToken' | 'newCode'>;

/** Calls that may be under way at once: enough to use the quota when Defender is slow, few enough to stop quickly. */
const atOnce = 8;
const batch = 200;

export interface Dispatcher {
  tick(): Promise<number | undefined>;
  /** Whether the answer to this Request's call is still awaited. */
  isUnderWay(requestId: string): boolean;
  /** Resolves when no call is under way any more. */
  idle(): Promise<void>;
  /** Starts no further call, and resolves when those under way have ended. */
  stop(): Promise<void>;
}

/**
 * Moves approved Requests to Defender: gives them a place in the queue, takes the quota, and sends one device's calls one after
 * the other.
 */
export function createDispatcher(world: World): Dispatcher {
  const { store, throttle, now, logger, wake } = world;
  const calls = new Map<string, Promise<void>>();
  /** Devices with a call under way in this process. */
  const lanes = new Set<string>();
  const drains = new Map<ActionKind, Promise<void>>();
  let stopped = false;

  /** The first queued Request of this kind whose device has nothing else under way. */
  async function nextFor(kind: ActionKind): Promise<Request | undefined> {
    for (const request of await store.requestsIn(['queued'], batch)) {
      if (request.action !== kind || (request.dueAt ?? 0) > now() || lanes.has(request.device.id)) continue;
      const running = await runningOnDevice(store, request);
      if (running === undefined && !lanes.has(request.device.id)) return request;
    }
    return undefined;
  }

  async function drain(kind: ActionKind): Promise<void> {
    while (!stopped && (await nextFor(kind)) !== undefined) {
      while (calls.size >= atOnce) await Promise.race(calls.values());
      const slot = await throttle.take(submitOperation[kind]);
      const request = await nextFor(kind);
      if (request === undefined) return slot.done();
      lanes.add(request.device.id);
      const call = carryOut(request, slot).finally(() => {
        calls.delete(request.id);
        lanes.delete(request.device.id);
        wake('dispatch');
      });
      calls.set(request.id, call);
    }
  }

  async function carryOut(request: Request, slot: Call): Promise<void> {
    try {
      await send(world, request.id, slot);
    } catch (error) {
      logger.error({ err: error, request: request.id }, `a request could not be sent: ${messageOf(error)}`);
      if (error instanceof PlatformError) await hold(world, request, error);
    } finally {
      await slot.done();
    }
  }

  function keepDraining(kind: ActionKind): void {
    if (drains.has(kind) || stopped) return;
    const running = drain(kind)
      .catch((error: unknown) => {
        if (!stopped) logger.error({ err: error }, `sending stopped for a moment: ${messageOf(error)}`);
      })
      .finally(() => drains.delete(kind));
    drains.set(kind, running);
  }

  return {
    async tick() {
      for (const request of await store.dueRequests(['approved'], now(), batch)) await queue(world, request);
      keepDraining('restrict');
      keepDraining('release');
      return earliest(await store.nextDue(['approved']), await nextQueued());
    },
    isUnderWay: (requestId) => calls.has(requestId),
    idle,
    stop() {
      stopped = true;
      return idle();
    },
  };

  async function idle(): Promise<void> {
    while (calls.size > 0 || drains.size > 0) await Promise.allSettled([...calls.values(), ...drains.values()]);
  }

  /** Something queued but not yet due; what is due already has a drain at work or waits for its device. */
  async function nextQueued(): Promise<number | undefined> {
    const next = await store.nextDue(['queued']);
    return next === undefined ? undefined : Math.max(next, now() + 1_000);
  }
}
