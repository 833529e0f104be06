import { mentionsRequest } from '../defender/comment.js';
import type { MachineAction } from '../defender/machine-action.js';
import type { Context } from './context.js';
import type { Request } from './request.js';

/** Defender's clock may be this far behind ours. */
const clockSkewMs = 600_000;

/**
 * Defender's actions that may come from a call of this Request: of its device and kind, made since the first one could leave,
 * newest first. Throws a `DefenderError`.
 */
export function actionsSinceSent({ defender }: Pick<Context, 'defender'>, request: Request): Promise<MachineAction[]> {
  const { attempts, sentAt = request.createdAt, queuedAt = sentAt } = request;
  // Of several calls only the time of the last is kept, and an earlier one may turn up late.
  const first = attempts > 1 ? queuedAt : sentAt;
  return defender.listMachineActions(request.device.id, request.action, first - clockSkewMs);
}

/** Those that may come from a call of this Request, whichever process made it. Throws a `DefenderError`. */
export function actionsOfRequest({ defender }: Pick<Context, 'defender'>, request: Request): Promise<MachineAction[]> {
  return defender.listMachineActions(request.device.id, request.action, request.createdAt - clockSkewMs);
}

/** The one with the Request's mark. */
export function markedOf(actions: readonly MachineAction[], request: Request): MachineAction | undefined {
  return actions.find((action) => mentionsRequest(action.requestorComment, request.id));
}

/**
 * One without any comment, which no other Request follows: Defender may have dropped ours, or somebody else may have given
 * none. Nobody can tell by looking.
 */
export async function unmarkedOf(
  { store }: Pick<Context, 'store'>,
  actions: readonly MachineAction[],
  request: Request,
): Promise<MachineAction | undefined> {
  for (const action of actions) {
    if ((action.requestorComment ?? '').trim() !== '') continue;
    const known = await store.requestsForMachineAction(action.id);
    if (known.every(({ id }) => id === request.id)) return action;
  }
  return undefined;
}
