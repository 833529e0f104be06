import assert from 'node:assert/strict';
import { parsePolicy } from '../../src/policy/load.js';
import { plain } from '../../src/view/model.js';
import { Harness } from '../harness.js';
import { machine } from '../support.js';

const twoTeams = `
version: 1
groups:
  soc: [slack:T0HOME:UREQ, slack:T0HOME:UAPP1]
  leads: [slack:T0HOME:UAPP2, slack:T0HOME:UAPP3]
rules:
  - name: plant
    actions: [restrict]
    when: { device: { tags: [plant] } }
    forbid: Call the plant first.
  - name: two teams
    actions: [restrict, release]
    requesters: [soc]
    approve: { all: [{ from: [soc] }, { from: [leads] }] }
`;

describe('a request that two teams approve', () => {
  let cordon: Harness;
  beforeEach(async () => {
    cordon = await Harness.open(twoTeams);
  });
  afterEach(() => cordon.store.close());

  const ask = () => cordon.say('UREQ', 'restrict mymachine1 beacon');
  const card = () => cordon.cards().at(-1)!.card;
  const approvals = () => {
    const fact = card().facts.find(({ label }) => label === 'Approvals');
    return fact === undefined ? undefined : plain(fact.value);
  };
  const told = () => cordon.texts({ to: 'UAPP2' }).at(-1)!;

  it('says on its card who is missing, until nobody is', async () => {
    await ask();
    assert.equal(approvals(), '0 of 2: needs one more from soc and one more from leads');
    assert.match(plain(card().status), /\(0 of 2 approvals\)/);
    await cordon.press('UAPP2', 'Approve');
    assert.equal(approvals(), '1 of 2: needs one more from soc');
    await cordon.press('UAPP3', 'Approve');
    assert.equal(approvals(), '1 of 2: needs one more from soc');
    assert.match(plain(card().status), /\(1 of 2 approvals\)/);
    assert.equal((await cordon.request()).state, 'awaiting approval');
    await cordon.press('UAPP1', 'Approve');
    assert.equal(approvals(), undefined);
    assert.equal(cordon.defender.submitted.length, 1);
    const { need, progress } = await cordon.request();
    assert.equal(progress, '2 of 2');
    assert.equal(need?.kind, 'all');
  });

  it('is reminded of with who is missing', async () => {
    await ask();
    await cordon.press('UAPP2', 'Approve');
    await cordon.advance(31 * 60_000);
    assert.match(cordon.thread().at(-1)!, /^Still waiting \(1 of 2 approvals\), needs one more from soc\. It expires /);
  });

  it('is explained to whoever asks, with who counts and why the others do not', async () => {
    await ask();
    const { id } = await cordon.request();
    await cordon.press('UAPP2', 'Approve');
    await cordon.say('UAPP2', `explain ${id}`);
    const lines = told().replaceAll('\u00A0', ' ').split('\n');
    assert.match(
      lines[0]!,
      /awaiting approval\. By the policy as it is now \([0-9a-f]{16}\) it waits for approvals\.$/,
    );
    assert.deepEqual(lines.slice(1), [
      '✓ Rule: Rule “two teams” applies to restrict.',
      '    – Rule “plant”: Does not apply: the device is not tagged plant.',
      '✓ Requester: ureq may ask under rule “two teams”.',
      '✓ Approvers: 3 people in soc or leads may approve.',
      '… Approvals: 1 of 2 approvals: needs one more from soc.',
      '    ✓ Approval by uapp2: uapp2 is in leads.',
      '✓ yes, ✗ no, … missing, – does not count',
    ]);
    assert.equal((await cordon.request()).votes.length, 1);
  });

  it('is explained by the policy of now, and says that another one was in force', async () => {
    await ask();
    const { id } = await cordon.request();
    cordon.policy = parsePolicy(twoTeams.replace('two teams', 'other'), 'policy.yaml');
    await cordon.say('UAPP2', `why ${id}`);
    assert.match(told(), /It was asked under policy [0-9a-f]{16}, rule “two teams”\./);
  });

  it('is not explained where there is none', async () => {
    await cordon.say('UAPP2', 'explain 7K3M-9Q2X');
    assert.match(told(), /I know no request/);
  });

  it('is refused, not finished under other terms, when other people are asked for in the meantime', async () => {
    await ask();
    await cordon.press('UAPP2', 'Approve');
    cordon.policy = parsePolicy(
      twoTeams.replace('{ from: [soc] }, { from: [leads] }', '{ from: [leads] }, { from: [leads] }'),
      'policy.yaml',
    );
    await cordon.press('UAPP3', 'Approve');
    assert.notEqual((await cordon.request()).state, 'succeeded');
    assert.equal(cordon.defender.submitted.length, 0);
  });

  it('is forbidden with the words of the rule that forbids it', async () => {
    cordon.defender.machines = [machine({ machineTags: ['plant'] })];
    await ask();
    assert.match(
      cordon.texts({ to: 'UREQ' }).at(-1)!,
      /Not allowed.*\nRule “plant” forbids it: Call the plant first\./,
    );
    assert.equal(cordon.cards().length, 0);
  });
});
