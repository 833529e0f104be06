import { cordon } from '../audit/event.js';
import type { Quota } from '../defender/quota.js';
import { PlatformError } from '../platform.js';
import { evaluate } from '../policy/evaluate.js';
import type { Start } from '../store/store.js';
import * as notes from '../view/notes.js';
import { askAhead } from './ask-ahead.js';
import { callOff } from './call-off.js';
import { commit, putOff } from './commit.js';
import type { Context } from './context.js';
import { effectsOf } from './effects.js';
import * as held from './held.js';
import { sentBefore } from './inherited.js';
import { lookAhead } from './look-ahead.js';
import { withPeopleAsOfNow } from './people.js';
import { recentOf } from './recent.js';
import { rehearse } from './rehearse.js';
import { advance, amend, type Request } from './request.js';
import { tampering } from './commitment.js';
import { changedTerms, endOfTerms } from './terms.js';
import { factsOf, refuse, refuseTampered } from './vote.js';

type World = Pick<
  Context,
  | 'store'
  | 'platforms'
  | 'policy'
  | 'policyNow'
  | 'defender'
  | 'unfinished'
  | 'inherited'
  | 'now'
  | 'logger'
  | 'wake'
  | 'dryRun'
>;

const holdMs = 15_000;
/** A decision that is older by the time of its turn is made again. */
const freshMs = 5_000;

/** `stale`: so much time has passed, or another policy is in force, that the decision has to be made again. */
export type Turn =
  | { readonly outcome: 'started'; readonly request: Request; readonly call: string; readonly askedAt: number }
  | { readonly outcome: 'stale' }
  | Exclude<Start, { readonly outcome: 'started' }>;

/**
 * Decides once more about a queued Request that is claimed. Gives what has to be done when its turn at the quota has come:
 * it commits `sending`, and only then may Defender be called. Undefined where there is nothing to send (any more): whoever
 * withdrew or refused it in the meantime wins.
 */
export async function prepare(world: World, claimed: Request): Promise<((quota: Quota) => Promise<Turn>) | undefined> {
  const { store, now } = world;
  const { claim } = claimed;
  const found = await store.request(claimed.id);
  if (found?.state !== 'queued' || claim === undefined) return undefined;
  const stored: Request = { ...found, claim };
  if (stored.cancelling !== undefined) {
    await callOff(world, stored, stored.cancelling);
    return undefined;
  }
  const tampered = tampering(stored);
  if (tampered !== undefined) {
    await refuseTampered(world, stored, tampered, cordon);
    return undefined;
  }
  const why = await held.whyHeld(world, stored);
  if (why !== undefined) {
    await held.hold(world, stored, why);
    return undefined;
  }
  if ((await held.overtaken(world, stored)) || (await held.outlived(world, stored))) return undefined;
  askAhead(world, stored);
  const request = await withPeopleAsOfNow(world, stored);

  const decidedAt = now();
  const policy = await world.policyNow();
  const recent = await recentOf(world, policy, request);
  const verdict = evaluate(policy, factsOf(request, request.votes, decidedAt, recent));
  const terms = endOfTerms(request, verdict) ?? changedTerms(request, verdict);
  if (terms !== undefined || verdict.decision !== 'approved') {
    if (verdict.unresolved.length > 0) {
      const open = verdict.unresolved.join(' ');
      throw new PlatformError('later', 'groups_unresolved', open, { userText: open });
    }
    const because = terms ?? `The approvals no longer suffice just before the call: ${verdict.reason.because}`;
    await refuse(world, stored, because, cordon);
    return undefined;
  }
  if (stored.dryRun !== true && (await sentBefore(world, stored))) return undefined;
  if (await lookAhead(world, stored)) return undefined;
  if (stored.dryRun === true) {
    await rehearse(world, stored, { because: verdict.reason });
    return undefined;
  }

  return async (quota) => {
    const at = now();
    if (at - decidedAt > freshMs || world.policy().revision !== policy.revision) return { outcome: 'stale' };
    // What an earlier attempt met says nothing about this one.
    const { waitsFor, waitsForAction, failure, ...ready } = stored;
    const sending = advance(ready, 'send', at, { sentAt: at, attempts: stored.attempts + 1, dueAt: at });
    if (sending === undefined) return { outcome: 'lost' };
    const detail = { attempt: sending.attempts, commitment: sending.commitment, because: verdict.reason };
    const effects = effectsOf(stored, sending, at, { what: 'request.send', actor: cordon, detail });
    const start = await store.startSending(sending, effects, { ...quota, now: at });
    if (start.outcome !== 'started') return start;
    world.wake('deliver');
    return { ...start, request: sending, askedAt: at };
  };
}

/**
 * Somebody could not be asked about just before the call, so nothing is sent: it is tried again, and the thread is told once
 * what it waits for.
 */
export async function hold(world: World, request: Request, error: PlatformError): Promise<void> {
  const at = world.now();
  const text = error.userText ?? `${request.requester.account.platform} does not answer.`;
  const dueAt = at + (error.retryAfterMs ?? holdMs);
  if (request.failure?.code === 'people_unresolved') return putOff(world, request, dueAt);
  const after = amend(request, { dueAt, failure: { code: 'people_unresolved', text } });
  const note = notes.held(text);
  await commit(world, request, after, at, { what: 'request.hold', actor: cordon, detail: { code: error.code }, note });
}
