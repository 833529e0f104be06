import assert from 'node:assert/strict';
import type { Machine } from '../../src/defender/machine.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { fitsPattern } from '../../src/policy/glob.js';
import { inBusinessHours } from '../../src/policy/hours.js';
import { parsePolicy } from '../../src/policy/load.js';
import type { Facts, Policy, Verdict } from '../../src/policy/policy.js';
import { machine, person } from '../support.js';

const head = `version: 1
groups:
  soc: [slack:T0HOME:U1, slack:T0HOME:U2]
  leads: [slack:T0HOME:U3, slack:T0HOME:U4, slack:T0HOME:U5]
  night: [slack:T0HOME:U1]
time: { zone: Europe/Berlin, days: [mon..fri], from: "08:00", to: "18:00" }
strict: { servers: 0, domain-controllers: { approvals: 0 } }
rules:
`;

/** A rule with this condition that asks for two leads, before one that asks for one. */
function policy(when: string): Policy {
  return parsePolicy(
    `${head}  - { name: special, actions: [restrict], when: ${when}, requesters: [anyone], approvers: [leads], approvals: 2 }
  - { name: usual, actions: [restrict], requesters: [anyone], approvers: [leads] }
`,
    'policy.yaml',
  );
}

// A Monday, 11 o'clock in Berlin.
const monday = Date.parse('2026-11-23T10:00:00Z');

function decide(when: string, over: Partial<Facts> = {}): Verdict {
  return evaluate(policy(when), {
    action: 'restrict',
    requester: person('U1', { name: 'ana' }),
    origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C0INCIDENT', direct: false },
    device: machine(),
    comment: 'beacon',
    votes: [],
    now: monday,
    ...over,
  });
}

const device = (over: Partial<Machine>): Partial<Facts> => ({ device: machine(over) });

describe('a rule with conditions', () => {
  const matching: readonly [string, Partial<Facts>, Partial<Facts>][] = [
    ['{ device: { tags: [vip, pci] } }', device({ machineTags: ['a', 'PCI'] }), device({ machineTags: ['pc'] })],
    ['{ device: { groups: [Servers] } }', device({ rbacGroupName: 'servers' }), device({ rbacGroupName: 'Servers 2' })],
    ['{ device: { value: [high] } }', device({ deviceValue: 'High' }), device({ deviceValue: 'Normal' })],
    ['{ device: { os: ["windowsserver*"] } }', device({ osPlatform: 'WindowsServer2022' }), device({})],
    ['{ device: { server: true } }', device({ osPlatform: 'WindowsServer2022' }), device({})],
    ['{ device: { server: false } }', device({}), device({ osPlatform: 'WindowsServer2022' })],
    ['{ device: { domain-controller: true } }', device({ machineTags: ['tier0'] }), device({})],
    ['{ device: { domain-controller: false } }', device({}), device({ machineTags: ['Tier0'] })],
    ['{ device: { risk: [High, medium] } }', device({}), device({ riskScore: 'Low' })],
    ['{ device: { exposure: [High] } }', device({ exposureLevel: 'High' }), device({})],
    ['{ device: { health: [Inactive] } }', device({ healthStatus: 'Inactive' }), device({})],
    ['{ device: { health: [Unknown] } }', device({ healthStatus: 'Unknown' }), device({})],
    ['{ device: { names: ["mymachine?"] } }', device({}), device({ computerDnsName: 'mymachine.contoso.com' })],
    ['{ device: { names: ["*.contoso.com"] } }', device({}), device({ computerDnsName: 'pc.fabrikam.com' })],
    ['{ device: { risk: [Medium], tags: [vip] } }', device({ machineTags: ['VIP'] }), device({})],
    ['{ requesters: [night] }', {}, { requester: person('U2') }],
    ['{ origin: { platforms: [teams] } }', { origin: teams() }, {}],
    ['{ origin: { channels: [slack:C0INCIDENT] } }', {}, { origin: teams() }],
    ['{ origin: { channels: ["teams:19:a@thread.tacv2"] } }', { origin: teams() }, {}],
    ['{ origin: { direct: true } }', { origin: { ...teams(), direct: true } }, {}],
    ['{ time: { business-hours: true } }', {}, { now: Date.parse('2026-11-22T10:00:00Z') }],
    ['{ time: { business-hours: false } }', { now: Date.parse('2026-11-23T17:00:00Z') }, {}],
  ];
  for (const [when, holds, fails] of matching) {
    it(`applies where ${when} holds, and else the next one does`, () => {
      assert.equal(decide(when, holds).rule, 'special');
      const next = decide(when, fails);
      assert.equal(next.rule, 'usual');
      assert.equal(next.needed, 1);
      const [passed] = next.reason.parts?.[0]?.parts ?? [];
      assert.equal(passed?.outcome, 'skipped');
      assert.match(passed.because, /^Does not apply: (the|it|ana|u2|neither)\b.*\.$/);
    });
  }

  it('says why none of the rules applies, where none does', () => {
    const only = parsePolicy(
      `${head}  - { name: vips, actions: [restrict], when: { device: { tags: [vip] } }, requesters: [anyone], approvers: [leads] }\n`,
      'policy.yaml',
    );
    const verdict = evaluate(only, { ...factsOf(), now: monday });
    assert.equal(verdict.decision, 'forbidden');
    assert.match(
      verdict.reason.because,
      /for restrict applies here: not “vips”, because the device is not tagged vip\.$/,
    );
  });
});

