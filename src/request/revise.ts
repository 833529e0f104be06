import type { Actor } from '../audit/event.js';
import type { Verdict } from '../policy/policy.js';
import type { NewDelivery } from '../store/store.js';
import * as notes from '../view/notes.js';
import * as revising from '../view/revising.js';
import { voteButtons, withVoteTokens } from './buttons.js';
import { commit } from './commit.js';
import { committed } from './commitment.js';
import type { Context } from './context.js';
import { expire } from './expire.js';
import { queued } from './queue.js';
import { advance, amend, type Past, type Request } from './request.js';
import { firstDue } from './remind.js';
import { termsOf } from './terms.js';

export interface Change {
  /** Of the policy of now, on the Request as it is to be, without any vote. */
  readonly verdict: Verdict;
  readonly comment?: string;
  /** What was changed, as a full sentence. */
  readonly because: string;
  readonly actor: Actor;
  readonly settles: string;
  readonly also?: readonly NewDelivery[];
}

/** So many the card tells of; the record has them all. */
const pastShown = 5;

/**
 * Makes a new revision of a Request that awaits approval: its votes are dropped, its buttons are new ones, and its threads are told what
 * was changed and who has to vote again. Where the policy of now asks for no approval, it is approved and queued; where by its
 * terms the time was over already, it has expired. False when it has, or somebody else was faster: the caller decides anew.
 */
export async function revise(
  world: Pick<Context, 'store' | 'throttle' | 'now' | 'newToken' | 'wake'>,
  request: Request,
  { verdict, comment = request.comment, because, actor, settles, also }: Change,
): Promise<boolean> {
  const at = world.now();
  const dropped = request.votes.map(({ person }) => person);
  const terms = termsOf(verdict, request.createdAt);
  if (at >= terms.expiresAt) {
    await expire(world, { ...request, expiresAt: terms.expiresAt });
    return false;
  }
  const due = Math.max(at, firstDue({ createdAt: request.createdAt, expiresAt: terms.expiresAt }));
  const revised = committed<Request>({
    ...request,
    ...terms,
    revision: request.revision + 1,
    comment,
    votes: [],
    past: remember(request, { kind: 'revised', at, because, dropped }),
    places: withVoteTokens(world, request.places),
    dueAt: due < terms.expiresAt && at < due ? due : terms.expiresAt,
  });
  const approved = verdict.decision === 'approved' ? advance(revised, 'approve', at, { dueAt: at }) : undefined;
  const after = approved ?? amend(revised, {});
  const next = await queued(world, after);
  const stored = await commit(world, request, after, at, {
    what: 'request.revised',
    actor,
    detail: {
      because,
      revision: after.revision,
      before: request.commitment,
      commitment: after.commitment,
      comment: after.comment,
      rule: after.rule,
      policy: after.policyRevision,
      quorum: after.quorum,
      dropped: dropped.map(({ id }) => id),
    },
    note: approved ? notes.approved(approved, undefined) : revising.revised(after, because, dropped, request.comment),
    buttons: voteButtons(after),
    settles,
    ...(also === undefined ? {} : { also }),
    ...(next === undefined ? {} : { next }),
  });
  if (stored && next !== undefined) world.wake('dispatch');
  return stored;
}

/** What the card tells of, with this as the last. */
export function remember({ past = [] }: Request, latest: Past): readonly Past[] {
  return [...past, latest].slice(-pastShown);
}
