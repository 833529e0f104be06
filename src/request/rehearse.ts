import { cordon } from '../audit/event.js';
import type { MachineAction } from '../defender/machine-action.js';
import * as says from '../view/dry-run.js';
import { commit } from './commit.js';
import type { Context } from './context.js';
import { advance, type Request } from './request.js';

/** The end of a Request that was made in a dry run: everything was done but the call. `running` is what it would have followed. */
export async function rehearse(
  world: Pick<Context, 'store' | 'now' | 'wake'>,
  request: Request,
  detail: Readonly<Record<string, unknown>>,
  running?: MachineAction,
): Promise<void> {
  const at = world.now();
  const after = advance(request, 'rehearse', at);
  if (after === undefined) return;
  const stored = await commit(world, request, after, at, {
    what: 'request.rehearse',
    actor: cordon,
    detail: { ...detail, ...(running === undefined ? {} : { machineAction: running.id }) },
    note: says.rehearsed(after, running),
  });
  if (stored) world.wake('dispatch');
}
