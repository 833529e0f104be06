import assert from 'node:assert/strict';
import type { Origin } from '../../src/command/model.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { parsePolicy } from '../../src/policy/load.js';
import { impossible } from '../../src/policy/need.js';
import type { Facts, Policy, Reason } from '../../src/policy/policy.js';
import { machine, person } from '../support.js';

const head = `version: 1
groups: { soc: [slack:T0HOME:U1], leads: [slack:T0HOME:U2, slack:T0HOME:U3] }
rules:
`;
const policy = (...rules: string[]): Policy =>
  parsePolicy(head + rules.map((rule) => `  - { actions: [restrict], ${rule} }\n`).join(''), 'policy.yaml');
const open = 'requesters: [anyone], approvers: [leads]';

const decide = (of: Policy, over: Partial<Facts> = {}) =>
  evaluate(of, {
    action: 'restrict',
    device: machine(),
    requester: person('U1'),
    origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C0SOC', direct: false },
    comment: '',
    votes: [],
    now: 1_000,
    recent: [],
    ...over,
  });
const steps = (reason: Reason) => (reason.parts ?? []).map(({ what, outcome }) => `${what}: ${outcome}`);

describe('a verdict', () => {
  it('that no rule applies allows nothing, announces nothing elsewhere and says why of each', () => {
    const { reason, ...verdict } = decide(policy(`name: a, when: { requesters: [leads] }, ${open}`));
    assert.deepEqual(verdict, {
      decision: 'forbidden',
      rule: undefined,
      need: impossible,
      needed: 1,
      progress: 'not allowed',
      unresolved: [],
      counted: [],
      votes: [],
      approvers: [],
      extra: [],
      expiryMs: 0,
      announce: { origin: true, approvers: false, channels: [] },
      policyRevision: verdict.policyRevision,
    });
    assert.deepEqual(steps(reason), ['Rule: no', 'Requester: skipped', 'Approvers: skipped', 'Approvals: skipped']);
    assert.deepEqual(
      reason.parts?.[0]?.parts?.map(({ what, outcome }) => [what, outcome]),
      [['Rule “a”', 'skipped']],
    );
    const other = decide(policy(`name: a, ${open}`), { action: 'release' });
    assert.equal(other.reason.because, 'No rule of the policy covers release.');
    assert.equal(other.reason.parts?.[0]?.parts, undefined);
  });

  it('shows each step up to the no, and those behind it as not looked at', () => {
    const later = ['Requester: skipped', 'Approvers: skipped', 'Approvals: skipped'];
    const forbidden = decide(policy(`name: r, forbid: never`));
    assert.deepEqual(steps(forbidden.reason), ['Rule: yes', 'Forbidden: no', ...later]);
    assert.equal(forbidden.reason.because, 'Rule “r” forbids it: never.');
    const refused = decide(policy('name: r, requesters: [leads], approvers: [leads]'));
    assert.deepEqual(steps(refused.reason), ['Rule: yes', 'Requester: no', ...later.slice(1)]);
    const nobody = decide(policy(`name: r, ${open}, approvals: 2`), { requester: person('U2') });
    assert.deepEqual(steps(nobody.reason), ['Rule: yes', 'Requester: yes', 'Approvers: no', 'Approvals: skipped']);
  });

  it('is forbidden where a ceiling says so, whatever the rule asks for, and says it once', () => {
    const ceiling = {
      name: 'c',
      per: 'tenant',
      groups: [],
      devices: 1,
      withinMs: 60_000,
      then: 'forbid',
      tell: false,
    } as const;
    const limited = { ...policy(`name: r, ${open}`), ceilings: [ceiling] };
    const recent = [{ deviceId: 'other', requesterIds: ['slack:T0HOME:U1'], createdAt: 999 }];
    const { decision, reason, extra } = decide(limited, { recent });
    assert.equal(decision, 'forbidden');
    assert.deepEqual(steps(reason).slice(0, 2), ['Rule: yes', 'Forbidden: no']);
    assert.match(reason.because, /^Ceiling “c”: .*No more may be asked for now\.$/);
    assert.deepEqual(extra, [reason.because]);
    assert.deepEqual([decide(limited).decision, decide(limited).extra], ['needs approvals', []]);
  });

  it('counts one’s own approval only where every rule that is asked lets it', () => {
    const own = 'own-approval: true, approvals: 2';
    const server = 'when: { device: { server: true } }';
    const unknown = machine({ osPlatform: null });
    const votes = ['U2', 'U3'].map((user) => ({ person: person(user), decision: 'approve' as const }));
    const lax = (of: Policy): Policy => {
      const { domainControllers } = of.strict;
      return { ...of, strict: { servers: 0, domainControllers: { ...domainControllers, approvals: 0 } } };
    };
    const ask = (first: string) =>
      decide(lax(policy(`name: s, ${server}, ${open}, ${first}`, `name: r, ${open}, ${own}`)), {
        device: unknown,
        requester: person('U2'),
        votes,
      }).decision;
    assert.equal(ask(own), 'approved');
    assert.equal(ask('approvals: 2'), 'forbidden');
  });

  it('names the groups of requesters of which it is not known who is in them', () => {
    const unresolved = new Map([['soc', 'Slack does not answer.']]);
    for (const rule of ['requesters: [soc], approvers: [leads]', `when: { requesters: [soc] }, ${open}`]) {
      const asked = { ...policy(`name: r, ${rule}`, `name: s, ${open}`), unresolved };
      assert.deepEqual(decide(asked, { requester: person('U9') }).unresolved, ['Slack does not answer.'], rule);
    }
    const alone = { ...policy(`name: r, when: { requesters: [soc] }, ${open}`), unresolved };
    assert.deepEqual(decide(alone, { requester: person('U9') }).unresolved, ['Slack does not answer.']);
  });

  it('never takes a device of which the system is not known for one that runs no server system', () => {
    const notServer = policy(
      `name: easy, when: { device: { server: false } }, ${open}`,
      `name: all, ${open}, approvals: 2`,
    );
    const of = (osPlatform: string | null) => decide(notServer, { device: machine({ osPlatform }) }).rule;
    assert.deepEqual([of('Windows11'), of('WindowsServer2022'), of(null)], ['easy', 'all', 'all']);
  });

  it('is by the rule of the channel alone in which it was asked for', () => {
    const only = policy(
      `name: here, when: { origin: { channels: [slack:C0SOC, slack:C0TWO] } }, ${open}`,
      `name: elsewhere, ${open}`,
    );
    const rule = (origin: Partial<Origin>) =>
      decide(only, {
        origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C0SOC', direct: false, ...origin },
      }).rule;
    assert.equal(rule({}), 'here');
    assert.equal(rule({ conversation: 'C0TWO' }), 'here');
    assert.equal(rule({ conversation: 'C0ELSE' }), 'elsewhere');
    assert.equal(rule({ platform: 'teams' }), 'elsewhere');
  });
});
