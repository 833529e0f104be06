import { cordon } from '../audit/event.js';
import * as notes from '../view/notes.js';
import { commit } from './commit.js';
import type { Context } from './context.js';
import { amend, type Request } from './request.js';

/** A Request that lives for less needs no reminder. */
const shortestLifeMs = 600_000;

/** When a Request that awaits approval is due: half-way for a reminder, then at its expiry. */
export function firstDue({ createdAt, expiresAt }: Pick<Request, 'createdAt' | 'expiresAt'>): number {
  const life = expiresAt - createdAt;
  return life < shortestLifeMs ? expiresAt : createdAt + Math.floor(life / 2);
}

/** Reminds its threads, once, that a Request still waits. */
export async function remind(world: Pick<Context, 'store' | 'now' | 'wake'>, request: Request): Promise<void> {
  const at = world.now();
  const after = amend(request, { dueAt: request.expiresAt });
  await commit(world, request, after, at, { what: 'request.remind', actor: cordon, note: notes.reminder(request) });
}
