import assert from 'node:assert/strict';
import type { Machine } from '../../src/defender/machine.js';
import type { Person } from '../../src/people/person.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { parsePolicy } from '../../src/policy/load.js';
import type { CastVote, Facts, Policy, Verdict } from '../../src/policy/policy.js';
import { PolicyError } from '../../src/policy/policy-error.js';
import { machine, person } from '../support.js';

const head = `version: 1
groups:
  soc: [slack:T0HOME:U1, slack:T0HOME:U2, slack:T0HOME:U3]
  leads: [slack:T0HOME:U3, slack:T0HOME:U4, slack:T0HOME:U5]
  owners: [slack:T0HOME:U6]
  alone: [slack:T0HOME:U7]
rules:
`;

function policy(rule: string, more = ''): Policy {
  return parsePolicy(
    `${head}  - { name: r, actions: [restrict, release], requesters: [anyone], ${rule} }\n${more}`,
    'policy.yaml',
  );
}

const approve = (user: string): CastVote => ({ person: person(user), decision: 'approve' });

function decide(of: Policy, voters: readonly string[] = [], over: Partial<Facts> = {}): Verdict {
  return evaluate(of, {
    action: 'restrict',
    requester: person('U9'),
    origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C0', direct: false },
    device: machine(),
    comment: 'beacon',
    votes: voters.map(approve),
    now: 0,
    ...over,
  });
}

describe('approvals from several groups', () => {
  const both = policy('approve: { all: [{ from: [soc] }, { from: [leads], approvals: 1 }] }');
  const either = policy('approve: { any: [{ from: [owners] }, { from: [soc], approvals: 2 }] }');

  it('say on the way what is missing', () => {
    assert.equal(decide(both).progress, '0 of 2: needs one more from soc and one more from leads');
    assert.equal(decide(both, ['U1']).progress, '1 of 2: needs one more from leads');
    assert.equal(decide(both, ['U1', 'U2']).progress, '1 of 2: needs one more from leads');
    assert.equal(decide(both, ['U1', 'U4']).progress, '2 of 2');
    assert.equal(decide(either).progress, '0 of 1: needs one more from owners, or 2 more from soc');
    assert.equal(decide(either, ['U1']).progress, '1 of 2: needs one more from soc, or one more from owners');
  });

  it('give one human one place, the one in which they are of most use', () => {
    assert.equal(decide(both, ['U3']).decision, 'needs approvals');
    assert.equal(decide(both, ['U3', 'U4']).decision, 'approved');
    assert.equal(decide(both, ['U3', 'U1']).decision, 'approved');
    assert.deepEqual([decide(both).needed, decide(either).needed], [2, 1]);
    assert.equal(decide(either, ['U6']).decision, 'approved');
  });

  it('are refused at once where, without whoever asks, nobody is left in one of them', () => {
    const alone = policy('approve: { all: [{ from: [soc] }, { from: [alone] }] }');
    const verdict = decide(alone, [], { requester: person('U7') });
    assert.equal(verdict.decision, 'forbidden');
    assert.match(
      verdict.reason.because,
      /needs 1 approval from soc and 1 approval from alone, and besides u7, who asked/,
    );
  });

  it('are stopped by one denial of anybody in them', () => {
    const votes: CastVote[] = [{ person: person('U6'), decision: 'deny' }];
    assert.equal(decide(either, [], { votes }).decision, 'vetoed');
    assert.equal(decide(both, [], { votes }).decision, 'needs approvals');
  });
});

