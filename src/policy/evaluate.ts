/**
 * Decides. Pure: the same function answers when a request is made, when somebody votes, and just before the call.
 * Guarantees: `approved` only with as many approvals as the rule asks for, each from another eligible person who is not the
 * requester, and with no veto; whatever cannot be told is a no, also whether two accounts on two platforms are two people. It
 * believes the facts it is given: that every account was looked up just now, and that what links two accounts is true.
 */
import type { Person } from '../people/person.js';
import type { CastVote, Facts, Policy, Reason, Rule, Verdict, VoteStanding } from './policy.js';
import { eligibleIds, requesterRefusal, ruleFor, unresolvedOf, voteStanding } from './standing.js';
import { allOf, approvals, oneOf, people } from './wording.js';

export function evaluate(policy: Policy, facts: Facts): Verdict {
  const rule = ruleFor(policy, facts);
  if (rule === undefined) return noRule(policy, facts);
  const applies = yes('Rule', `Rule “${rule.name}” applies to ${facts.action}.`);
  const requester = requesterReason(policy, rule, facts);
  if (requester.outcome === 'no') {
    const rest = [skipped('Approvers'), skipped('Approvals')];
    return verdict(policy, rule, 'forbidden', nobody, requester.because, [applies, requester, ...rest]);
  }
  const approvers = approversReason(policy, rule, facts);
  if (approvers.outcome === 'no') {
    return verdict(policy, rule, 'forbidden', nobody, approvers.because, [
      applies,
      requester,
      approvers,
      skipped('Approvals'),
    ]);
  }
  const tally = count(policy, rule, facts);
  const decision = decide(rule, tally);
  const votes = votesReason(rule, tally, decision);
  return verdict(policy, rule, decision, tally, votes.because, [applies, requester, approvers, votes]);
}

type Decision = Verdict['decision'];

/** People in the order of the votes; `standings` and `reasons` are one for each vote. */
interface Tally {
  readonly counted: readonly Person[];
  readonly vetoes: readonly Person[];
  readonly standings: readonly VoteStanding[];
  readonly reasons: readonly Reason[];
}

const nobody: Tally = { counted: [], vetoes: [], standings: [], reasons: [] };

function requesterReason(policy: Policy, rule: Rule, { requester }: Facts): Reason {
  const refusal = requesterRefusal(policy, rule, requester);
  return refusal === undefined
    ? yes('Requester', `${requester.name} may ask under rule “${rule.name}”.`)
    : { what: 'Requester', outcome: 'no', because: refusal };
}

/** Whether enough people could ever approve: a list that comes to nobody must let nobody through. */
function approversReason(policy: Policy, rule: Rule, { requester }: Facts): Reason {
  const what = 'Approvers';
  const unresolved = unresolvedOf(policy, rule.approvers);
  const no = (because: string): Reason => ({ what, outcome: 'no', because: [because, ...unresolved].join(' ') });
  if (!Number.isSafeInteger(rule.approvals) || rule.approvals < 0) {
    return no(`Rule “${rule.name}” does not say how many approvals it needs.`);
  }
  if (rule.approvals === 0) return yes(what, `Rule “${rule.name}” asks for no approval.`);
  if (rule.approvers.length === 0) {
    return no(`Rule “${rule.name}” needs ${approvals(rule.approvals)} and names nobody who could approve.`);
  }
  const groups = oneOf(rule.approvers);
  if (!rule.approvers.some((name) => (policy.groups.get(name) ?? []).length > 0)) {
    return no(
      unresolved.length > 0
        ? `It is not known who can approve: nobody is known to be in ${groups}.`
        : `Nobody can approve: the policy names no people in ${groups}.`,
    );
  }
  const eligible = eligibleIds(policy, rule, requester).size;
  if (eligible >= rule.approvals) return yes(what, `${people(eligible)} in ${groups} may approve.`);
  const left = eligible === 0 ? 'nobody is' : eligible === 1 ? 'only 1 person is' : `only ${people(eligible)} are`;
  const besides = `besides ${requester.name}, who asked, ${left} there`;
  return no(`Rule “${rule.name}” needs ${approvals(rule.approvals)} from ${groups}, and ${besides}.`);
}

