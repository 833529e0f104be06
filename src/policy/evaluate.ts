/**
 * Decides. Pure: the same function answers when a request is made, when somebody votes, and just before the call.
 * Guarantees: `approved` only where as many people as the rule asks for, from the groups it names, have approved, each in one place,
 * none of them the requester (but where the rule lets them be one of several), and with no veto; whatever cannot be told is a no, also
 * whether two accounts on two platforms are two people, and whether a rule matches a device of which too little is known. It
 * believes the facts it is given: that every account was looked up just now, that what links two accounts is true, and that the device
 * is as Defender described it.
 */
import type { Person } from '../people/person.js';
import { missingCode } from './codes.js';
import { chooseRule, type Choice, type Passed } from './match.js';
import { membership, whyUnresolved } from './membership.js';
import { impossible } from './need.js';
import type { CastVote, Facts, Policy, Reason, Rule, Verdict, VoteStanding } from './policy.js';
import { progressOf, type Progress } from './progress.js';
import { whyNobodyCan } from './quorum.js';
import { eligibleIds, requesterRefusal, voteStanding } from './standing.js';
import { type Terms, termsOf } from './terms.js';
import { allOf, oneOf, people } from './wording.js';

export function evaluate(policy: Policy, facts: Facts): Verdict {
  const choice = chooseRule(policy, facts);
  const { applies } = choice;
  if (applies === undefined) return noRule(policy, facts, choice);
  const terms = termsOf(policy, facts, applies, choice);
  const rule = ruleReason(facts, applies, choice);
  const extras = terms.extras.map((because) => yes('More approvals', because));
  const passed: Reason[] = [rule, ...extras];
  const checks = [forbiddenReason, requesterReason, codeReason, approversReason];
  for (const [index, check] of checks.entries()) {
    const reason = check(terms, facts, policy);
    if (reason === undefined) continue;
    passed.push(reason);
    if (reason.outcome !== 'no') continue;
    const rest = ['Requester', 'Approvers', 'Approvals'].slice(laterThan[index]).map(skipped);
    return verdict(policy, terms, 'forbidden', nobody, reason.because, [...passed, ...rest]);
  }
  const tally = count(policy, terms, facts);
  const decision = decide(terms, tally);
  const votes = votesReason(terms, tally, decision);
  return verdict(policy, terms, decision, tally, votes.because, [...passed, votes]);
}

/** How many of the usual three steps are behind each check. */
const laterThan = [0, 1, 1, 2];

type Decision = Verdict['decision'];

/** People in the order of the votes; `standings` and `reasons` are one for each vote. */
interface Tally {
  readonly counted: readonly Person[];
  readonly vetoes: readonly Person[];
  readonly standings: readonly VoteStanding[];
  readonly reasons: readonly Reason[];
  readonly progress: Progress;
}

const nobody: Tally = {
  counted: [],
  vetoes: [],
  standings: [],
  reasons: [],
  progress: { met: false, short: 'not allowed', tally: '', missing: '' },
};

function ruleReason({ action }: Facts, { name }: Rule, { maybe, passed }: Choice): Reason {
  const parts = [
    ...passed.map(notMatching),
    ...maybe.map((each): Reason => ({
      what: `Rule “${each.rule.name}”`,
      outcome: 'yes',
      because: `Asked for too, because it may apply: ${allOf(each.because)}.`,
    })),
  ];
  const because = `Rule “${name}” applies to ${action}.`;
  return parts.length === 0 ? yes('Rule', because) : { ...yes('Rule', because), parts };
}

function notMatching({ rule, because }: Passed): Reason {
  return { what: `Rule “${rule.name}”`, outcome: 'skipped', because: `Does not apply: ${allOf(because)}.` };
}

function forbiddenReason({ all, rule, maybe, forbid }: Terms): Reason | undefined {
  const what = 'Forbidden';
  const forbidding = all.find((each) => each.forbid !== undefined);
  if (forbidding === undefined) return forbid === undefined ? undefined : { what, outcome: 'no', because: forbid };
  const text = `Rule “${forbidding.name}” forbids it: ${fullStop(forbidding.forbid ?? '')}`;
  const open = forbidding === rule ? undefined : maybe.find((each) => each.rule === forbidding);
  const because = open === undefined ? text : `${text} Whether it applies is not known: ${allOf(open.because)}.`;
  return { what, outcome: 'no', because };
}

function fullStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function requesterReason({ all, rule }: Terms, { requester }: Facts, policy: Policy): Reason {
  const refusal = all.map((each) => requesterRefusal(policy, each, requester)).find((text) => text !== undefined);
  return refusal === undefined
    ? yes('Requester', `${requester.name} may ask under rule “${rule.name}”.`)
    : { what: 'Requester', outcome: 'no', because: refusal };
}

function codeReason({ all }: Terms, { comment }: Facts): Reason | undefined {
  const asking = all.filter(({ reasons }) => reasons.length > 0);
  if (asking.length === 0) return undefined;
  const missing = asking.map((each) => missingCode(each, comment)).find((text) => text !== undefined);
  if (missing !== undefined) return { what: 'Reason code', outcome: 'no', because: missing };
  return yes('Reason code', `The comment has the reason code that rule “${asking[0]?.name ?? ''}” asks for.`);
}

