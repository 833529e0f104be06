import { sameNeed } from '../policy/need.js';
import type { Verdict } from '../policy/policy.js';
import { needInWords } from '../policy/wording.js';
import { whyNot } from '../view/answers.js';
import type { Request } from './request.js';

/** What the policy asks for: one revision of a Request has one set of terms. */
export type Terms = Pick<
  Request,
  'rule' | 'policyRevision' | 'quorum' | 'need' | 'extra' | 'progress' | 'approvers' | 'expiresAt'
>;

/** The time for approvals begins when the Request is made, whatever is changed later. */
export function termsOf(verdict: Verdict, createdAt: number): Terms {
  return {
    rule: verdict.rule ?? '',
    policyRevision: verdict.policyRevision,
    quorum: verdict.needed,
    need: verdict.need,
    extra: verdict.extra,
    progress: verdict.progress,
    approvers: verdict.approvers,
    expiresAt: createdAt + verdict.expiryMs,
  };
}

/** Why a stored Request cannot go on at all, whatever anybody votes; undefined where it can. */
export function endOfTerms(request: Request, verdict: Verdict): string | undefined {
  if (request.quorum === undefined) return 'It was stored without a number of approvals, so no vote can decide it.';
  if (verdict.decision === 'forbidden') return whyNot(verdict.reason).join(' ') || verdict.reason.because;
  return undefined;
}

/** How what the policy asks for now differs from what this revision was asked under, in full sentences; undefined where it does not. */
export function changedTerms(request: Request, verdict: Verdict): string | undefined {
  const difference = differenceOf(request, verdict);
  if (difference === undefined) return undefined;
  // The hour, a ceiling or somebody's groups may be others under the same policy.
  const what = verdict.policyRevision === request.policyRevision ? 'What the policy asks for' : 'The policy';
  const more = verdict.extra.filter((because) => request.extra?.includes(because) !== true);
  return [`${what} has changed since it was asked: ${difference}.`, ...more].join(' ');
}

function differenceOf(request: Request, verdict: Verdict): string | undefined {
  const now = termsOf(verdict, request.createdAt);
  if (now.rule !== request.rule || now.quorum !== request.quorum) {
    const wanted = request.quorum ?? 'no number that was stored';
    return `rule “${request.rule}” wanted ${wanted}, now rule “${now.rule}” wants ${verdict.needed}`;
  }
  if (request.need !== undefined && !sameNeed(request.need, verdict.need)) {
    return `it took ${needInWords(request.need)}, now it takes ${needInWords(verdict.need)}`;
  }
  if (!sameNames(now.approvers, request.approvers)) {
    return `${names(request.approvers)} could approve, now ${names(now.approvers)} may`;
  }
  return now.expiresAt === request.expiresAt ? undefined : 'the time for approvals is another';
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

function names(groups: readonly string[]): string {
  return groups.join(' or ') || 'nobody';
}
