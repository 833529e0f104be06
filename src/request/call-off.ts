import { cordon, personActor } from '../audit/event.js';
import { calledOff } from '../view/cancelling.js';
import { commit } from './commit.js';
import type { Context } from './context.js';
import { advance, type Cancelling, type Request } from './request.js';

/**
 * Ends a Request that somebody wants cancelled and that Defender does not have: no call is made (any more), so there is nothing that
 * Defender could stop. `settles` is the Incoming that asked for it just now. False when somebody else changed it in the meantime.
 */
export async function callOff(
  world: Pick<Context, 'store' | 'now' | 'wake'>,
  request: Request,
  cancelling: Cancelling,
  settles?: string,
): Promise<boolean> {
  const at = world.now();
  const { doubt, ...certain } = request;
  const after = advance(certain, 'cancel', at, { cancelling });
  if (after === undefined) return false;
  const stored = await commit(world, request, after, at, {
    what: 'request.cancel',
    actor: settles === undefined ? cordon : personActor(cancelling.by),
    detail: { askedBy: cancelling.by.id, attempts: request.attempts, reason: cancelling.reason },
    note: calledOff(after, cancelling),
    ...(settles === undefined ? {} : { settles }),
  });
  if (stored) world.wake('dispatch');
  return stored;
}
