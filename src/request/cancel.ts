import { cordon, defender as byDefender, personActor } from '../audit/event.js';
import type { Origin } from '../command/model.js';
import { cancelComment } from '../defender/comment.js';
import { DefenderError } from '../defender/errors.js';
import type { Call } from '../defender/throttle.js';
import { finalStatus, type MachineAction } from '../defender/machine-action.js';
import { nameAndId, type Person, samePerson } from '../people/person.js';
import { relink } from '../people/relink.js';
import { backOff } from '../time.js';
import * as answers from '../view/answers.js';
import * as says from '../view/cancelling.js';
import type { Note } from '../view/model.js';
import { callOff } from './call-off.js';
import { answer, commit, putOff } from './commit.js';
import type { Context } from './context.js';
import { requestEvent } from './effects.js';
import { follow } from './follow.js';
import { isFinal, next } from './life.js';
import { amend, type Cancelling, type Request } from './request.js';
import { withdraw } from './withdraw.js';
import { wordOf } from './word.js';

export interface Cancellation {
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  readonly requestId: string;
  readonly reason?: string;
}

type Asking = Pick<Context, 'store' | 'policy' | 'policyNow' | 'now' | 'dryRun' | 'wake'>;
type World = Pick<Context, 'store' | 'defender' | 'throttle' | 'now' | 'limits' | 'logger' | 'wake'>;

const tries = 5;
const firstRetryMs = 2_000;
const longestRetryMs = 60_000;
/** How long one cancel may wait for its quota before the tracker goes on with others. */
const quotaWaitMs = 2_000;

/**
 * Somebody wants a Request stopped. Before submission that is the requester's withdrawal; once it is on its way, the wish is stored,
 * and Defender is asked as soon as it shows the action. Allowed to the requester, and to whoever could have denied it.
 */
export async function cancel(world: Asking, asked: Cancellation): Promise<void> {
  for (;;) {
    const request = await world.store.request(asked.requestId);
    if (request === undefined) {
      const detail = { asked: asked.requestId };
      const event = { at: world.now(), what: 'cancel.refused', actor: personActor(asked.person), detail };
      return answer(world, askerOf(asked), answers.unknownRequest(asked.requestId), { audit: [event] });
    }
    if (await decide(world, asked, request)) return;
  }
}

/** False when somebody else changed the Request in the meantime. */
async function decide(world: Asking, asked: Cancellation, request: Request): Promise<boolean> {
  const { key, person, reason } = asked;
  const turnAway = async (note: Note, what: string): Promise<true> => {
    const event = requestEvent(request, what, personActor(person), world.now(), { state: request.state });
    await answer(world, askerOf(asked), note, { audit: [event] });
    return true;
  };

  if (isFinal(request.state)) return turnAway(answers.endedAlready(request), 'cancel.late');
  const own = samePerson(await relink(world, request.requester), person);
  const unsent = next(request.state, 'withdraw') !== undefined;
  if (own && unsent) {
    await withdraw(world, asked);
    return true;
  }
  // A denial is what stops a Request too, so the same people may do this.
  const word = own ? undefined : await wordOf(world, request, person, 'deny');
  if (word?.counts === false) return turnAway(answers.cannotCancel(request, word.because), 'cancel.refused');
  if (request.state === 'awaiting approval') {
    const because = `Only its requester, ${request.requester.name}, can withdraw it; deny it instead.`;
    return turnAway(answers.cannotCancel(request, because), 'cancel.refused');
  }

  const { cancelling } = request;
  if (cancelling !== undefined && (cancelling.answer === undefined || cancelling.answer === 'taken')) {
    return turnAway(answers.cancelledAlready(request, cancelling), 'cancel.repeated');
  }
  if (request.adopted === true) {
    return turnAway(answers.cannotCancel(request, says.adoptedSentence), 'cancel.refused');
  }
  if (world.dryRun && !unsent) return turnAway(answers.cannotCancel(request, says.dryRunSentence), 'cancel.refused');
  const at = world.now();
  const wish: Cancelling = { by: person, at, attempts: 0, ...(reason === undefined ? {} : { reason }) };
  if (unsent) return callOff(world, request, wish, key);

  // A call whose answer is awaited is not to be searched for before its time.
  const due = request.state === 'sending' ? {} : { dueAt: at };
  const after = amend(request, { cancelling: wish, ...due });
  const stored = await commit(world, request, after, at, {
    what: 'request.cancel-asked',
    actor: personActor(person),
    detail: { reason, state: request.state, because: word?.because ?? 'the requester' },
    note: says.cancelAsked(after, wish),
    settles: key,
  });
  if (stored) world.wake(request.state === 'submitted' ? 'track' : 'search');
  return stored;
}

