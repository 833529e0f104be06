import { cordon } from '../audit/event.js';
import * as notes from '../view/notes.js';
import { commit } from './commit.js';
import type { Context } from './context.js';
import { advance, type Request } from './request.js';

/** Ends a Request that did not get its approvals in time. Expiry is its own outcome, never shown as "denied". */
export async function expire(world: Pick<Context, 'store' | 'now' | 'wake'>, request: Request): Promise<void> {
  const at = world.now();
  const after = advance(request, 'expire', at);
  if (after === undefined) return;
  await commit(world, request, after, at, {
    what: 'request.expire',
    actor: cordon,
    detail: { expiresAt: request.expiresAt },
    note: notes.expired(after),
  });
}
