import { defender as byDefender } from '../audit/event.js';
import { defenderComment } from '../defender/comment.js';
import type { Submission } from '../defender/defender.js';
import { DefenderError } from '../defender/errors.js';
import { actionFacts } from '../defender/machine-action.js';
import type { Call } from '../defender/throttle.js';
import { nameAndId } from '../people/person.js';
import * as notes from '../view/notes.js';
import { insist } from './claimed.js';
import { commit } from './commit.js';
import type { Context } from './context.js';
import type { Happening } from './effects.js';
import { expectedWait } from './queue.js';
import { advance, amend, type Request } from './request.js';

type World = Pick<Context, 'store' | 'defender' | 'throttle' | 'replica' | 'now' | 'logger' | 'limits' | 'wake'>;

const firstLookMs = 2_000;
const retryMs = 5_000;

/** The one POST, and what its answer makes of the Request. */
export async function call(world: World, request: Request, slot: Call): Promise<void> {
  const { defender, limits } = world;
  const approvers = request.votes.filter((vote) => vote.decision === 'approve').map((vote) => nameAndId(vote.person));
  const comment = defenderComment(
    { comment: request.comment, requester: nameAndId(request.requester), approvers, requestId: request.id },
    limits.commentLength,
  );
  let submission: Submission;
  try {
    submission = await defender.submit(request.action, request.device.id, comment, slot);
  } catch (error) {
    if (!(error instanceof DefenderError)) throw error;
    return refusedOrLost(world, request, error);
  }
  await taken(world, request, submission);
}

async function taken(world: World, request: Request, submission: Submission): Promise<void> {
  const { action } = submission;
  if (action === undefined) return alreadyRunningUnseen(world, request);
  const at = world.now();
  const adopted = submission.outcome === 'already running';
  const after = advance(request, 'submit', at, {
    machineAction: action,
    submittedAt: at,
    dueAt: at + firstLookMs,
    ...(adopted ? { adopted } : {}),
  });
  await settle(world, request, after, {
    what: 'request.submit',
    actor: byDefender,
    detail: { ...actionFacts(action), adopted },
    note: adopted ? notes.adopted(request, action) : notes.submitted(request, action),
  });
  world.wake('track');
}

/** Defender says "already in progress" but shows no such action yet: it is looked for, never sent again meanwhile. */
async function alreadyRunningUnseen(world: World, request: Request): Promise<void> {
  const text = 'Defender says that such an action is already in progress for this device, but does not list it yet.';
  const after = amend(request, { dueAt: world.now() + firstLookMs, failure: { code: 'already_running', text } });
  await settle(world, request, after, { what: 'request.already-running', actor: byDefender, detail: {} });
}

async function refusedOrLost(world: World, request: Request, error: DefenderError): Promise<void> {
  const at = world.now();
  const failure = { code: error.code, text: error.userText };
  const detail = { code: error.code, status: error.status, target: error.target };
  if (error.taken === 'unknown') {
    const after = amend(request, { dueAt: at + firstLookMs, failure });
    await settle(world, request, after, {
      what: 'request.answer-lost',
      actor: byDefender,
      detail,
      note: notes.answerLost(),
    });
    return;
  }
  if (error.status === 429) {
    // The throttle knows of the pause by now. A call that was turned away is no attempt.
    const { over, note } = await expectedWait(world, request, 0);
    const after = advance(request, 'requeue', at, { dueAt: at, attempts: request.attempts - 1, ...over });
    return settle(world, request, after, { what: 'request.requeue', actor: byDefender, detail, ...note });
  }
  if (error.status === undefined && request.attempts < world.limits.attempts) {
    const dueAt = at + retryMs * 2 ** request.attempts;
    const after = advance(request, 'requeue', at, { dueAt, failure });
    const note = notes.notSentYet(failure.text, dueAt);
    return settle(world, request, after, { what: 'request.requeue', actor: byDefender, detail, note });
  }
  const after = advance(request, 'reject', at, { failure });
  await settle(world, request, after, {
    what: 'request.reject',
    actor: byDefender,
    detail,
    note: notes.failed(request, failure.text),
  });
}

/** Whoever took the Request over, because this process was silent for too long, finds in Defender what the answer says. */
async function settle(world: World, before: Request, after: Request | undefined, happening: Happening): Promise<void> {
  const stored = after !== undefined && (await insist(world, () => commitAnswer(world, before, after, happening)));
  if (stored !== true) {
    const { what, detail } = happening;
    world.logger.error({ request: before.id, what, ...codeOf(detail) }, 'an answer came too late for its request');
    return;
  }
  world.wake('dispatch');
  world.wake('search');
}

function codeOf(detail: Happening['detail']): { code?: unknown } {
  return detail?.['code'] === undefined ? {} : { code: detail['code'] };
}

/** Somebody may have asked to cancel it while the answer was awaited: the wish is kept, and the answer counts all the same. */
async function commitAnswer(world: World, before: Request, after: Request, happening: Happening): Promise<boolean> {
  if (await commit(world, before, after, world.now(), happening)) return true;
  const stored = await world.store.request(before.id);
  if (stored?.cancelling === undefined || stored.state !== 'sending' || stored.sentAt !== before.sentAt) return false;
  const both = { ...after, cancelling: stored.cancelling, version: stored.version + 1 };
  return commit(world, stored, both, world.now(), happening);
}
