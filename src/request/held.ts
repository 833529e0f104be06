import { cordon } from '../audit/event.js';
import * as says from '../view/stopped.js';
import { commit, putOff } from './commit.js';
import type { Context } from './context.js';
import { amend, type Held, type Request } from './request.js';
import { refuse } from './vote.js';

type World = Pick<Context, 'store' | 'now' | 'wake' | 'dryRun'>;

/** Why nothing of this Request may be sent by this process now, or undefined when it may. */
export async function whyHeld({ store, dryRun, now }: World, request: Request): Promise<Held | undefined> {
  const at = request.held?.at ?? now();
  if (request.action === 'restrict') {
    const { stopped, stop } = await store.switch();
    if (stopped) return { at, why: 'stopped', ...(stop === undefined ? {} : { stop }) };
  }
  return dryRun && request.dryRun !== true ? { at, why: 'dry run' } : undefined;
}

/** A queued Request that must not be sent now steps out of the line: nothing is due with it until `goOn`. Said once, in its threads. */
export async function hold(world: World, request: Request, held: Held): Promise<void> {
  const { held: before } = request;
  const known = before !== undefined && before.over !== true && before.why === held.why;
  await commit(world, request, amend(request, { held, dueAt: undefined }), world.now(), {
    what: 'request.held',
    actor: cordon,
    detail: { why: held.why, stoppedBy: held.stop?.by.id },
    ...(known ? {} : { note: says.held(held) }),
  });
}

/** Back into the line, at its old place, where nothing holds it any more. */
export async function goOn(world: World, request: Request): Promise<void> {
  const { held } = request;
  if ((await whyHeld(world, request)) !== undefined) {
    // Its turn holds it again, and says nothing twice.
    await putOff(world, request, world.now());
    return;
  }
  const at = world.now();
  const over = held === undefined ? {} : { held: { ...held, over: true as const } };
  await commit(world, request, amend(request, { ...over, dueAt: at }), at, {
    what: 'request.go-on',
    actor: cordon,
    note: says.goesOn(),
  });
  world.wake('dispatch');
}

/**
 * A release of the same device that was sent while a restriction was held is the later word about the device, so the restriction
 * ends: sent now, it would undo the release. True where it did.
 */
export async function overtaken(world: World, request: Request): Promise<boolean> {
  const { held } = request;
  if (held === undefined || request.action !== 'restrict') return false;
  const others = await world.store.requestsForDevice(request.device.id, 20);
  const release = others.find(
    ({ action, sentAt }) => action === 'release' && sentAt !== undefined && sentAt >= held.at,
  );
  if (release === undefined) return false;
  await refuse(world, request, says.overtaken(release), cordon);
  return true;
}

/** What was approved for an hour is not sent a day later because somebody resumes then. True where its time is over. */
export async function outlived(world: World, request: Request): Promise<boolean> {
  if (request.held === undefined || world.now() < request.expiresAt) return false;
  await refuse(world, request, says.outlived(request.expiresAt), cordon);
  return true;
}
