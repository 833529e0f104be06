import { cordon } from '../audit/event.js';
import * as notes from '../view/notes.js';
import type { Context } from './context.js';
import { effectsOf } from './effects.js';
import { advance, type Request } from './request.js';

/** Ends a Request that did not get its approvals in time. Expiry is its own outcome, never shown as "denied". */
export async function expire(
  { store, now, wake }: Pick<Context, 'store' | 'now' | 'wake'>,
  request: Request,
): Promise<void> {
  const at = now();
  const after = advance(request, 'expire', at);
  if (after === undefined) return;
  const stored = await store.change(
    after,
    effectsOf(request, after, at, {
      what: 'request.expire',
      actor: cordon,
      detail: { expiresAt: request.expiresAt },
      note: notes.expired(after),
    }),
  );
  if (stored) wake('deliver');
}