function askerOf({ key, person, origin }: Cancellation) {
  return { key, account: person.account, origin };
}

/** Whether Defender has to be asked now to stop the action of this Request. */
export function isToBeCancelled({ state, machineAction, cancelling }: Request): boolean {
  return (
    state === 'submitted' && machineAction !== undefined && cancelling !== undefined && cancelling.answer === undefined
  );
}

/**
 * Asks Defender once to stop the action of a Request for which `isToBeCancelled`, and stores what came of it: the action's own state
 * where it has ended, by whichever way; else that Defender has the wish, refuses it, or is to be asked again at `dueAt`.
 */
export async function cancelInDefender(world: World, request: Request): Promise<void> {
  const { machineAction, cancelling } = request;
  if (machineAction === undefined || cancelling === undefined) return;
  if (request.adopted === true) {
    return close(world, request, { ...cancelling, answer: 'refused' }, says.cancelNotOurs(request), { adopted: true });
  }
  const { throttle, defender, limits } = world;
  const comment = cancelComment(
    { requestId: request.id, by: nameAndId(cancelling.by), reason: cancelling.reason },
    limits.commentLength,
  );
  let call: Call;
  try {
    call = await throttle.take('cancelMachineAction', { withinMs: quotaWaitMs });
  } catch (error) {
    if (!(error instanceof DefenderError)) throw error;
    return putOff(world, request, world.now() + (error.retryAfterMs ?? firstRetryMs));
  }
  const asked: Cancelling = { ...cancelling, sentAt: world.now(), attempts: cancelling.attempts + 1 };
  let answered: MachineAction;
  try {
    answered = await defender.cancelAction(machineAction.id, comment, call);
  } catch (error) {
    if (!(error instanceof DefenderError)) throw error;
    return notTaken(world, request, asked, error);
  }
  const action = answered.id.toLowerCase() === machineAction.id.toLowerCase() ? answered : machineAction;
  if (finalStatus(action) !== undefined) {
    await follow(world, { ...request, cancelling: asked }, action);
    return;
  }
  const known = { ...request, machineAction: action };
  await close(
    world,
    request,
    { ...asked, answer: 'taken' },
    says.cancelTaken(action),
    { status: action.status },
    known,
  );
}

/**
 * Defender refused the cancel, or its answer was lost. What counts is the action itself: it may have ended meanwhile, through this
 * very call even. Else it is asked again, which is safe: a cancel names one action, makes no other, and is refused once that has ended.
 */
async function notTaken(world: World, request: Request, asked: Cancelling, error: DefenderError): Promise<void> {
  const { id, machineAction } = request;
  const { code, status, target } = error;
  const detail = { code, status, target, attempt: asked.attempts };
  world.logger.warn({ request: id, ...detail }, 'Defender did not confirm a cancel');
  if (status === 403) {
    return close(
      world,
      request,
      { ...asked, answer: 'refused' },
      says.cancelForbidden(request, error.userText),
      detail,
    );
  }
  const action = status === 429 || machineAction === undefined ? undefined : await asItIs(world, machineAction.id);
  if (action !== undefined && finalStatus(action) !== undefined) {
    await follow(world, { ...request, cancelling: asked }, action);
    return;
  }
  if (asked.attempts >= tries) {
    return close(world, request, { ...asked, answer: 'none' }, says.cancelGivenUp(request, asked.attempts), detail);
  }
  const now = world.now();
  const dueAt = now + Math.max(error.retryAfterMs ?? 0, backOff(asked.attempts - 1, firstRetryMs, longestRetryMs));
  const note = asked.attempts === 1 ? { note: says.cancelLater(dueAt) } : {};
  const after = amend(request, { cancelling: asked, dueAt });
  await commit(world, request, after, now, { what: 'cancel.retried', actor: cordon, detail, ...note });
}

async function asItIs({ defender }: World, actionId: string): Promise<MachineAction | undefined> {
  try {
    return await defender.getAction(actionId);
  } catch (error) {
    if (!(error instanceof DefenderError)) throw error;
    return undefined;
  }
}

/** Defender is asked no more; the action is followed as any other. */
async function close(
  world: World,
  before: Request,
  cancelling: Cancelling,
  note: Note,
  detail: Readonly<Record<string, unknown>>,
  known = before,
): Promise<void> {
  const at = world.now();
  const after = amend(known, { cancelling, dueAt: at + firstRetryMs });
  await commit(world, before, after, at, {
    what: `cancel.${cancelling.answer ?? 'asked'}`,
    actor: byDefender,
    detail,
    note,
  });
}
