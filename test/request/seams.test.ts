import assert from 'node:assert/strict';
import sinon from 'sinon';
import { PlatformError } from '../../src/platform.js';
import { parsePolicy } from '../../src/policy/load.js';
import { Harness, standardPolicy } from '../harness.js';
import { machine } from '../support.js';

const two = standardPolicy.replace('approvals: 1', 'approvals: 2');
const hours = standardPolicy
  .replace('rules:', 'time: { zone: UTC, days: [mon, tue, wed, thu, fri], from: "08:00", to: "09:30" }\nrules:')
  .replace(/ {2}- name: everything[\s\S]*$/, (rule) => {
    const day = rule
      .replace('everything', 'by day')
      .replace('requesters', 'when: { time: { business-hours: true } }\n    requesters');
    return `${day}${rule.replace('everything', 'at night').replace('approvals: 1', 'approvals: 2')}`;
  });

describe('where the parts meet', () => {
  let cordon: Harness;
  const open = async (policy = standardPolicy): Promise<void> => {
    cordon = await Harness.open(policy);
    await cordon.say('UREQ', 'restrict mymachine1 beacon');
  };
  afterEach(() => cordon.store.close());

  const lastTo = (user: string): string => cordon.texts({ to: user }).at(-1) ?? '';
  const recorded = async (what: string) => {
    const { id } = await cordon.request();
    return (await cordon.store.auditOf({ requestId: id }, 100)).filter((event) => event.what === what);
  };

  it('counts no typed approval of what was changed after it had come in', async () => {
    await open();
    const { id } = await cordon.request();
    const down = new PlatformError('later', 'slack_down', 'no answer');
    cordon.slack.fail = (operation, user) => (operation === 'lookUp' && user === 'UAPP1' ? down : undefined);
    await cordon.say('UAPP1', `approve ${id}`);
    await cordon.advance(1_000);
    await cordon.say('UREQ', `edit ${id} the whole department`);
    cordon.slack.fail = () => undefined;
    await cordon.advance(10_000);
    assert.deepEqual(cordon.defender.submitted, []);
    assert.match(lastTo('UAPP1'), /changed while your vote was on its way/);
    assert.equal((await recorded('vote.stale')).length, 1);
    await cordon.say('UAPP1', `approve ${id}`);
    assert.match(cordon.defender.submitted.map(({ comment }) => comment).join(), /the whole department/);
  });

  it('takes a denial at its word, though the policy asks for something else by now', async () => {
    await open(two);
    await cordon.press('UAPP1', 'Approve');
    cordon.policy = parsePolicy(standardPolicy, 'policy.yaml');
    await cordon.press('UAPP2', 'Deny', 'wrong device');
    assert.equal((await cordon.request()).state, 'denied');
    assert.deepEqual(await recorded('request.revised'), []);
  });

  it('asks for the approvals of the night where the last one is given after hours', async () => {
    await open(hours);
    const asked = await cordon.request();
    assert.deepEqual([asked.rule, asked.quorum], ['by day', 1]);
    cordon.clock = Date.parse('2026-11-23T09:40:00Z');
    await cordon.press('UAPP1', 'Approve');
    assert.deepEqual(cordon.defender.submitted, []);
    const { rule, quorum, revision } = await cordon.request();
    assert.deepEqual([rule, quorum, revision], ['at night', 2, 2]);
    assert.match(lastTo('UAPP1'), /What the policy asks for has changed/);
  });

  it('waits, and neither drops votes nor refuses, while nobody can tell whom a ceiling counts together', async () => {
    const few = '{ name: few, per: group, groups: [interns], devices: 1, within: 10m, then: forbid, tell: false }';
    await open(two.replace('rules:', `  interns: []\nceilings: [${few}]\nrules:`));
    cordon.defender.machines = [machine({ id: 'b'.repeat(40), computerDnsName: 'pc2' })];
    await cordon.say('UREQ', 'restrict pc2 beacon');
    const id = cordon.cards().at(-1)?.card.requestId ?? '';
    await cordon.say('UAPP1', `approve ${id}`);
    cordon.policy = { ...cordon.policy, unresolved: new Map([['interns', 'Graph is down.']]) };
    await cordon.say('UAPP2', `approve ${id}`);
    assert.match(lastTo('UAPP2'), /not counted\. Graph is down\./);
    const request = await cordon.store.request(id.replace('-', ''));
    assert.deepEqual([request?.state, request?.votes.length], ['awaiting approval', 1]);
  });

  it('decides anew where another policy comes into force between the decision and the call', async () => {
    await open();
    const { throttle } = cordon.context;
    const through = throttle.through.bind(throttle);
    sinon.stub(throttle, 'through').callsFake((operation, attempt) => {
      cordon.policy = parsePolicy(two, 'policy.yaml');
      return through(operation, attempt);
    });
    await cordon.press('UAPP1', 'Approve');
    assert.deepEqual(cordon.defender.submitted, []);
    assert.equal((await cordon.request()).state, 'refused');
  });

  it('does not show as held what was reopened while it was held, once that is over', async () => {
    await open(standardPolicy.replace('rules:', 'stop: [leads]\nrules:'));
    const { id } = await cordon.request();
    await cordon.say('UAPP2', 'stop looks wrong');
    await cordon.press('UAPP1', 'Approve');
    await cordon.say('UAPP1', `unvote ${id}`);
    await cordon.say('UAPP2', 'resume');
    const down = new PlatformError('later', 'slack_down', 'no answer');
    await cordon.advance(1_200_000);
    cordon.slack.fail = (operation, user) => (operation === 'lookUp' && user === 'UREQ' ? down : undefined);
    await cordon.press('UAPP1', 'Approve');
    assert.equal((await cordon.request()).state, 'queued');
    assert.doesNotMatch(JSON.stringify(cordon.cards()[0]?.card.status), /Held/);
  });

  it('says to whom may not stop Cordon that nobody can tell who may, where that is why', async () => {
    await open(standardPolicy.replace('rules:', '  duty: []\nstop: [duty]\nrules:'));
    cordon.policy = { ...cordon.policy, unresolved: new Map([['duty', 'Graph is down.']]) };
    await cordon.say('UAPP1', 'stop now');
    assert.match(lastTo('UAPP1'), /is not in duty, whose members may\. Graph is down\./);
  });

  it('lets a request expire that by the policy of now should have expired before, though it asks nobody any more', async () => {
    await open();
    cordon.policy = parsePolicy(
      standardPolicy.replace('approvals: 1', 'approvals: 0\n    expires: 10m'),
      'policy.yaml',
    );
    cordon.clock += 1_200_000;
    await cordon.press('UAPP1', 'Approve');
    assert.deepEqual(cordon.defender.submitted, []);
    assert.equal((await cordon.request()).state, 'expired');
    assert.match(lastTo('UAPP1'), /cannot be voted on any more/);
  });

  it('takes no new comment under terms of which nobody can tell whether they hold', async () => {
    const own =
      '  - { name: interns, actions: [restrict], when: { requesters: [interns] }, requesters: [soc], approvers: [leads], approvals: 2 }';
    await open(standardPolicy.replace('rules:', `  interns: []\nrules:\n${own}`));
    const { id } = await cordon.request();
    cordon.policy = { ...cordon.policy, unresolved: new Map([['interns', 'Graph is down.']]) };
    await cordon.say('UREQ', `edit ${id} beacon to 203.0.113.9`);
    assert.match(lastTo('UREQ'), /was not changed\. Graph is down\./);
    const { revision, quorum } = await cordon.request();
    assert.deepEqual([revision, quorum], [1, 1]);
  });
});
