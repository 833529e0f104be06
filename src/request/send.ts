import { cordon, defender as byDefender } from '../audit/event.js';
import type { Submission } from '../defender/defender.js';
import { defenderComment } from '../defender/comment.js';
import { DefenderError } from '../defender/errors.js';
import { submitOperation } from '../defender/operation.js';
import { nameAndId } from '../people/person.js';
import { evaluate } from '../policy/evaluate.js';
import * as notes from '../view/notes.js';
import { callOff } from './call-off.js';
import { commit, putOff } from './commit.js';
import type { Context } from './context.js';
import type { Happening } from './effects.js';
import { withPeopleAsOfNow } from './people.js';
import type { PlatformError } from '../platform.js';
import { runningStates } from './life.js';
import { advance, amend, type Request } from './request.js';
import { changedTerms, factsOf, refuse } from './vote.js';

type World = Pick<
  Context,
  'store' | 'defender' | 'throttle' | 'platforms' | 'policy' | 'now' | 'logger' | 'limits' | 'wake'
>;

/** Longer than the longest call (two tokens at 30 s, two tries at 15 s), so that one in flight is never taken for a lost one. */
const inFlightMs = 120_000;
const firstLookMs = 2_000;
const retryMs = 5_000;
const holdMs = 15_000;
/** A wait for the quota that people are told about. */
const noticeableMs = 5_000;

/** The other Request on the same device whose call is under way: one device's calls never overtake each other. */
export async function runningOnDevice(store: Context['store'], request: Request): Promise<Request | undefined> {
  const others = await store.requestsForDevice(request.device.id, 20);
  return others.find((other) => other.id !== request.id && runningStates.includes(other.state));
}

/** An approved Request gets its place in the queue, and where it has to wait, its thread is told for what and how long. */
export async function queue(world: World, request: Request): Promise<void> {
  const { store, now } = world;
  const at = now();
  const ahead = await store.countIn(['queued'], request.action);
  const running = await runningOnDevice(store, request);
  const { over, note } = running
    ? { over: { waitsFor: running.id }, note: { note: notes.waitsForDevice(running) } }
    : await expectedWait(world, request, ahead);
  const after = advance(request, 'queue', at, { queuedAt: at, dueAt: at, ...over });
  if (after === undefined) return;
  await commit(world, request, after, at, { what: 'request.queue', actor: cordon, ...note });
}

/** What there is to say about the wait for the quota: nothing where it is too short to notice. */
async function expectedWait(
  { throttle, now }: World,
  { action }: Request,
  ahead: number,
): Promise<{ over: Pick<Request, 'estimate'>; note: Pick<Happening, 'note'> }> {
  const at = await throttle.estimate(submitOperation[action], ahead);
  if (at - now() <= noticeableMs) return { over: {}, note: {} };
  return { over: { estimate: { ahead, at } }, note: { note: notes.waiting({ ahead, at }) } };
}

/**
 * Carries a queued Request out: decides once more, commits `sending`, and only then calls Defender. The caller holds one
 * call of the operation's quota. Whoever withdrew or refused it in the meantime wins; then nothing is sent.
 */
export async function send(world: World, id: string): Promise<void> {
  const { store, now } = world;
  const stored = await store.request(id);
  if (stored?.state !== 'queued') return;
  if (stored.cancelling !== undefined) {
    await callOff(world, stored, stored.cancelling);
    return;
  }
  const request = await withPeopleAsOfNow(world, stored);

  const verdict = evaluate(world.policy(), factsOf(request, request.votes, now()));
  const terms = changedTerms(request, verdict);
  if (terms !== undefined || verdict.decision !== 'approved') {
    await refuse(
      world,
      stored,
      terms ?? `The approvals no longer suffice just before the call: ${verdict.reason.because}`,
      cordon,
    );
    return;
  }

  const at = now();
  // What an earlier attempt met says nothing about this one.
  const { waitsFor, failure, ...ready } = stored;
  const sending = advance(ready, 'send', at, { sentAt: at, attempts: stored.attempts + 1, dueAt: at + inFlightMs });
  if (sending === undefined) return;
  const detail = { attempt: sending.attempts, because: verdict.reason };
  if (!(await commit(world, stored, sending, at, { what: 'request.send', actor: cordon, detail }))) return;
  await call(world, sending);
}

/**
 * Somebody could not be asked about just before the call, so nothing is sent: it is tried again, and the thread is told once
 * what it waits for.
 */
export async function hold(world: World, request: Request, error: PlatformError): Promise<void> {
  const at = world.now();
  const text = error.userText ?? `${request.requester.account.platform} does not answer.`;
  const dueAt = at + (error.retryAfterMs ?? holdMs);
  if (request.failure?.code === 'people_unresolved') return putOff(world.store, request, dueAt);
  const after = amend(request, { dueAt, failure: { code: 'people_unresolved', text } });
  const note = notes.held(text);
  await commit(world, request, after, at, { what: 'request.hold', actor: cordon, detail: { code: error.code }, note });
}

/** The one POST, and what its answer makes of the Request. */
async function call(world: World, request: Request): Promise<void> {
  const { defender, limits } = world;
  const approvers = request.votes.filter((vote) => vote.decision === 'approve').map((vote) => nameAndId(vote.person));
  const comment = defenderComment(
    { comment: request.comment, requester: nameAndId(request.requester), approvers, requestId: request.id },
    limits.commentLength,
  );
  let submission: Submission;
  try {
    submission = await defender.submit(request.action, request.device.id, comment);
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
    detail: { machineAction: action.id, status: action.status, adopted },
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

async function settle(world: World, before: Request, after: Request | undefined, happening: Happening): Promise<void> {
  if (after === undefined || !(await commitAnswer(world, before, after, happening))) {
    const { what, detail } = happening;
    world.logger.error({ request: before.id, what, detail }, 'an answer came too late for its request');
    return;
  }
  world.wake('dispatch');
  world.wake('search');
}

/** Somebody may have asked to cancel it while the answer was awaited: the wish is kept, and the answer counts all the same. */
async function commitAnswer(world: World, before: Request, after: Request, happening: Happening): Promise<boolean> {
  if (await commit(world, before, after, world.now(), happening)) return true;
  const stored = await world.store.request(before.id);
  if (stored?.cancelling === undefined || stored.state !== 'sending' || stored.sentAt !== before.sentAt) return false;
  const both = { ...after, cancelling: stored.cancelling, version: stored.version + 1 };
  return commit(world, stored, both, world.now(), happening);
}