describe('restricting what is worth more', () => {
  const lead = policy('approvers: [leads]');
  const server = { osPlatform: 'WindowsServer2022', computerDnsName: 'web1.contoso.com' };
  const needed = (of: Policy, over: Partial<Machine>) => decide(of, [], { device: machine(over) }).needed;

  it('takes one approval more for a server and two for a domain controller, and says why', () => {
    assert.equal(needed(lead, {}), 1);
    assert.equal(needed(lead, server), 2);
    for (const computerDnsName of ['dc01.contoso.com', 'DC-BERLIN', 'ber-dc1.contoso.com', 'dc']) {
      assert.equal(needed(lead, { ...server, computerDnsName }), 3, computerDnsName);
    }
    assert.equal(needed(lead, { ...server, machineTags: ['tier0'] }), 3);
    const { reason, progress } = decide(lead, ['U3'], { device: machine(server) });
    assert.equal(progress, '1 of 2: needs one more from leads');
    assert.deepEqual(reason.parts?.[1], {
      what: 'More approvals',
      outcome: 'yes',
      because:
        'web1.contoso.com is a server, which takes 1 approval more than rule “r” says: the device runs WindowsServer2022, a server system.',
    });
  });

  it('does not take a workstation for a domain controller because of its name', () => {
    assert.equal(needed(lead, { computerDnsName: 'dc-laptop-1' }), 1);
    assert.equal(needed(lead, { computerDnsName: 'admin-pc', machineTags: ['Tier0'] }), 3);
  });

  it('takes a device of which it is not known for the stricter', () => {
    assert.equal(needed(lead, { osPlatform: null, computerDnsName: 'web1' }), 2);
    assert.equal(needed(lead, { osPlatform: null, computerDnsName: null }), 3);
    assert.match(
      decide(lead, [], { device: machine({ osPlatform: null }) }).reason.parts?.[1]?.because ?? '',
      /may be a server.*Defender does not say which system/,
    );
  });

  it('leaves releasing as it is, and rules that speak of servers or domain controllers themselves', () => {
    assert.equal(decide(lead, [], { action: 'release', device: machine(server) }).needed, 1);
    const aware = policy('approvers: [leads], when: { device: { server: true } }');
    assert.equal(needed(aware, server), 1);
    assert.equal(needed(aware, { ...server, machineTags: ['Tier0'] }), 3);
    const tier0 = policy('approvers: [leads], when: { device: { domain-controller: true } }');
    assert.equal(needed(tier0, { ...server, machineTags: ['Tier0'] }), 1);
  });

  it('is refused where the rule names nobody whom it could ask', () => {
    const free = policy('approvals: 0');
    assert.equal(decide(free).decision, 'approved');
    const verdict = decide(free, [], { device: machine(server) });
    assert.equal(verdict.decision, 'forbidden');
    assert.match(verdict.reason.because, /needs 1 approval and names nobody who could approve/);
  });

  it('follows the file', () => {
    const own = policy(
      'approvers: [leads]',
      'strict: { servers: 2, domain-controllers: { approvals: 0, tags: [T0], names: [] } }\n',
    );
    assert.equal(needed(own, server), 3);
    assert.equal(needed(own, { ...server, machineTags: ['T0'] }), 3);
    assert.equal(needed(policy('approvers: [leads]', 'strict: { servers: 0 }\n'), server), 1);
  });
});

describe('one’s own approval', () => {
  const own = policy('approvers: [leads], approvals: 2, own-approval: true');
  const asking = (user: string, voters: readonly string[], of = own) => decide(of, voters, { requester: person(user) });

  it('counts as one of several where the rule lets it', () => {
    assert.equal(asking('U4', ['U4']).decision, 'needs approvals');
    assert.equal(asking('U4', ['U4', 'U5']).decision, 'approved');
    assert.equal(asking('U9', ['U9', 'U5']).decision, 'needs approvals');
    assert.equal(asking('U4', ['U4', 'U5'], policy('approvers: [leads], approvals: 2')).decision, 'needs approvals');
  });

  it('is no denial: whoever asked withdraws', () => {
    const votes: CastVote[] = [{ person: person('U4'), decision: 'deny' }];
    assert.equal(decide(own, [], { requester: person('U4'), votes }).decision, 'needs approvals');
  });

  it('never decides alone, whatever a policy says', () => {
    const [rule] = policy('approvers: [leads]').rules;
    const broken = { ...own, rules: [{ ...rule!, ownApproval: true }] };
    assert.equal(asking('U4', ['U4'], broken).decision, 'needs approvals');
  });

  it('counts once, also where the same human asks and approves under two accounts', () => {
    const other: Person = person('U5', { aliases: ['slack:T0HOME:U4'] });
    const votes: CastVote[] = [approve('U4'), { person: other, decision: 'approve' }];
    assert.equal(decide(own, [], { requester: person('U4'), votes }).decision, 'needs approvals');
  });
});

describe('a reason code', () => {
  const coded = policy('approvers: [leads], reasons: [malware, phishing]');
  const said = (comment: string) => decide(coded, [], { comment });

  it('is asked for, with the codes there are', () => {
    const verdict = said('beacon, malware');
    assert.equal(verdict.decision, 'forbidden');
    assert.equal(
      verdict.reason.because,
      'Rule “r” asks for a reason code: write #malware or #phishing in the comment, and ask again.',
    );
  });

  it('is found anywhere in the comment, in any case, as a word of its own', () => {
    for (const good of ['#malware', 'seen: #MALWARE, twice', 'x\n#phishing.']) {
      assert.equal(said(good).decision, 'needs approvals', good);
    }
    for (const bad of ['#malwares', 'a#malware', '##malware', '# malware', '#other']) {
      assert.equal(said(bad).decision, 'forbidden', bad);
    }
  });
});

