import assert from 'node:assert/strict';
import type { Person } from '../../src/people/person.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { parsePolicy } from '../../src/policy/load.js';
import type { CastVote, Facts, Policy, Reason, Rule } from '../../src/policy/policy.js';
import { machine, person, teamsPerson } from '../support.js';
import { ruleOf } from './small.js';

const ana = person('U1', { name: 'ana' });
const bob = person('U2', { name: 'bob' });
const cleo = person('U3', { name: 'cleo' });
const dan = person('U4', { name: 'dan' });
const eve = person('U9', { name: 'eve' });

const twoLeads = parsePolicy(
  `version: 1
groups:
  soc: [slack:T0HOME:U1, slack:T0HOME:U2]
  soc-leads: [slack:T0HOME:U2, slack:T0HOME:U3, slack:T0HOME:U4]
  nobody: []
rules:
  - name: two leads
    actions: [restrict]
    requesters: [soc]
    approvers: [soc-leads]
    approvals: 2
    expires: 2h
`,
  'policy.yaml',
);

function facts(votes: readonly CastVote[] = [], over: Partial<Facts> = {}): Facts {
  return {
    action: 'restrict',
    requester: ana,
    origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C0INCIDENT', direct: false },
    device: machine(),
    comment: 'beacon',
    votes,
    now: 0,
    ...over,
  };
}

/** The same policy with its one rule changed. */
function withRule(over: Partial<Rule>, policy: Policy = twoLeads): Policy {
  return { ...policy, rules: policy.rules.map(({ need, ...rule }) => ruleOf({ ...rule, ...over })) };
}

const approve = (voter: Person): CastVote => ({ person: voter, decision: 'approve' });
const deny = (voter: Person): CastVote => ({ person: voter, decision: 'deny' });

/** The explanation as lines, as a simulator would print it. */
function lines(reason: Reason, depth = 0): string[] {
  const line = `${'  '.repeat(depth)}${reason.what} (${reason.outcome}): ${reason.because}`;
  return [line, ...(reason.parts ?? []).flatMap((part) => lines(part, depth + 1))];
}

describe('evaluate', () => {
  it('explains a request that waits, vote by vote', () => {
    const verdict = evaluate(twoLeads, facts([approve(cleo), approve(ana), approve(eve)]));
    assert.equal(verdict.decision, 'needs approvals');
    assert.deepEqual(verdict.counted, ['slack:T0HOME:U3']);
    assert.equal(verdict.needed, 2);
    assert.equal(verdict.expiryMs, 7_200_000);
    assert.deepEqual(verdict.approvers, ['soc-leads']);
    assert.equal(verdict.policyRevision, twoLeads.revision);
    assert.deepEqual(lines(verdict.reason), [
      'Decision (waiting): 1 of 2 approvals: needs one more from soc-leads.',
      '  Rule (yes): Rule “two leads” applies to restrict.',
      '  Requester (yes): ana may ask under rule “two leads”.',
      '  Approvers (yes): 3 people in soc-leads may approve.',
      '  Approvals (waiting): 1 of 2 approvals: needs one more from soc-leads.',
      '    Approval by cleo (yes): cleo is in soc-leads.',
      '    Approval by ana (skipped): ana asked for this and cannot also decide on it.',
      '    Approval by eve (skipped): eve is not in soc-leads.',
    ]);
  });

  it('approves with the last approval needed, and names who gave them', () => {
    const verdict = evaluate(twoLeads, facts([approve(cleo), approve(dan)]));
    assert.equal(verdict.decision, 'approved');
    assert.equal(verdict.reason.because, '2 of 2 approvals: cleo and dan.');
  });

  it('is vetoed by one eligible denial, however many approve', () => {
    const verdict = evaluate(twoLeads, facts([approve(cleo), approve(dan), deny(bob)]));
    assert.equal(verdict.decision, 'vetoed');
    assert.equal(verdict.reason.because, 'Denied by bob.');
  });

  it('is not vetoed by somebody who has no say', () => {
    assert.equal(evaluate(twoLeads, facts([deny(eve), deny(ana)])).decision, 'needs approvals');
  });

  it('forbids what no rule covers, and looks at nothing else', () => {
    const verdict = evaluate(twoLeads, facts([], { action: 'release' }));
    assert.equal(verdict.decision, 'forbidden');
    assert.equal(verdict.rule, undefined);
    assert.deepEqual(lines(verdict.reason).slice(0, 3), [
      'Decision (no): No rule of the policy covers release.',
      '  Rule (no): No rule of the policy covers release.',
      '  Requester (skipped): Not looked at: the answer is already no.',
    ]);
  });

  it('uses the first rule that names the action, and no later one', () => {
    const [rule] = twoLeads.rules;
    assert.ok(rule);
    const policy = {
      ...twoLeads,
      rules: [rule, ruleOf({ ...withRule({ approvals: 0 }).rules[0], name: 'easier', requesters: ['anyone'] })],
    };
    assert.equal(evaluate(policy, facts([], { requester: eve })).decision, 'forbidden');
  });

  it('forbids a requester who is not in the groups, and says which they are', () => {
    const verdict = evaluate(twoLeads, facts([approve(cleo), approve(dan)], { requester: eve }));
    assert.equal(verdict.decision, 'forbidden');
    assert.deepEqual(verdict.counted, []);
    assert.equal(verdict.reason.because, 'eve is not in soc, whose members may ask under rule “two leads”.');
  });

  it('takes “anyone” for every member, and for nobody else', () => {
    const policy = withRule({ requesters: ['anyone'] });
    assert.equal(evaluate(policy, facts([], { requester: eve })).decision, 'needs approvals');
    for (const standing of ['guest', 'external', 'bot', 'deactivated'] as const) {
      assert.equal(evaluate(policy, facts([], { requester: { ...eve, standing } })).decision, 'forbidden', standing);
    }
  });

  it('approves at once where the rule asks for no approval, and says that the rule says so', () => {
    const verdict = evaluate(withRule({ approvals: 0, approvers: [] }), facts());
    assert.equal(verdict.decision, 'approved');
    assert.equal(verdict.reason.because, 'No approval is needed: rule “two leads” says so.');
  });

  it('forbids what can never be approved, because too few are left without the requester', () => {
    const verdict = evaluate(withRule({ approvals: 3 }), facts([], { requester: bob }));
    assert.equal(verdict.decision, 'forbidden');
    assert.equal(
      verdict.reason.because,
      'Rule “two leads” needs 3 approvals from soc-leads, and besides bob, who asked, only 2 people are there.',
    );
  });
});