function count(policy: Policy, rule: Rule, facts: Facts): Tally {
  const counted: Person[] = [];
  const vetoes: Person[] = [];
  const standings: VoteStanding[] = [];
  const reasons = facts.votes.map((vote): Reason => {
    const denial = vote.decision === 'deny';
    const list = denial ? vetoes : counted;
    const standing = voteStanding(policy, rule, facts.requester, vote, list);
    standings.push(standing);
    const { counts, because } = standing;
    if (counts) list.push(vote.person);
    return { what: voteName(vote), outcome: counts ? (denial ? 'no' : 'yes') : 'skipped', because };
  });
  return { counted, vetoes, standings, reasons };
}

function namesOf(people: readonly Person[]): string[] {
  return people.map(({ name }) => name);
}

function voteName({ person, decision }: CastVote): string {
  return `${decision === 'deny' ? 'Denial' : 'Approval'} by ${person.name}`;
}

function decide(rule: Rule, { counted, vetoes }: Tally): Decision {
  if (vetoes.length > 0) return 'vetoed';
  return counted.length >= rule.approvals ? 'approved' : 'needs approvals';
}

function votesReason(rule: Rule, tally: Tally, decision: Decision): Reason {
  const parts = tally.reasons.length === 0 ? {} : { parts: tally.reasons };
  return { what: 'Approvals', outcome: outcomes[decision], because: votesSentence(rule, tally, decision), ...parts };
}

function votesSentence({ name, approvals: needed, approvers }: Rule, tally: Tally, decision: Decision): string {
  if (decision === 'vetoed') return `Denied by ${allOf(namesOf(tally.vetoes))}.`;
  if (needed === 0) return `No approval is needed: rule “${name}” says so.`;
  const progress = `${tally.counted.length} of ${approvals(needed)}`;
  if (decision === 'approved') return `${progress}: ${allOf(namesOf(tally.counted))}.`;
  const missing = needed - tally.counted.length;
  return `${progress}: needs ${missing === 1 ? 'one' : missing} more from ${oneOf(approvers)}.`;
}

const outcomes: Readonly<Record<Decision, Reason['outcome']>> = {
  forbidden: 'no',
  vetoed: 'no',
  'needs approvals': 'waiting',
  approved: 'yes',
};

function verdict(
  policy: Policy,
  rule: Rule,
  decision: Decision,
  { counted, standings }: Tally,
  because: string,
  parts: readonly Reason[],
): Verdict {
  return {
    decision,
    rule: rule.name,
    needed: rule.approvals,
    counted: counted.map(({ id }) => id),
    votes: standings,
    approvers: rule.approvers,
    expiryMs: rule.expiryMs,
    announce: rule.announce,
    policyRevision: policy.revision,
    reason: { what: 'Decision', outcome: outcomes[decision], because, parts },
  };
}

/** Nothing was allowed, so nothing is needed, announced or waited for; `needed` is 1 so that no vote can seem enough. */
function noRule(policy: Policy, { action }: Facts): Verdict {
  const because = `No rule of the policy covers ${action}.`;
  const rule: Reason = { what: 'Rule', outcome: 'no', because };
  const rest = ['Requester', 'Approvers', 'Approvals'].map(skipped);
  return {
    decision: 'forbidden',
    rule: undefined,
    needed: 1,
    counted: [],
    votes: [],
    approvers: [],
    expiryMs: 0,
    announce: { origin: true, approvers: false, channels: [] },
    policyRevision: policy.revision,
    reason: { what: 'Decision', outcome: 'no', because, parts: [rule, ...rest] },
  };
}

function yes(what: string, because: string): Reason {
  return { what, outcome: 'yes', because };
}

function skipped(what: string): Reason {
  return { what, outcome: 'skipped', because: 'Not looked at: the answer is already no.' };
}
