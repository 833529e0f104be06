import { cordon } from '../audit/event.js';
import { DefenderError } from '../defender/errors.js';
import { actionFacts, finalStatus, type MachineAction } from '../defender/machine-action.js';
import { flightMs } from '../defender/quota.js';
import { backOff } from '../time.js';
import * as says from '../view/doubt.js';
import * as notes from '../view/notes.js';
import { doubtButtons, withDoubtTokens } from './buttons.js';
import { callOff } from './call-off.js';
import { commit, nothing, putOff } from './commit.js';
import type { Context } from './context.js';
import type { Happening } from './effects.js';
import { actionsSinceSent, markedOf, unmarkedOf } from './find.js';
import { advance, amend, type Doubt, type Request, type Seen } from './request.js';

type World = Pick<Context, 'store' | 'defender' | 'now' | 'newToken' | 'limits' | 'logger' | 'portalUrl' | 'wake'>;

const firstLookMs = 2_000;
/** Clocks of processes that share a database differ by less. */
const clockStepMs = 5_000;
const longestPauseMs = 300_000;
/** How long Defender may be unreachable, at least, before people are told that nobody can tell. */
const unreachableMs = 60_000;
/** For tidiness alone: whether a press still means something is told by the Request. */
const buttonMs = 30 * 86_400_000;

/**
 * Finds out what became of a call whose answer never came: a crash between `sending` and the answer, a time-out, a 5xx. It is
 * searched for in Defender by the request id in its comment. Found: followed. Not listed after the settle time: sent again, as
 * often as the limit allows, or called off where somebody wants it cancelled. Defender cannot be asked, or lists an action without
 * any comment: the Request is `unknown`. Then approvers are asked, the search goes on and may settle it by a find, and only a person
 * has it sent again.
 */
export async function recover(world: World, request: Request): Promise<void> {
  if (sentAtOf(request) > world.now() + clockStepMs) return countFromNow(world, request);
  let actions: MachineAction[];
  try {
    actions = await actionsSinceSent(world, request);
  } catch (error) {
    if (!(error instanceof DefenderError)) throw error;
    return notAnswered(world, request, error);
  }
  const ours = markedOf(actions, request);
  if (ours) return follow(world, request, ours, false);
  const running =
    request.failure?.code === 'already_running'
      ? actions.find((action) => finalStatus(action) === undefined)
      : undefined;
  if (running) return follow(world, request, running, true);
  const unmarked = await unmarkedOf(world, actions, request);
  if (unmarked) return doubt(world, request, { what: 'unmarked', action: unmarked });

  const now = world.now();
  const quietAt = sentAtOf(request) + Math.max(world.limits.settleMs, flightMs + 1);
  if (now < quietAt) return putOff(world, request, Math.min(quietAt, now + firstLookMs * 2));
  if (request.cancelling !== undefined) {
    await callOff(world, request, request.cancelling);
    return;
  }
  return request.state === 'unknown' ? doubt(world, request, { what: 'nothing' }) : sendAgain(world, request);
}

function sentAtOf({ sentAt, createdAt }: Request): number {
  return sentAt ?? createdAt;
}

/** The clock was set back since: by the old time it would be searched for until that comes again. */
async function countFromNow(world: World, request: Request): Promise<void> {
  const now = world.now();
  await world.store.change(amend(request, { sentAt: now, dueAt: now + firstLookMs }), nothing);
}

/** Nothing is listed, and nothing can be in flight any more. */
async function sendAgain(world: World, request: Request): Promise<void> {
  const { now, limits } = world;
  if (request.attempts < limits.attempts) {
    return store(world, request, advance(request, 'requeue', now(), { dueAt: now() }), {
      what: 'request.requeue',
      actor: cordon,
      detail: { because: 'not found in Defender' },
      note: notes.sendingAgain(),
    });
  }
  const text = `The call was sent ${request.attempts} times, and Defender has no trace of it.`;
  return store(world, request, advance(request, 'reject', now(), { failure: { code: 'never_arrived', text } }), {
    what: 'request.reject',
    actor: cordon,
    detail: { attempts: request.attempts },
    note: notes.failed(request, text),
  });
}

async function follow(world: World, request: Request, action: MachineAction, adopted: boolean): Promise<void> {
  const now = world.now();
  const { doubt: ended, ...certain } = request;
  const after = advance(certain, 'submit', now, {
    machineAction: action,
    submittedAt: now,
    dueAt: now,
    ...(adopted ? { adopted } : {}),
  });
  await store(world, request, after, {
    what: 'request.submit',
    actor: cordon,
    detail: { ...actionFacts(action), adopted, foundAgain: true },
    note: adopted ? notes.adopted(request, action) : notes.foundAgain(action),
  });
  world.wake('track');
}

async function notAnswered(world: World, request: Request, error: DefenderError): Promise<void> {
  const waited = world.now() - sentAtOf(request);
  world.logger.warn(
    { request: request.id, code: error.code, waited },
    'Defender cannot be asked what became of a call',
  );
  if (request.state === 'sending' && waited >= Math.max(world.limits.settleMs, unreachableMs)) {
    return doubt(world, request, { what: 'no answer', because: says.inShort(error.code) }, error.retryAfterMs);
  }
  await putOff(world, request, nextLook(world, request, error.retryAfterMs));
}

function nextLook({ now }: World, request: Request, retryAfterMs?: number): number {
  const waited = now() - sentAtOf(request);
  return now() + (retryAfterMs ?? backOff(Math.floor(waited / 30_000), firstLookMs, longestPauseMs));
}

/** Nobody can tell: people are asked, once. Later looks are said only where they see something else. */
async function doubt(world: World, request: Request, seen: Seen, retryAfterMs?: number): Promise<void> {
  const now = world.now();
  const dueAt = nextLook(world, request, retryAfterMs);
  const { doubt: known } = request;
  if (known !== undefined) {
    if (known.seen.what === seen.what) return putOff(world, request, dueAt);
    const since = { ...known, seen };
    return store(world, request, amend(request, { doubt: since, dueAt }), {
      what: 'doubt.seen',
      actor: cordon,
      detail: evidenceOf(since),
      note: says.seenSince(request, since, world.portalUrl),
    });
  }
  const { failure } = request;
  const answer = failure === undefined ? 'nothing, the process that sent it has ended' : says.inShort(failure.code);
  const made: Doubt = { answer, seen };
  const places = withDoubtTokens(world, request.places);
  const over = { doubt: made, places, dueAt };
  await store(
    world,
    request,
    request.state === 'unknown' ? amend(request, over) : advance(request, 'lose', now, over),
    {
      what: 'request.lose',
      actor: cordon,
      detail: { attempt: request.attempts, sentAt: request.sentAt, ...evidenceOf(made) },
      note: says.cannotTell(request, made, world.portalUrl),
      buttons: doubtButtons({ ...request, places }, now + buttonMs),
    },
  );
}

/** For the record. */
export function evidenceOf({ answer, seen }: Doubt): Readonly<Record<string, unknown>> {
  return { answer, seen: seen.what === 'unmarked' ? { what: seen.what, machineAction: seen.action.id } : seen };
}

async function store(world: World, before: Request, after: Request | undefined, happening: Happening): Promise<void> {
  if (after !== undefined) await commit(world, before, after, world.now(), happening);
}