function teams(): Facts['origin'] {
  return { platform: 'teams', tenant: 't', conversation: '19:a@thread.tacv2', direct: false };
}

function factsOf(over: Partial<Facts> = {}): Facts {
  return {
    action: 'restrict',
    requester: person('U1', { name: 'ana' }),
    origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C0INCIDENT', direct: false },
    device: machine(),
    comment: 'beacon',
    votes: [],
    now: monday,
    ...over,
  };
}

describe('a fact that is not known', () => {
  const rules = (...lines: string[]) =>
    parsePolicy(`${head}${lines.map((line) => `  - ${line}\n`).join('')}`, 'policy.yaml');
  const usual = '{ name: usual, actions: [restrict], requesters: [anyone], approvers: [leads], expires: 2h }';
  const nameless = factsOf(device({ rbacGroupName: null }));

  it('never makes an easier rule apply', () => {
    const easy =
      '{ name: easy, actions: [restrict], when: { device: { groups: [Lab] } }, requesters: [anyone], approvals: 0 }';
    const verdict = evaluate(rules(easy, usual), nameless);
    assert.deepEqual([verdict.rule, verdict.needed, verdict.decision], ['usual', 1, 'needs approvals']);
  });

  it('does not let a stricter rule be passed over: both are asked', () => {
    const hard =
      '{ name: hard, actions: [restrict], when: { device: { groups: [Servers] } }, requesters: [soc], approvers: [leads], approvals: 2, expires: 30m, reasons: [malware] }';
    const verdict = evaluate(rules(hard, usual), { ...nameless, comment: 'beacon #malware' });
    assert.deepEqual([verdict.rule, verdict.needed], ['usual', 2]);
    assert.equal(verdict.expiryMs, 1_800_000);
    assert.match(
      verdict.reason.parts?.[0]?.parts?.[0]?.because ?? '',
      /^Asked for too, because it may apply: Defender does not give the device group of the device\.$/,
    );
    assert.match(evaluate(rules(hard, usual), nameless).reason.because, /“hard” asks for a reason code/);
    const outsider = { ...nameless, comment: '#malware', requester: person('U9') };
    assert.match(evaluate(rules(hard, usual), outsider).reason.because, /u9 is not in soc/);
  });

  it('asks people of either rule where they name different groups, each in a place of their own', () => {
    const other =
      '{ name: other, actions: [restrict], when: { device: { groups: [Servers] } }, requesters: [anyone], approvers: [soc] }';
    const verdict = evaluate(rules(other, usual), nameless);
    assert.equal(verdict.needed, 2);
    assert.deepEqual([...verdict.approvers].sort(), ['leads', 'soc']);
  });

  it('forbids what a rule may forbid', () => {
    const never = '{ name: never, actions: [restrict], when: { device: { groups: [Plant] } }, forbid: Call the plant }';
    const verdict = evaluate(rules(never, usual), nameless);
    assert.equal(verdict.decision, 'forbidden');
    assert.equal(
      verdict.reason.because,
      'Rule “never” forbids it: Call the plant. Whether it applies is not known: Defender does not give the device group of the device.',
    );
    assert.equal(evaluate(rules(never, usual), factsOf()).decision, 'needs approvals');
  });

  it('allows nothing by itself: where no rule is known to apply, the answer is no', () => {
    const maybe =
      '{ name: maybe, actions: [restrict], when: { device: { groups: [Lab] } }, requesters: [anyone], approvals: 0 }';
    const verdict = evaluate(rules(maybe), nameless);
    assert.deepEqual([verdict.decision, verdict.rule], ['forbidden', undefined]);
  });

  it('decides nothing where another condition fails anyway', () => {
    const never =
      '{ name: never, actions: [restrict], when: { device: { groups: [Plant], tags: [vip] } }, forbid: No }';
    assert.equal(evaluate(rules(never, usual), nameless).decision, 'needs approvals');
  });

  it('includes Defender’s own “Unknown” health', () => {
    const ill = '{ name: ill, actions: [restrict], when: { device: { health: [Inactive] } }, forbid: It is away }';
    assert.equal(evaluate(rules(ill, usual), factsOf(device({ healthStatus: 'Unknown' }))).decision, 'forbidden');
  });
});