describe('a group of which it is not known who is in it', () => {
  const lead = policy('approvers: [leads]');
  const open: Policy = { ...lead, unresolved: new Map([['leads', 'Entra does not answer.']]) };

  it('counts for those who are in the known part of it, and for nobody else', () => {
    assert.equal(decide(open, ['U3']).decision, 'approved');
    const verdict = decide(open, ['U1']);
    assert.equal(verdict.decision, 'needs approvals');
    const [standing] = verdict.votes;
    assert.ok(standing?.counts === false);
    assert.equal(standing.because, 'u1 is not in leads. Entra does not answer.');
    assert.deepEqual(verdict.unresolved, ['Entra does not answer.']);
    assert.deepEqual(decide(lead).unresolved, []);
  });

  it('does not let anybody ask', () => {
    const asking = { ...policy('approvers: [leads]'), unresolved: new Map([['soc', 'Slack does not answer.']]) };
    const rules = asking.rules.map((rule) => ({ ...rule, requesters: ['soc'] }));
    const verdict = decide({ ...asking, rules });
    assert.equal(verdict.decision, 'forbidden');
    assert.match(verdict.reason.because, /u9 is not in soc.*\. Slack does not answer\./);
  });

  it('does not end a request because nobody of it is known at the moment', () => {
    const empty = { ...open, groups: new Map([...open.groups, ['leads', []]]) };
    assert.equal(decide(empty).decision, 'needs approvals');
    assert.equal(decide(empty, ['U3']).decision, 'needs approvals');
  });

  it('lets no easier rule apply to its members, nor a stricter one be passed over', () => {
    const rule =
      '{ name: own, actions: [restrict], when: { requesters: [owners] }, requesters: [anyone], approvers: [soc], approvals: 2 }';
    const two = parsePolicy(
      `${head}  - ${rule}\n  - { name: r, actions: [restrict], requesters: [anyone], approvers: [soc] }\n`,
      'policy.yaml',
    );
    assert.deepEqual([decide(two).rule, decide(two).needed], ['r', 1]);
    const verdict = decide({ ...two, unresolved: new Map([['owners', 'Entra does not answer.']]) });
    assert.deepEqual([verdict.rule, verdict.needed], ['r', 2]);
  });
});