describe('evaluate, bugs that others shipped', () => {
  it('bug 3: one human clicks in Slack and in Teams and counts twice', () => {
    const id = 'entra:11111111-2222-4333-8444-555555555555:66666666-7777-4888-9999-000000000000';
    const [, tenant = '', user = ''] = id.split(':');
    const inSlack = { ...cleo, id };
    const inTeams: Person = { ...cleo, id, account: { platform: 'teams', tenant, user } };
    const policy = {
      ...twoLeads,
      groups: new Map(twoLeads.groups).set('soc-leads', [id, 'slack:T0HOME:U3', 'slack:T0HOME:U4']),
    };
    const verdict = evaluate(policy, facts([approve(inSlack), approve(inTeams)]));
    assert.equal(verdict.decision, 'needs approvals');
    assert.deepEqual(verdict.counted, [id]);
  });

  it('bug 4: an allow-list that resolves to nobody lets everybody through', () => {
    for (const approvers of [[], ['nobody'], ['gone'], ['anyone']]) {
      const verdict = evaluate(withRule({ approvers }), facts([approve(cleo), approve(dan)]));
      assert.equal(verdict.decision, 'forbidden');
      assert.match(verdict.reason.because, /[Nn]obody/);
    }
    assert.equal(evaluate(withRule({ requesters: ['nobody', 'gone'] }), facts()).decision, 'forbidden');
  });

  it('bug 6: the requester approves their own request through a guest account, a second account or after linking', () => {
    const entra = 'entra:t:o';
    const linked = { ...bob, id: entra };
    const policy = {
      ...twoLeads,
      groups: new Map(twoLeads.groups).set('soc-leads', [entra, 'slack:T0HOME:U2', 'slack:T0HOME:U3']),
    };
    const asTeams: Person = { ...linked, account: { platform: 'teams', tenant: 't', user: 'o' } };
    for (const [requester, voter] of [
      [linked, asTeams],
      [bob, linked],
      [linked, bob],
      [bob, { ...bob, standing: 'guest' }],
    ] as const) {
      const verdict = evaluate(withRule({ approvals: 1 }, policy), facts([approve(voter)], { requester }));
      assert.equal(verdict.decision, 'needs approvals');
      assert.deepEqual(verdict.counted, []);
    }
  });

  it('bug 8: a rule without a quorum is satisfied by the first vote', () => {
    for (const approvals of [NaN, -1, 0.5, undefined as unknown as number]) {
      const verdict = evaluate(withRule({ approvals }), facts([approve(cleo)]));
      assert.equal(verdict.decision, 'forbidden');
    }
  });

  it('bug 20: a deactivated approver’s vote counts', () => {
    const gone: Person = { ...dan, standing: 'deactivated' };
    const verdict = evaluate(twoLeads, facts([approve(cleo), approve(gone)]));
    assert.equal(verdict.decision, 'needs approvals');
    assert.match(lines(verdict.reason).join('\n'), /Approval by dan \(skipped\): dan has a deactivated account/);
  });
});

