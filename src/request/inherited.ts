import { cordon } from '../audit/event.js';
import { DefenderError } from '../defender/errors.js';
import type { MachineAction } from '../defender/machine-action.js';
import * as notes from '../view/notes.js';
import { commit, putOff } from './commit.js';
import type { Context } from './context.js';
import { actionsOfRequest, markedOf, unmarkedOf } from './find.js';
import { adopt } from './look-ahead.js';
import { amend, type Request } from './request.js';
import { refuse } from './vote.js';

/**
 * The database that a process starts on may be a restored copy, in which a Request still waits although its call was made after the
 * copy was. Nothing in the database can tell. Guarantees: a Request that is older than this process is looked for in Defender, by
 * its mark, before its first call from here; found, it is followed, and where Defender cannot be asked, nothing is sent. It does
 * not know what people decided after the copy was made, nor Requests that the copy does not have: docs/backup.md.
 */
export interface Inherited {
  /** Whether it may have been sent by a process that this database knows nothing of. */
  has(request: Pick<Request, 'id' | 'createdAt'>): boolean;
  /** Defender was asked. */
  looked(request: Pick<Request, 'id'>): void;
}

/** `startedAt` by the store's clock, Unix ms. */
export function createInherited(startedAt: number): Inherited {
  // From then on every call is this database's own, and `sending` keeps it from being made twice.
  const looked = new Set<string>();
  return {
    has: ({ id, createdAt }) => createdAt < startedAt && !looked.has(id),
    looked: ({ id }) => void looked.add(id),
  };
}

type World = Pick<Context, 'store' | 'defender' | 'inherited' | 'now' | 'logger' | 'wake'>;

const askAgainMs = 15_000;

/** True where the Request is not to be sent (now), and has been told. */
export async function sentBefore(world: World, request: Request): Promise<boolean> {
  if (!world.inherited.has(request)) return false;
  let actions: MachineAction[];
  try {
    actions = await actionsOfRequest(world, request);
  } catch (error) {
    if (!(error instanceof DefenderError)) throw error;
    await wait(world, request, error);
    return true;
  }
  const ours = markedOf(actions, request);
  if (ours) {
    await adopt(world, request, ours);
    return true;
  }
  // A person who said “send again” has seen it.
  const unmarked = request.resolved === undefined ? await unmarkedOf(world, actions, request) : undefined;
  if (unmarked) {
    await refuse(world, request, notes.maybeSentBefore(unmarked), cordon);
    return true;
  }
  world.inherited.looked(request);
  return false;
}

/** Said once, however long it takes. */
async function wait(world: World, request: Request, error: DefenderError): Promise<void> {
  const at = world.now();
  const dueAt = at + (error.retryAfterMs ?? askAgainMs);
  world.logger.warn(
    { request: request.id, code: error.code },
    'Defender cannot be asked whether a call was made before',
  );
  if (request.failure?.code === 'not_looked_for') return putOff(world, request, dueAt);
  const failure = { code: 'not_looked_for', text: error.userText };
  await commit(world, request, amend(request, { dueAt, failure }), at, {
    what: 'request.hold',
    actor: cordon,
    detail: { code: error.code },
    note: notes.notLookedFor(error.userText),
  });
}
