import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { CordonError } from '../../src/errors.js';
import { loadPolicy, parsePolicy } from '../../src/policy/load.js';
import { PolicyError } from '../../src/policy/policy-error.js';
import { usualStrict } from '../../src/policy/strict.js';
import { small } from './small.js';

/** The lines of the message about `text`, without the first. */
function mistakes(text: string): string[] {
  try {
    parsePolicy(text, 'policy.yaml');
  } catch (thrown) {
    assert.ok(thrown instanceof PolicyError && thrown instanceof CordonError);
    assert.equal(thrown.code, 'policy_invalid');
    const [first = '', ...lines] = thrown.message.split('\n');
    assert.match(first, /^policy\.yaml has (one mistake|\d+ mistakes):$/);
    assert.equal(thrown.mistakes.length, lines.length);
    return lines.map((line) => line.trim());
  }
  assert.fail('the policy was accepted');
}

describe('parsePolicy', () => {
  it('reads groups, rules and what is usual where nothing is written', () => {
    const policy = parsePolicy(small, 'policy.yaml');
    assert.deepEqual(
      [...policy.groups],
      [
        ['soc', ['slack:T0HOME:U1', 'slack:T0HOME:U2']],
        ['soc-leads', ['slack:T0HOME:U3']],
      ],
    );
    assert.deepEqual(policy.rules, [
      {
        name: 'everything',
        actions: ['restrict', 'release'],
        requesters: ['soc'],
        need: { kind: 'from', groups: ['soc-leads'], approvals: 1 },
        approvers: ['soc-leads'],
        approvals: 1,
        ownApproval: false,
        reasons: [],
        expiryMs: 3_600_000,
        announce: { origin: true, approvers: false, channels: [] },
      },
    ]);
    assert.deepEqual(policy.people, { matchEmail: false, same: new Map() });
    assert.match(policy.revision, /^[0-9a-f]{16}$/);
  });

  it('reads times, places and ids of both platforms', () => {
    const policy = parsePolicy(
      `${small}    expires: 2h
    approvals: 0
    announce: [slack:C0APPROVALS, "teams:19:abc@thread.tacv2", slack:C0APPROVALS]
`.replace('slack:T0HOME:U3', 'ENTRA:80FE8FF8-2624-418E-9591-41F0491218F9:11111111-2222-4333-8444-555555555555'),
      'policy.yaml',
    );
    assert.equal(policy.rules[0]?.expiryMs, 7_200_000);
    assert.deepEqual(policy.rules[0].announce, {
      origin: false,
      approvers: false,
      channels: [
        { platform: 'slack', conversation: 'C0APPROVALS' },
        { platform: 'teams', conversation: '19:abc@thread.tacv2' },
      ],
    });
    assert.deepEqual(policy.groups.get('soc-leads'), [
      'entra:80fe8ff8-2624-418e-9591-41f0491218f9:11111111-2222-4333-8444-555555555555',
    ]);
  });

  it('lists every mistake with its place, its field and what to write', () => {
    const text = `version: 2
groups:
  soc: [ana@contoso.com]
  anyone: []
  leads:
rules:
  - name: a
    actions: [restrict, isolate]
    requesters: [sco]
    aprovers: [leads]
    approvals: one
    expires: 60
  - name: a
    requesters: [anyone]
    approvers: [anyone]
    approvals: -1
    expires: 8d
    announce: [general]
`;
    assert.deepEqual(
      mistakes(text).map((line) => line.replace(/(; names and e-mail.*| \(where it was asked\).*)$/, '')),
      [
        'policy.yaml:1:1 version: write version: 1',
        'policy.yaml:3:9 groups.soc[0]: write an immutable id: slack:<team>:<user>, e.g. slack:T012AB3CD:U045EF6GH, or entra:<tenant id>:<object id>',
        'policy.yaml:4:3 groups.anyone: “anyone” means every member of the workspace; choose another name',
        'policy.yaml:5:3 groups.leads: write a list of ids; [] for a group without members',
        'policy.yaml:7:5 rules[0].approvers: nobody may approve; name a group, or write “approvals: 0” if no approval is wanted',
        'policy.yaml:8:25 rules[0].actions[1]: write restrict or release',
        'policy.yaml:9:18 rules[0].requesters[0]: there is no group “sco”; did you mean “soc”?',
        'policy.yaml:10:5 rules[0].aprovers: unknown field; did you mean “approvers”?',
        'policy.yaml:11:5 rules[0].approvals: write a whole number, e.g. 1',
        'policy.yaml:12:5 rules[0].expires: write a time such as 30m, 2h or 1d, at least 5m and at most 7d',
        'policy.yaml:13:5 rules[1].actions: missing; write a list: [restrict], [release] or [restrict, release]',
        'policy.yaml:13:5 rules[1].name: another rule is called “a”; choose another name',
        'policy.yaml:15:17 rules[1].approvers[0]: “anyone” cannot approve: whoever got an account, or stole one, could; name a group of people you chose',
        'policy.yaml:16:5 rules[1].approvals: write 0 or more',
        'policy.yaml:17:5 rules[1].expires: write a time such as 30m, 2h or 1d, at least 5m and at most 7d',
        'policy.yaml:18:16 rules[1].announce[0]: write origin',
      ],
    );
  });

  const refused: readonly [string, string, RegExp][] = [
    ['an empty file', '', /^policy\.yaml:1:1: write the fields version, groups and rules/],
    ['a file without rules', 'version: 1\ngroups: {}\nrules: []\n', /rules: write at least one rule/],
    ['a list at the top', '- a\n', /:1:1: write the fields/],
    ['a key written twice', `${small}    approvers: [soc]\n`, /^policy\.yaml:10:5: this key is written twice/],
    ['broken YAML', 'version: [1\ngroups: {}\n', /^policy\.yaml:2:1: /],
    ['a tab', 'groups:\n\tsoc: []\n', /^policy\.yaml:2:1: indent with spaces/],
    ['two documents', `${small}---\n${small}`, /^policy\.yaml:10:1: a policy is one document/],
    ['a custom tag', small.replace('[soc]', '!x [soc]'), /Unresolved tag: !x/],
    ['a group named __proto__', small.replace('  soc:', '  __proto__: []\n  soc:'), /__proto__ cannot be a key/],
    ['a group named as an object’s method', small.replace('[soc]', '[toString]'), /there is no group “toString”/],
    ['a time too short', `${small}    expires: 4m\n`, /at least 5m/],
    ['a time too long', `${small}    expires: 169h\n`, /at most 7d/],
    ['an approval and a half', `${small}    approvals: 1.5\n`, /write a whole number/],
    ['nowhere to announce', `${small}    announce: []\n`, /write at least one place/],
    ['an empty list of approvers', small.replace('[soc-leads]', '[]'), /nobody may approve/],
  ];
  for (const [what, text, expected] of refused) {
    it(`refuses ${what}`, () => {
      const lines = mistakes(text);
      assert.ok(
        lines.some((line) => expected.test(line)),
        lines.join('\n'),
      );
    });
  }

  it('refuses aliases, so that a small file cannot become a huge one', () => {
    const levels = Array.from({ length: 30 }, (_, n) => `l${n + 1}: &l${n + 1} [*l${n}, *l${n}]`);
    const [first = ''] = mistakes(`l0: &l0 [x]\n${levels.join('\n')}\n`);
    assert.match(first, /^policy\.yaml:2:10: aliases such as \*l0 are not read/);
  });

  it('survives nesting that brings the YAML parser down', () => {
    for (const text of [
      '['.repeat(20_000),
      '{a: '.repeat(3_000),
      '- '.repeat(20_000),
      '? '.repeat(20_000),
      '[\n'.repeat(5_000),
    ]) {
      assert.match(mistakes(text).join(), /too deeply nested/);
    }
    const steps = Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');
    assert.match(mistakes(steps).join(), /^policy\.yaml:202:1: too deeply nested/);
  });

  it('throws nothing but PolicyError, whatever the file holds', () => {
    const piece = fc.constantFrom(
      ...small.split(/(?<=[\s[\],:])/),
      '- ',
      '\n',
      '  ',
      '&a ',
      '*a',
      '!t ',
      '"',
      '{',
      '|',
      '#',
      '\t',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (yaml) => {
        try {
          parsePolicy(yaml, 'policy.yaml');
        } catch (thrown) {
          assert.ok(thrown instanceof PolicyError, String(thrown));
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('the revision of a policy', () => {
  const revision = (text: string) => parsePolicy(text, 'policy.yaml').revision;

  it('does not change with comments, order of keys and lists, or written-out defaults', () => {
    const same = `# a comment
rules:
  - approvers: [soc-leads]
    requesters: [soc]
    actions: [release, restrict]
    name: "everything"
    approvals: 1
    expires: 1h
    announce: [origin, origin]
groups:
  soc-leads: [slack:T0HOME:U3]
  soc: [slack:T0HOME:U2, slack:T0HOME:U1]
version: 1
`;
    assert.equal(revision(same), revision(small));
  });

  it('changes with everything that a decision rests on', () => {
    const second = '  - {name: b, actions: [release], requesters: [soc], approvals: 0}\n';
    const first = small.slice(small.indexOf('  - name'));
    const changed = [
      small,
      small.replace(', slack:T0HOME:U2', ''),
      small.replace('restrict, release', 'restrict'),
      small.replace('requesters: [soc]', 'requesters: [anyone]'),
      small.replace('approvers: [soc-leads]', 'approvers: [soc]'),
      `${small}    approvals: 2\n`,
      `${small}    expires: 61m\n`,
      `${small}    announce: [slack:C0X]\n`,
      small + second,
      `${small}people: {match: email}\n`,
      `${small}people: {same: [[slack:T0HOME:U1, "entra:11111111-2222-4333-8444-555555555555:66666666-7777-4888-9999-000000000000"]]}\n`,
      small.replace(first, second + first),
    ].map(revision);
    assert.equal(new Set(changed).size, changed.length);
  });
});

describe('loadPolicy', () => {
  it('reads the file', async () => {
    const policy = await loadPolicy('a/policy.yaml', (path) => Promise.resolve(path === 'a/policy.yaml' ? small : ''));
    assert.equal(policy.rules.length, 1);
  });

  it('says what to do when there is no file', async () => {
    const cause = new Error('ENOENT: no such file');
    await assert.rejects(
      loadPolicy('policy.yaml', () => Promise.reject(cause)),
      (thrown) =>
        thrown instanceof PolicyError &&
        thrown.code === 'policy_unreadable' &&
        thrown.cause === cause &&
        /policy\.yaml cannot be read.*ENOENT.*Copy policy\.example\.yaml.*CORDON_POLICY/.test(thrown.message),
    );
  });
});

describe('what is written about the policy', () => {
  const root = new URL('../../../', import.meta.url);

  it('is true: policy.example.yaml is a policy, and a mistake-free one', async () => {
    const policy = await loadPolicy('policy.example.yaml', (path) => readFile(new URL(path, root), 'utf8'));
    assert.deepEqual(
      policy.rules.map((rule) => [rule.name, rule.approvals, rule.announce.channels.length]),
      [
        ['restrict', 1, 1],
        ['release', 1, 0],
      ],
    );
  });

  it('is true: the strictness that docs/policy.md shows is the one that holds without it', async () => {
    const text = await readFile(new URL('docs/policy.md', root), 'utf8');
    const [, shown = ''] = /```yaml\n(version: 1\nstrict:.*?)```/s.exec(text) ?? [];
    assert.deepEqual(parsePolicy(shown, 'docs/policy.md').strict, usualStrict);
  });

  it('is true: every example of docs/policy.md parses', async () => {
    const text = await readFile(new URL('docs/policy.md', root), 'utf8');
    const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => yaml);
    assert.equal(examples.length, 8);
    for (const example of examples.slice(0, -1)) parsePolicy(example, 'docs/policy.md');
    const [, message = ''] = /```text\n(.*?)```/s.exec(text) ?? [];
    assert.throws(() => parsePolicy(examples.at(-1) ?? '', 'policy.yaml'), { message: message.trimEnd() });
  });
});

describe('a group that Slack or Entra keeps', () => {
  const entra = 'entra-group:11111111-2222-4333-8444-55555555555A:66666666-7777-4888-9999-000000000000';
  const withLeads = (members: string): string => small.replace('[slack:T0HOME:U3]', members);

  it('is read beside people, Entra’s ids in lower case, and is part of the revision', () => {
    const policy = parsePolicy(withLeads(`[slack:T0HOME:U3, slack-group:T0HOME:S1, ${entra}]`), 'policy.yaml');
    assert.deepEqual(policy.groups.get('soc-leads'), ['slack:T0HOME:U3']);
    assert.deepEqual(policy.sources?.get('soc-leads'), [
      { kind: 'slack-group', tenant: 'T0HOME', id: 'S1' },
      {
        kind: 'entra-group',
        tenant: '11111111-2222-4333-8444-55555555555a',
        id: '66666666-7777-4888-9999-000000000000',
      },
    ]);
    assert.deepEqual([...policy.unresolved.keys()], ['soc-leads']);
    const other = parsePolicy(withLeads(`[slack:T0HOME:U3, slack-group:T0HOME:S2, ${entra}]`), 'policy.yaml');
    assert.notEqual(other.revision, policy.revision);
  });

  for (const member of ['slack-group:T0HOME:U1', 'slack-group:S1', 'entra-group:contoso:leads', 'slack:T0HOME:S1']) {
    it(`is not ${member}`, () => {
      assert.throws(() => parsePolicy(withLeads(`[${member}]`), 'policy.yaml'), /slack-group:<team>:<user group id>/);
    });
  }
});
