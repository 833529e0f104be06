import { cordon } from '../audit/event.js';
import { submitOperation } from '../defender/operation.js';
import * as notes from '../view/notes.js';
import { commit } from './commit.js';
import type { Context } from './context.js';
import type { Happening, Next } from './effects.js';
import { runningStates } from './life.js';
import { advance, amend, type Request } from './request.js';

type World = Pick<Context, 'store' | 'throttle' | 'now' | 'wake'>;

/** A wait for the quota that people are told about. */
const noticeableMs = 5_000;

/** The other Request on the same device whose call is under way: one device's calls never overtake each other. */
export async function runningOnDevice(store: Context['store'], request: Request): Promise<Request | undefined> {
  const others = await store.requestsForDevice(request.device.id, 20);
  return others.find((other) => other.id !== request.id && runningStates.includes(other.state));
}

/**
 * The place in the queue of a Request that is about to be stored as approved, to be stored with it: the version is the same. Where it
 * has to wait, its thread is told for what and how long. Undefined where it is not approved. Rejects where the store does; then the
 * approval must not be stored either.
 */
export async function queued(
  world: Pick<World, 'store' | 'throttle' | 'now'>,
  request: Request,
): Promise<Next | undefined> {
  const { store, now } = world;
  if (request.state !== 'approved') return undefined;
  const [ahead, running] = await Promise.all([
    store.countIn(['queued'], request.action),
    runningOnDevice(store, request),
  ]);
  const { over, note } = running
    ? { over: { waitsFor: running.id }, note: { note: notes.waitsForDevice(running) } }
    : await expectedWait(world, request, ahead);
  const at = now();
  const after = advance(request, 'queue', at, { queuedAt: approvedAt(request), dueAt: at, ...over });
  return after && { request: { ...after, version: request.version }, what: 'request.queue', actor: cordon, ...note };
}

/** Queues what is stored as approved and nothing more, as an earlier version of Cordon did. */
export async function queue(world: World, request: Request): Promise<void> {
  const next = await queued(world, amend(request, {}));
  if (next !== undefined) await commit(world, request, next.request, world.now(), next);
}

/** Its place in the line: whichever process queues it, and however late, what was approved first goes first. */
function approvedAt({ createdAt, votes }: Request): number {
  return Math.max(createdAt, ...votes.map(({ at }) => at));
}

/** What there is to say about the wait for the quota: nothing where it is too short to notice. */
export async function expectedWait(
  { throttle, now }: Pick<World, 'throttle' | 'now'>,
  { action }: Request,
  ahead: number,
): Promise<{ over: Pick<Request, 'estimate'>; note: Pick<Happening, 'note'> }> {
  const at = await throttle.estimate(submitOperation[action], ahead);
  if (at - now() <= noticeableMs) return { over: {}, note: {} };
  return { over: { estimate: { ahead, at } }, note: { note: notes.waiting({ ahead, at }) } };
}
