import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reason } from '../../src/policy/policy.js';
import { cordon } from './support.js';

const text = `version: 1
groups:
  soc: [slack:T0HOME:U1, slack:T0HOME:U2]
  leads: [slack:T0HOME:U3, slack:T0HOME:U4, slack:T0HOME:U5, slack:T0HOME:U6]
people:
  same: [[slack:T0HOME:U3, entra:11111111-2222-4333-8444-555555555555:66666666-7777-4888-9999-000000000003]]
time: { zone: Europe/Berlin, from: "08:00", to: "18:00" }
rules:
  - { name: plant, actions: [restrict], when: { device: { tags: [plant] } }, forbid: Call the plant first. }
  - name: night
    actions: [restrict]
    when: { time: { business-hours: false } }
    requesters: [soc]
    approvers: [leads]
    approvals: 2
  - { name: day, actions: [restrict, release], requesters: [soc], approvers: [leads] }
`;

describe('cordon policy', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-policy-'));
    file = join(folder, 'policy.yaml');
    await writeFile(file, text);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const check = async (content: string, flags = '') => {
    await writeFile(file, content);
    return cordon(`policy check ${file} ${flags}`);
  };
  const explain = (line: string) =>
    cordon(`policy explain --policy ${file} --as slack:T0HOME:U1 --os Windows11 --name pc1 ${line}`);

  it('says of a good file that it is one', async () => {
    const { code, stdout, stderr } = await check(text);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /policy\.yaml is a policy: 3 rules, revision [0-9a-f]{16}\.\n$/);
  });

  it('finds the file by CORDON_POLICY, and says what to do where it is not', async () => {
    assert.equal((await cordon('policy check', { CORDON_POLICY: file })).code, 0);
    const { code, stderr } = await cordon('policy check', { CORDON_POLICY: join(folder, 'none.yaml') });
    assert.equal(code, 1);
    assert.match(stderr, /none\.yaml cannot be read.*Copy policy\.example\.yaml/);
  });

  it('lists all mistakes of a bad file, and exits with 1', async () => {
    const { code, stdout, stderr } = await check(text.replace('[plant]', '[]').replace('approvals: 2', 'approvals: x'));
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /has 2 mistakes:\n.*rules\[0\]\.when\.device\.tags.*\n.*rules\[1\]\.approvals/);
  });

  it('warns of what is hardly meant, and with --strict does not let it pass', async () => {
    const odd = `version: 1
groups:
  soc: [slack:T0HOME:U1, slack:T0HOME:U2]
  spare: [slack:T0HOME:U3]
  empty: []
rules:
  - { name: all, actions: [restrict, release], requesters: [soc], approvers: [soc] }
  - { name: never, actions: [release], requesters: [soc], approvers: [soc] }
  - { name: nobody, actions: [restrict], requesters: [empty], approvers: [soc], approvals: 3 }
`;
    const { code, stdout } = await check(odd);
    assert.equal(code, 0);
    const warnings = stdout.split('\n').filter((line) => line.startsWith('Warning: '));
    assert.deepEqual(
      warnings.map((line) => line.slice('Warning: '.length)),
      [
        'Nothing in the file uses the group spare.',
        'Restricting a server is always refused under rule “all”: it takes 1 approval more than the rule says, and there are too few people.',
        'Restricting a domain controller is always refused under rule “all”: it takes 2 approvals more than the rule says, and there are too few people.',
        'Rule “never” never applies: rule “all” comes before it and always does.',
        'Rule “nobody” never applies: rule “all” comes before it and always does.',
        'Nobody may ask under rule “nobody”: its groups are empty.',
        'Nobody can approve under rule “nobody”: it needs 3 approvals from soc, and there are too few people besides whoever asks.',
      ],
    );
    const strict = await check(odd, '--strict');
    assert.equal(strict.code, 1);
    assert.match(strict.stderr, /has warnings/);
  });

  it('prints the tree of reasons, and exits with 0 where it waits or is approved', async () => {
    const { code, stdout, stderr } = await explain('--approved-by slack:T0HOME:U4,slack:T0HOME:U2');
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(stdout.split('\n'), [
      'approved, by rule “day”: 1 of 1',
      '✓ Decision: 1 of 1 approval: slack:T0HOME:U4.',
      '  ✓ Rule: Rule “day” applies to restrict.',
      '    – Rule “plant”: Does not apply: the device is not tagged plant.',
      '    – Rule “night”: Does not apply: it is within business hours (mon, tue, wed, thu, fri 08:00 to 18:00 in Europe/Berlin).',
      '  ✓ Requester: slack:T0HOME:U1 may ask under rule “day”.',
      '  ✓ Approvers: 4 people in leads may approve.',
      '  ✓ Approvals: 1 of 1 approval: slack:T0HOME:U4.',
      '    ✓ Approval by slack:T0HOME:U4: slack:T0HOME:U4 is in leads.',
      '    – Approval by slack:T0HOME:U2: slack:T0HOME:U2 is not in leads.',
      '',
    ]);
    assert.match((await explain('')).stdout, /^needs approvals, by rule “day”: 0 of 1: needs one more from leads\n/);
  });

  it('decides for another time, action, device and place', async () => {
    assert.match((await explain('--at 2026-11-23T20:00:00Z')).stdout, /by rule “night”: 0 of 2/);
    assert.match((await explain('--at 2026-11-23T20:00:00Z --action release')).stdout, /by rule “day”: 0 of 1/);
    const device = join(folder, 'device.json');
    await writeFile(device, JSON.stringify({ computerDnsName: 'dc01.contoso.com', osPlatform: 'WindowsServer2022' }));
    const asked = `policy explain --policy ${file} --as slack:T0HOME:U1 --device ${device}`;
    assert.match((await cordon(asked)).stdout, /0 of 3: needs 3 more from leads/);
    assert.match((await cordon(`${asked} --name web1`)).stdout, /0 of 2: needs 2 more from leads/);
  });

  it('exits with 1 where it is forbidden or denied, and says why', async () => {
    const { code, stdout, stderr } = await explain('--tag plant');
    assert.equal(code, 1);
    assert.match(stdout, /^forbidden, by rule “plant”\n/);
    assert.match(stderr, /^Not allowed: Rule “plant” forbids it: Call the plant first\.\n$/);
    assert.equal((await explain('--denied-by slack:T0HOME:U4')).code, 1);
    assert.equal((await cordon(`policy explain --policy ${file} --as slack:T0HOME:U9`)).code, 1);
  });

  it('counts the devices that it is told of against a ceiling, and none where it is told of none', async () => {
    const ceiling = 'ceilings: [{ name: burst, per: person, devices: 10, within: 10m, then: forbid, tell: false }]\n';
    const limited = join(folder, 'limited.yaml');
    await writeFile(limited, text.replace('rules:', `${ceiling}rules:`));
    const asked = `policy explain --policy ${limited} --as slack:T0HOME:U1 --os Windows11 --name pc1`;
    assert.equal((await cordon(asked)).stderr, '');
    assert.equal((await cordon(`${asked} --other-devices 9`)).code, 0);
    assert.match((await cordon(`${asked} --other-devices 10`)).stderr, /Ceiling “burst”: this is device 11/);
    assert.equal((await cordon(`${asked} --other-devices many`)).code, 2);
  });

  it('knows two accounts that the file says are one person’s', async () => {
    const entra = 'entra:11111111-2222-4333-8444-555555555555:66666666-7777-4888-9999-000000000003';
    const { stdout } = await explain(
      `--at 2026-11-23T20:00:00Z --approved-by slack:T0HOME:U3 --approved-by ${entra.toUpperCase().replace('ENTRA', 'entra')}`,
    );
    assert.match(stdout, /by rule “night”: 1 of 2/);
    assert.match(stdout, /is counted once/);
  });

  it('takes the members of a group from the command line', async () => {
    assert.equal((await explain('--member soc=slack:T0HOME:U2')).code, 1);
    assert.equal(
      (await explain('--member leads=slack:T0HOME:U7,slack:T0HOME:U8 --approved-by slack:T0HOME:U8')).code,
      0,
    );
  });

  it('prints the whole verdict as JSON for other programs', async () => {
    const { stdout } = await explain('--json');
    const verdict = JSON.parse(stdout) as {
      decision: string;
      needed: number;
      reason: Reason;
    };
    assert.deepEqual([verdict.decision, verdict.needed, verdict.reason.outcome], ['needs approvals', 1, 'waiting']);
  });

  const mistakes: [string, RegExp][] = [
    ['policy', /cordon policy check, or cordon policy explain/],
    ['policy chekc', /Did you mean “check”/],
    ['policy check a b', /“b” is too much/],
    ['policy explain --policy FILE', /--as is missing/],
    ['policy explain --policy FILE --as ana', /ana is no id of a person/],
    ['policy explain --policy FILE --as slack:T0HOME:U1 --at noon', /--at noon is no moment/],
    ['policy explain --policy FILE --as slack:T0HOME:U1 --action isolate', /--action isolate is none/],
    ['policy explain --policy FILE --as slack:T0HOME:U1 --channel general', /--channel general is none/],
    ['policy explain --policy FILE --as slack:T0HOME:U1 --member sok=a', /no such group/],
    ['policy explain --policy FILE --as slack:T0HOME:U1 --approved-by bob', /bob is no id/],
    ['policy explain --policy FILE --as slack:T0HOME:U1 extra', /“extra” is too much/],
  ];
  for (const [line, words] of mistakes) {
    it(`does not understand “${line}”, says why and exits with 2`, async () => {
      const { code, stderr } = await cordon(line.replace('FILE', file));
      assert.equal(code, 2);
      assert.match(stderr, words);
    });
  }
});