describe('business hours', () => {
  const berlin = {
    zone: 'Europe/Berlin',
    days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sun'],
    from: 8 * 60,
    to: 18 * 60,
  } as const;
  const at = (time: string) => inBusinessHours(berlin, Date.parse(time));

  it('begin and end by the clocks of their zone on either side of both changes', () => {
    // 29 March 2026 begins summer time, 25 October 2026 ends it; both are Sundays.
    assert.deepEqual([at('2026-03-27T06:59:00Z'), at('2026-03-27T07:00:00Z')], [false, true]);
    assert.deepEqual([at('2026-03-29T05:59:00Z'), at('2026-03-29T06:00:00Z')], [false, true]);
    assert.deepEqual([at('2026-03-29T15:59:00Z'), at('2026-03-29T16:00:00Z')], [true, false]);
    assert.deepEqual([at('2026-10-23T05:59:00Z'), at('2026-10-23T06:00:00Z')], [false, true]);
    assert.deepEqual([at('2026-10-25T06:59:00Z'), at('2026-10-25T07:00:00Z')], [false, true]);
    assert.deepEqual([at('2026-10-25T16:59:00Z'), at('2026-10-25T17:00:00Z')], [true, false]);
  });

  it('go by the hour that is said twice or never', () => {
    const early = { ...berlin, from: 2 * 60, to: 3 * 60 };
    const inside = (time: string) => inBusinessHours(early, Date.parse(time));
    // 02:00 to 03:00 does not exist in March, and comes twice in October.
    assert.deepEqual([inside('2026-03-29T00:59:00Z'), inside('2026-03-29T01:00:00Z')], [false, false]);
    assert.deepEqual([inside('2026-10-25T00:30:00Z'), inside('2026-10-25T01:30:00Z')], [true, true]);
  });

  it('take the day of the week of their zone, and end at midnight where they say 24:00', () => {
    const late = { zone: 'Pacific/Auckland', days: ['mon'], from: 0, to: 1_440 } as const;
    assert.ok(inBusinessHours(late, Date.parse('2026-11-22T11:00:00Z')));
    assert.ok(!inBusinessHours(late, Date.parse('2026-11-22T10:59:00Z')));
    assert.ok(inBusinessHours(late, Date.parse('2026-11-23T10:59:00Z')));
  });
});

describe('a pattern', () => {
  it('knows * and ?, whatever the case, and takes every other character as it is', () => {
    for (const [pattern, text, fits] of [
      ['dc-*', 'DC-01', true],
      ['*', '', true],
      ['', '', true],
      ['', 'a', false],
      ['a?c', 'abc', true],
      ['a?c', 'ac', false],
      ['*a*b', 'xxaxxbxb', true],
      ['*a*b', 'xxaxxbxc', false],
      ['a.c', 'abc', false],
      ['[ab]', 'a', false],
      ['*b', 'a*b', true],
      ['**', 'x', true],
    ] as const) {
      assert.equal(fitsPattern(pattern, text), fits, `${pattern} ${text}`);
    }
  });

  it('cannot make it hang', () => {
    const started = performance.now();
    assert.ok(!fitsPattern(`${'*a'.repeat(100)}b`, 'a'.repeat(5_000)));
    assert.ok(performance.now() - started < 1_000);
  });
});
