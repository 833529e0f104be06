import { cordon } from '../audit/event.js';
import { finalStatus, type MachineAction } from '../defender/machine-action.js';
import { mentionsRequest } from '../defender/comment.js';
import { DefenderError } from '../defender/errors.js';
import * as notes from '../view/notes.js';
import { backOff } from '../time.js';
import { commit, putOff } from './commit.js';
import type { Context } from './context.js';
import type { Happening } from './effects.js';
import { advance, type Request } from './request.js';

type World = Pick<Context, 'store' | 'defender' | 'now' | 'limits' | 'logger' | 'wake'>;

/** Defender's clock may be this far behind ours. */
const clockSkewMs = 600_000;
const firstLookMs = 2_000;
const longestPauseMs = 300_000;
/** How long Defender may be unreachable before people are told that nobody can tell. */
const unreachableMs = 900_000;

/**
 * Finds out what became of a call whose answer never came: a crash between `sending` and the answer, a time-out, a 5xx. It is
 * searched for in Defender by the request id in its comment. Found: followed. Not found for the settle time: sent again, as
 * often as the limit allows. Defender cannot be asked: nothing is sent; after a while the Request is `unknown` and its people
 * are told, and the search goes on.
 */
export async function recover(world: World, request: Request): Promise<void> {
  const { defender, limits } = world;
  const now = world.now();
  const sentAt = request.sentAt ?? request.createdAt;
  let actions: MachineAction[];
  try {
    actions = await defender.listMachineActions(request.device.id, request.action, sentAt - clockSkewMs);
  } catch (error) {
    if (!(error instanceof DefenderError)) throw error;
    return cannotTell(world, request, error);
  }
  const ours = actions.find((action) => mentionsRequest(action.requestorComment ?? '', request.id));
  if (ours) return follow(world, request, ours, false);
  const running =
    request.failure?.code === 'already_running'
      ? actions.find((action) => finalStatus(action) === undefined)
      : undefined;
  if (running) return follow(world, request, running, true);

  if (now - sentAt < limits.settleMs)
    return putOff(world, request, Math.min(sentAt + limits.settleMs, now + firstLookMs * 2));
  if (request.attempts < limits.attempts) {
    const after = advance(request, 'requeue', now, { dueAt: now });
    return store(world, request, after, {
      what: 'request.requeue',
      actor: cordon,
      detail: { because: 'not found in Defender' },
      note: notes.sendingAgain(),
    });
  }
  const text = `The call was sent ${request.attempts} times, and Defender has no trace of it.`;
  const after = advance(request, 'reject', now, { failure: { code: 'never_arrived', text } });
  return store(world, request, after, {
    what: 'request.reject',
    actor: cordon,
    detail: { attempts: request.attempts },
    note: notes.failed(request, text),
  });
}

async function follow(world: World, request: Request, action: MachineAction, adopted: boolean): Promise<void> {
  const now = world.now();
  const after = advance(request, 'submit', now, {
    machineAction: action,
    submittedAt: now,
    dueAt: now,
    ...(adopted ? { adopted } : {}),
  });
  await store(world, request, after, {
    what: 'request.submit',
    actor: cordon,
    detail: { machineAction: action.id, status: action.status, adopted, foundAgain: true },
    note: adopted ? notes.adopted(request, action) : notes.foundAgain(action),
  });
  world.wake('track');
}

async function cannotTell(world: World, request: Request, error: DefenderError): Promise<void> {
  const now = world.now();
  const waited = now - (request.sentAt ?? request.createdAt);
  world.logger.warn(
    { request: request.id, code: error.code, waited },
    'Defender cannot be asked what became of a call',
  );
  const dueAt = now + (error.retryAfterMs ?? backOff(Math.floor(waited / 30_000), firstLookMs, longestPauseMs));
  if (request.state === 'sending' && waited >= unreachableMs) {
    const after = advance(request, 'lose', now, { dueAt });
    await store(world, request, after, {
      what: 'request.lose',
      actor: cordon,
      detail: { code: error.code },
      note: notes.notKnown(request),
    });
    return;
  }
  await putOff(world, request, dueAt);
}

async function store(world: World, before: Request, after: Request | undefined, happening: Happening): Promise<void> {
  if (after !== undefined) await commit(world, before, after, world.now(), happening);
}