describe('the file, about what a rule asks for', () => {
  function mistakes(text: string): string {
    try {
      parsePolicy(text, 'policy.yaml');
    } catch (error) {
      assert.ok(error instanceof PolicyError);
      return error.mistakes.map(({ field, text: what }) => `${field}: ${what}`).join('\n');
    }
    assert.fail('the policy was accepted');
  }
  const rule = (fields: string, more = '') =>
    `${head}  - { name: r, actions: [restrict], requesters: [anyone], ${fields} }\n${more}`;

  it('means the same in either form', () => {
    const flat = policy('approvers: [leads, soc], approvals: 2');
    const tree = policy('approve: { from: [soc, leads], approvals: 2 }');
    assert.equal(flat.revision, tree.revision);
    assert.deepEqual(tree.rules[0]?.approvers, ['soc', 'leads']);
    assert.equal(tree.rules[0].approvals, 2);
  });

  const refused: readonly [string, RegExp][] = [
    [rule('approve: { all: [] }'), /^rules\[0\]\.approve\.all: write a list of needs/],
    [rule('approve: soc'), /^rules\[0\]\.approve: write one of/],
    [rule('approve: { all: [{ from: [soc] }], any: [{ from: [soc] }] }'), /^rules\[0\]\.approve: write one of/],
    [
      rule('approve: { all: [{ from: [sok] }] }'),
      /^rules\[0\]\.approve\.all\[0\]\.from\[0\]: there is no group “sok”; did you mean “soc”/,
    ],
    [rule('approve: { from: [anyone] }'), /from\[0\]: “anyone” cannot approve/],
    [rule('approve: { from: [soc], approvals: 0 }'), /approve\.approvals: write a whole number from 1 to 100/],
    [rule('approve: { from: [soc], aprovals: 1 }'), /approve\.aprovals: unknown field/],
    [rule('approve: { from: [soc] }, approvers: [soc]'), /approvers: “approve” says this already/],
    [rule('approvers: [soc], own-approval: true'), /own-approval: with one approval, whoever asks would decide alone/],
    [
      rule('approve: { any: [{ from: [soc] }, { from: [leads], approvals: 3 }] }, own-approval: true'),
      /own-approval: with one/,
    ],
    [rule('forbid: no, approvals: 1'), /approvals: nobody approves what the rule forbids/],
    [rule('forbid: ""'), /forbid: write a text for people/],
    [rule('approvers: [soc], reasons: []'), /reasons: write a list of words/],
    [rule('approvers: [soc], reasons: ["#a"]'), /reasons\[0\]: write a list of words/],
    [
      rule('approvers: [soc], when: { device: { riks: [High] } }'),
      /when\.device\.riks: unknown field; did you mean “risk”/,
    ],
    [
      rule('approvers: [soc], when: { device: { risk: [Hihg] } }'),
      /risk\[0\]: write None, Informational, Low, Medium or High/,
    ],
    [rule('approvers: [soc], when: { requesters: [anyone] }'), /when\.requesters\[0\]: “anyone” is no condition/],
    [
      rule('approvers: [soc], when: { time: { business-hours: true } }'),
      /business-hours: the file does not say when they are/,
    ],
    [
      rule('approvers: [soc]', 'time: { zone: Berlin, from: "08:00", to: "18:00" }\n'),
      /time\.zone: write an IANA time zone/,
    ],
    [
      rule('approvers: [soc]', 'time: { zone: UTC, from: "18:00", to: "08:00" }\n'),
      /time\.to: write a time later than/,
    ],
    [
      rule('approvers: [soc]', 'time: { zone: UTC, days: [mo], from: "08:00", to: "18:00" }\n'),
      /time\.days: write a list of days/,
    ],
    [rule('approvers: [soc]', 'strict: { server: 1 }\n'), /strict\.server: unknown field; did you mean “servers”/],
    [`${head}  - { name: r, actions: [restrict], approvers: [soc] }\n`, /requesters: missing; write a list of groups/],
  ];
  for (const [text, expected] of refused) {
    it(`refuses ${text.slice(head.length).trim()}`, () => {
      assert.match(mistakes(text), new RegExp(expected.source, 'm'));
    });
  }

  it('refuses a need that can be met in more ways than anybody keeps in mind', () => {
    const any = '{ any: [{ from: [soc] }, { from: [leads] }, { from: [owners] }] }';
    assert.doesNotThrow(() => policy(`approve: { all: [${any}, ${any}, ${any}] }`));
    assert.match(
      mistakes(rule(`approve: { all: [${any}, ${any}, ${any}, ${any}] }`)),
      /can be met in 81 ways; write one with 64 at most/,
    );
  });

  it('gives every new field a part in the revision', () => {
    const hours = 'time: { zone: UTC, from: "08:00", to: "18:00" }\n';
    const texts = [
      rule('approvers: [soc]'),
      rule('approvers: [soc], approvals: 2'),
      rule('approvers: [soc], approvals: 2, own-approval: true'),
      rule('approve: { all: [{ from: [soc] }, { from: [soc] }] }'),
      rule('approve: { any: [{ from: [soc] }, { from: [leads] }] }'),
      rule('approve: { all: [{ from: [soc] }, { from: [leads] }] }'),
      rule('forbid: a'),
      rule('forbid: b'),
      rule('approvers: [soc], reasons: [a]'),
      rule('approvers: [soc], reasons: [b]'),
      ...['tags', 'groups', 'names', 'os'].map((field) =>
        rule(`approvers: [soc], when: { device: { ${field}: [a] } }`),
      ),
      ...['server', 'domain-controller'].flatMap((field) =>
        [true, false].map((is) => rule(`approvers: [soc], when: { device: { ${field}: ${is} } }`)),
      ),
      ...['risk', 'exposure', 'value'].map((field) => rule(`approvers: [soc], when: { device: { ${field}: [High] } }`)),
      rule('approvers: [soc], when: { device: { health: [Active] } }'),
      rule('approvers: [soc], when: { requesters: [leads] }'),
      rule('approvers: [soc], when: { origin: { platforms: [slack] } }'),
      rule('approvers: [soc], when: { origin: { channels: [slack:C0A] } }'),
      rule('approvers: [soc], when: { origin: { direct: true } }'),
      rule('approvers: [soc]', hours),
      rule('approvers: [soc]', hours.replace('UTC', 'Europe/Berlin')),
      rule('approvers: [soc]', hours.replace('08:00', '09:00')),
      rule('approvers: [soc]', hours.replace('zone', 'days: [sat], zone')),
      rule('approvers: [soc], when: { time: { business-hours: true } }', hours),
      rule('approvers: [soc], when: { time: { business-hours: false } }', hours),
      rule('approvers: [soc]', 'strict: { servers: 2 }\n'),
      rule('approvers: [soc]', 'strict: { domain-controllers: { approvals: 3 } }\n'),
      rule('approvers: [soc]', 'strict: { domain-controllers: { tags: [T0] } }\n'),
      rule('approvers: [soc]', 'strict: { domain-controllers: { names: [dc1] } }\n'),
    ];
    const revisions = texts.map((text) => parsePolicy(text, 'policy.yaml').revision);
    assert.equal(new Set(revisions).size, texts.length);
    assert.equal(
      parsePolicy(rule('approvers: [soc]', 'strict: { servers: 1 }\n'), 'policy.yaml').revision,
      revisions[0],
    );
  });
});