/** Whether enough people could ever approve: a list that comes to nobody must let nobody through. */
function approversReason({ rule, need, needed, electorate }: Terms, facts: Facts, policy: Policy): Reason {
  const what = 'Approvers';
  const { approvers, ownApproval } = electorate;
  const why = whyNobodyCan(policy, { rule, need, needed, ownApproval }, facts.requester);
  if (why !== undefined) return { what, outcome: 'no', because: why };
  if (needed === 0) return yes(what, `Rule “${rule.name}” asks for no approval.`);
  const eligible = eligibleIds(policy, approvers, facts.requester).size;
  const unresolved = whyUnresolved(policy, approvers);
  return yes(what, [`${people(eligible)} in ${oneOf(approvers)} may approve.`, ...unresolved].join(' '));
}

function count(policy: Policy, { electorate, need }: Terms, facts: Facts): Tally {
  const counted: Person[] = [];
  const vetoes: Person[] = [];
  const standings: VoteStanding[] = [];
  const reasons = facts.votes.map((vote): Reason => {
    const denial = vote.decision === 'deny';
    const list = denial ? vetoes : counted;
    const standing = voteStanding(policy, electorate, facts.requester, vote, list);
    standings.push(standing);
    const { counts, because } = standing;
    if (counts) list.push(vote.person);
    return { what: voteName(vote), outcome: counts ? (denial ? 'no' : 'yes') : 'skipped', because };
  });
  const progress = progressOf(
    need,
    counted.map((person) => membership(policy, electorate.approvers, person).inside),
  );
  return { counted, vetoes, standings, reasons, progress };
}

function namesOf(people: readonly Person[]): string[] {
  return people.map(({ name }) => name);
}

function voteName({ person, decision }: CastVote): string {
  return `${decision === 'deny' ? 'Denial' : 'Approval'} by ${person.name}`;
}

function decide({ needed }: Terms, { vetoes, progress }: Tally): Decision {
  if (vetoes.length > 0) return 'vetoed';
  return needed !== undefined && progress.met ? 'approved' : 'needs approvals';
}

function votesReason(terms: Terms, tally: Tally, decision: Decision): Reason {
  const parts = tally.reasons.length === 0 ? {} : { parts: tally.reasons };
  return { what: 'Approvals', outcome: outcomes[decision], because: votesSentence(terms, tally, decision), ...parts };
}

function votesSentence({ rule, needed }: Terms, { vetoes, counted, progress }: Tally, decision: Decision): string {
  if (decision === 'vetoed') return `Denied by ${allOf(namesOf(vetoes))}.`;
  if (needed === 0) return `No approval is needed: rule “${rule.name}” says so.`;
  if (decision === 'approved') return `${progress.tally}: ${allOf(namesOf(counted))}.`;
  return `${progress.tally}: ${progress.missing}.`;
}

const outcomes: Readonly<Record<Decision, Reason['outcome']>> = {
  forbidden: 'no',
  vetoed: 'no',
  'needs approvals': 'waiting',
  approved: 'yes',
};

function verdict(
  policy: Policy,
  { rule, all, need, needed, electorate, extras, forbid, countedGroups }: Terms,
  decision: Decision,
  { counted, standings, progress }: Tally,
  because: string,
  parts: readonly Reason[],
): Verdict {
  return {
    decision,
    rule: rule.name,
    need,
    needed: needed ?? rule.approvals,
    progress: progress.short,
    unresolved: whyUnresolved(policy, [...electorate.approvers, ...all.flatMap(groupsOfRequester), ...countedGroups]),
    counted: counted.map(({ id }) => id),
    votes: standings,
    approvers: electorate.approvers,
    extra: [...(forbid === undefined ? [] : [forbid]), ...new Set(extras)],
    expiryMs: Math.min(...all.map(({ expiryMs }) => expiryMs)),
    announce: rule.announce,
    policyRevision: policy.revision,
    reason: { what: 'Decision', outcome: outcomes[decision], because, parts },
  };
}

function groupsOfRequester({ requesters, when }: Rule): readonly string[] {
  return [...requesters, ...(when?.requesters ?? [])];
}

/** Nothing was allowed, so nothing is needed, announced or waited for; `needed` is 1 so that no vote can seem enough. */
function noRule(policy: Policy, { action }: Facts, { maybe, passed }: Choice): Verdict {
  const others = [...passed, ...maybe];
  const because =
    others.length === 0
      ? `No rule of the policy covers ${action}.`
      : `No rule of the policy for ${action} applies here: ${others.slice(0, 5).map(whyNotThis).join('; ')}.`;
  const rule: Reason = { what: 'Rule', outcome: 'no', because };
  const parts = others.map(notMatching);
  const rest = ['Requester', 'Approvers', 'Approvals'].map(skipped);
  return {
    decision: 'forbidden',
    rule: undefined,
    need: impossible,
    needed: 1,
    progress: nobody.progress.short,
    unresolved: whyUnresolved(
      policy,
      maybe.flatMap((each) => groupsOfRequester(each.rule)),
    ),
    counted: [],
    votes: [],
    approvers: [],
    extra: [],
    expiryMs: 0,
    announce: { origin: true, approvers: false, channels: [] },
    policyRevision: policy.revision,
    reason: {
      what: 'Decision',
      outcome: 'no',
      because,
      parts: [parts.length === 0 ? rule : { ...rule, parts }, ...rest],
    },
  };
}

function whyNotThis({ rule, because }: Passed): string {
  return `not “${rule.name}”, because ${allOf(because)}`;
}

function yes(what: string, because: string): Reason {
  return { what, outcome: 'yes', because };
}

function skipped(what: string): Reason {
  return { what, outcome: 'skipped', because: 'Not looked at: the answer is already no.' };
}