describe('evaluate, about each vote', () => {
  const ofVote = (voter: Person, requester = bob, policy: Policy = twoLeads) =>
    evaluate(policy, facts([approve(voter)], { requester })).votes[0];
  const why = (voter: Person) => {
    const standing = ofVote(voter);
    return standing?.counts === false ? standing.why : standing?.because;
  };

  it('says whether it counts, and if not, why', () => {
    assert.equal(why(cleo), 'cleo is in soc-leads.');
    assert.equal(why(bob), 'requester');
    assert.equal(why(eve), 'not an approver');
    assert.equal(why({ ...cleo, standing: 'external' }), 'not a member');
    const [, again] = evaluate(twoLeads, facts([approve(cleo), approve(cleo)])).votes;
    assert.ok(again?.counts === false && again.why === 'counted before');
  });

  it('says nothing where the request is forbidden', () => {
    assert.deepEqual(evaluate(twoLeads, facts([approve(cleo)], { action: 'release' })).votes, []);
  });

  it('takes a linked person by the account that the policy names, and a Teams account by its Entra id', () => {
    assert.ok(ofVote({ ...cleo, id: 'entra:t:o' })?.counts);
    const policy = withRule(
      { approvals: 1 },
      { ...twoLeads, groups: new Map([...twoLeads.groups, ['soc-leads', ['entra:t:o']]]) },
    );
    const requester = { ...ana, id: 'entra:t:ana' };
    assert.ok(ofVote(teamsPerson('o'), requester, policy)?.counts);
    const aliases = ['slack:T0HOME:U3'];
    assert.ok(ofVote({ ...teamsPerson('c'), aliases }, requester)?.counts);
  });
});

describe('evaluate, across platforms', () => {
  const leads = ['entra:t:o', 'entra:t:p', 'slack:T0HOME:U3', 'slack:T0HOME:U4'];
  const across = { ...twoLeads, groups: new Map([...twoLeads.groups, ['soc-leads', leads]]) };
  const olga = teamsPerson('o');
  const piet = teamsPerson('p');

  it('does not count an approval by somebody who could be the requester, and says who has to link', () => {
    const verdict = evaluate(across, facts([approve(olga)]));
    assert.deepEqual(verdict.counted, []);
    const because = 'It is not proved that o and ana are two people: ana has to link their Slack account to Teams.';
    assert.deepEqual(verdict.votes, [{ counts: false, why: 'not told apart', because, other: ana }]);
    assert.ok(lines(verdict.reason).includes(`    Approval by o (skipped): ${because}`));
  });

  it('counts it once the requester’s account is linked to another Entra account', () => {
    assert.deepEqual(evaluate(across, facts([approve(olga)], { requester: { ...ana, id: 'entra:t:ana' } })).counted, [
      'entra:t:o',
    ]);
  });

  it('bug 3: does not count an approval by somebody who could be an approver counted before', () => {
    const requester = teamsPerson('r', { aliases: ['slack:T0HOME:U1'] });
    const verdict = evaluate(across, facts([approve({ ...cleo, id: 'entra:t:c' }), approve(dan)], { requester }));
    assert.deepEqual(verdict.counted, ['entra:t:c']);
    assert.match(verdict.reason.parts?.at(-1)?.parts?.[1]?.because ?? '', /dan and r are two people: dan has to link/);
    const linkedAsker = { ...ana, id: 'entra:t:r' };
    const mixed = evaluate(across, facts([approve(dan), approve(olga), approve(piet)], { requester: linkedAsker }));
    assert.deepEqual(mixed.counted, ['slack:T0HOME:U4']);
    assert.match(mixed.reason.parts?.at(-1)?.parts?.[1]?.because ?? '', /o and dan are two people: dan has to link/);
  });

  it('takes members of one Slack workspace for two people, and those of two workspaces only with proof', () => {
    assert.deepEqual(evaluate(across, facts([approve(cleo), approve(dan)])).counted.length, 2);
    const elsewhere = { ...dan, account: { ...dan.account, tenant: 'T0OTHER' } };
    const verdict = evaluate(across, facts([approve(elsewhere)]));
    assert.deepEqual(verdict.counted, []);
    assert.match(verdict.reason.parts?.at(-1)?.parts?.[0]?.because ?? '', /dan and ana have to link/);
  });

  it('lets a denial count without that proof: it can only stop', () => {
    assert.equal(evaluate(across, facts([deny(olga)])).decision, 'vetoed');
    assert.equal(
      evaluate(across, facts([deny(teamsPerson('a', { aliases: ['slack:T0HOME:U1'] }))])).decision,
      'needs approvals',
    );
  });

  it('counts two ids that the policy says are one person’s once among those who could approve', () => {
    const same = new Map([['slack:T0HOME:U3', 'entra:t:o']]);
    const policy = withRule({ approvals: 4 }, { ...across, people: { matchEmail: false, same } });
    assert.equal(evaluate(policy, facts()).decision, 'forbidden');
    assert.equal(evaluate(withRule({ approvals: 4 }, across), facts()).decision, 'needs approvals');
  });
});
