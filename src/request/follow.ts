import { cordon, defender as byDefender } from '../audit/event.js';
import { DefenderError } from '../defender/errors.js';
import { actionFacts, finalStatus, type FinalStatus, type MachineAction } from '../defender/machine-action.js';
import { nextTick } from '../time.js';
import * as notes from '../view/notes.js';
import { callOff } from './call-off.js';
import { commit } from './commit.js';
import type { Context } from './context.js';
import { actionsSinceSent, markedOf } from './find.js';
import type { RequestEvent } from './life.js';
import { advance, amend, type Request } from './request.js';

type World = Pick<Context, 'store' | 'now' | 'wake'>;

const events: Readonly<Record<FinalStatus, RequestEvent>> = {
  Succeeded: 'succeed',
  Failed: 'fail',
  TimeOut: 'time out',
  Cancelled: 'cancel',
};

/** Each search takes a call of its own. */
const leastSearchMs = 10_000;
const dayMs = 86_400_000;
/** The age at which people are told that Defender gives no result; three days is what Microsoft documents for isolation. */
const silentMs = 3 * dayMs;

/** How often an open action is looked at: often while an online device answers, rarely once it is away. Age and answer in ms. */
export function lookInterval(age: number): number {
  if (age < 60_000) return 3_000;
  if (age < 600_000) return 10_000;
  if (age < 3_600_000) return 30_000;
  if (age < dayMs) return 300_000;
  return 1_800_000;
}

/**
 * What Defender shows of a submitted Request's action. A final status settles the Request; any other, unknown ones included,
 * means that it is still open, and so does an answer without the action: a fresh one may not be listed for some seconds after
 * the 201 (defender-api.md §2.3), and Cordon never takes "not listed" for an end.
 *
 * Where nothing is new, nothing is stored: gives the time of the next look, to which the claimed Request has to be put off.
 */
export async function follow(
  world: World,
  request: Request,
  action: MachineAction | undefined,
): Promise<number | undefined> {
  const now = world.now();
  const age = now - (request.submittedAt ?? now);
  const dueAt = nextTick(now, lookInterval(age));
  if (action === undefined) return look(world, request, dueAt);

  const status = finalStatus(action);
  if (status !== undefined) {
    await settle(world, request, action, status);
    return undefined;
  }
  if (action.status !== request.machineAction?.status) {
    const after = amend(request, { machineAction: action, dueAt });
    const happening = {
      what: 'action.status',
      actor: byDefender,
      detail: actionFacts(action),
      note: notes.progress(action),
    };
    await commit(world, request, after, now, happening);
    return undefined;
  }
  return look(world, request, dueAt);
}

/**
 * Looks for the action of a submitted Request that a person took for sent: Defender never named one. Found by its mark it is followed as
 * any other. Not found, it is looked for again, and called off where somebody wants it cancelled: there is nothing to cancel.
 */
export async function findAssumed(
  world: World & Pick<Context, 'defender' | 'limits' | 'logger'>,
  request: Request,
): Promise<number | undefined> {
  const now = world.now();
  const dueAt = nextTick(now, Math.max(lookInterval(now - (request.submittedAt ?? now)), leastSearchMs));
  let action: MachineAction | undefined;
  try {
    action = markedOf(await actionsSinceSent(world, request), request);
  } catch (error) {
    if (!(error instanceof DefenderError)) throw error;
    world.logger.warn(
      { request: request.id, code: error.code },
      'Defender cannot be asked for an action taken for sent',
    );
    return Math.max(dueAt, now + (error.retryAfterMs ?? 0));
  }
  if (action !== undefined) {
    const after = amend(request, { machineAction: action, dueAt: now });
    const detail = actionFacts(action);
    const note = notes.foundAgain(action);
    await commit(world, request, after, now, { what: 'action.found', actor: cordon, detail, note });
    return undefined;
  }
  const { cancelling, sentAt = now } = request;
  if (cancelling !== undefined && now >= sentAt + world.limits.settleMs) {
    await callOff(world, request, cancelling);
    return undefined;
  }
  return look(world, request, dueAt);
}

async function settle(world: World, request: Request, action: MachineAction, status: FinalStatus): Promise<void> {
  const at = world.now();
  const failure = { code: `defender_${status}`, text: `Defender reports ${status}` };
  const after = advance(request, events[status], at, {
    machineAction: action,
    ...(status === 'Failed' ? { failure } : {}),
  });
  if (after === undefined) return;
  const stored = await commit(world, request, after, at, {
    what: `request.${events[status]}`,
    actor: byDefender,
    detail: { ...actionFacts(action), errorHResult: action.errorHResult },
    note: notes.settled(request, action),
  });
  if (stored) world.wake('dispatch');
}

/** Nothing new. After three days without a result, people are told, once. */
async function look(world: World, request: Request, dueAt: number): Promise<number | undefined> {
  const at = world.now();
  const age = at - (request.submittedAt ?? at);
  if (age < silentMs || request.silenceSaid === true) return dueAt;
  const after = amend(request, { dueAt, silenceSaid: true });
  const note = notes.stillOpen(request, Math.floor(age / dayMs));
  await commit(world, request, after, at, { what: 'action.silent', actor: cordon, note });
  return undefined;
}
