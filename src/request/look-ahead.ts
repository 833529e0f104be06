import { cordon } from '../audit/event.js';
import { mentionsRequest } from '../defender/comment.js';
import { DefenderError } from '../defender/errors.js';
import { actionFacts, type MachineAction, machineActionType } from '../defender/machine-action.js';
import * as notes from '../view/notes.js';
import { commit, putOff } from './commit.js';
import type { Context } from './context.js';
import { isFinal } from './life.js';
import { rehearse } from './rehearse.js';
import { advance, amend, type Request } from './request.js';

type World = Pick<Context, 'store' | 'unfinished' | 'now' | 'logger' | 'wake'>;

const lookAgainMs = 15_000;

/**
 * Looks for unfinished actions of the device in Defender just before the call, made in the portal say. One of the same kind is
 * followed instead of a second call; one of the other kind has to end first, because Defender may carry the two out in either
 * order (defender-api.md §3.5). True where there is something of the sort, and the Request has been told.
 *
 * Where Defender cannot say, the call is not held up: it refuses a second action of the same kind itself.
 */
export async function lookAhead(world: World, request: Request): Promise<boolean> {
  let unfinished: readonly MachineAction[];
  try {
    unfinished = await world.unfinished(request.device.id);
  } catch (error) {
    if (!(error instanceof DefenderError)) throw error;
    world.logger.warn({ request: request.id, code: error.code }, 'Defender did not list the unfinished actions');
    return false;
  }
  const running = await withoutEnded(world, unfinished);
  const same = running.find((action) => action.type === machineActionType[request.action]);
  const [action] = same === undefined ? running : [same];
  if (action === undefined) return false;
  if (same === undefined) await wait(world, request, action);
  else if (request.dryRun === true) await rehearse(world, request, {}, same);
  else await adopt(world, request, same);
  return true;
}

/** The list may be a moment old: what Cordon itself has followed to its end is not under way. */
async function withoutEnded({ store }: World, actions: readonly MachineAction[]): Promise<MachineAction[]> {
  const running: MachineAction[] = [];
  for (const action of actions) {
    const followers = await store.requestsForMachineAction(action.id);
    if (!followers.some(({ state }) => isFinal(state))) running.push(action);
  }
  return running;
}

/** Follows an action in Defender instead of making the call. */
export async function adopt(
  world: Pick<Context, 'store' | 'now' | 'wake'>,
  request: Request,
  action: MachineAction,
): Promise<void> {
  const at = world.now();
  const { waitsForAction, ...ready } = request;
  // Its own from an earlier attempt, or somebody else's.
  const adopted = !mentionsRequest(action.requestorComment ?? '', request.id);
  const after = advance(ready, 'adopt', at, {
    machineAction: action,
    submittedAt: at,
    dueAt: at,
    ...(adopted ? { adopted } : {}),
  });
  if (after === undefined) return;
  await commit(world, request, after, at, {
    what: 'request.adopt',
    actor: cordon,
    detail: { ...actionFacts(action), requestor: action.requestor, adopted },
    note: adopted ? notes.adopted(request, action) : notes.foundAgain(action),
  });
  world.wake('track');
}

/** Said once for each action that it waits for. */
async function wait(world: World, request: Request, action: MachineAction): Promise<void> {
  const at = world.now();
  const dueAt = at + lookAgainMs;
  if (request.waitsForAction === action.id) return putOff(world, request, dueAt);
  const after = amend(request, { dueAt, waitsForAction: action.id });
  await commit(world, request, after, at, {
    what: 'request.waits',
    actor: cordon,
    detail: { machineAction: action.id, type: action.type, status: action.status, requestor: action.requestor },
    note: notes.waitsForAction(action),
  });
}
