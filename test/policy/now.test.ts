import assert from 'node:assert/strict';
import pino from 'pino';
import sinon from 'sinon';
import { CordonError } from '../../src/errors.js';
import { evaluate } from '../../src/policy/evaluate.js';
import { type GroupRef, groupKey } from '../../src/policy/groups.js';
import { parsePolicy } from '../../src/policy/load.js';
import { cacheMs, createPolicyNow } from '../../src/policy/now.js';
import type { Policy } from '../../src/policy/policy.js';
import { machine, person } from '../support.js';

const tenant = '11111111-2222-4333-8444-555555555555';
const group = `entra-group:${tenant}:66666666-7777-4888-9999-000000000000`;
const text = `version: 1
groups:
  soc: [slack:T0HOME:U1]
  leads: [slack:T0HOME:U2, slack-group:T0HOME:S0LEADS, ${group.toUpperCase().replace('ENTRA-GROUP', 'entra-group')}]
  unused: [slack-group:T0HOME:S0UNUSED]
rules:
  - name: everything
    actions: [restrict, release]
    requesters: [soc]
    approvers: [leads]
`;

/** Groups as they are at the moment; one that is missing cannot be asked about. */
class Elsewhere {
  clock = 1_000;
  readonly groups = new Map<string, readonly string[] | Error | 'silent'>([
    ['slack-group:T0HOME:S0LEADS', ['slack:T0HOME:U3']],
    [group, [`entra:${tenant}:u4`]],
  ]);
  readonly asked: string[] = [];
  policy = parsePolicy(text, 'policy.yaml');
  private readonly source = {
    members: (ref: GroupRef): Promise<readonly string[]> => {
      this.asked.push(groupKey(ref));
      const found = this.groups.get(groupKey(ref));
      if (found === 'silent') return new Promise(() => undefined);
      return Array.isArray(found)
        ? Promise.resolve(found)
        : Promise.reject(found instanceof Error ? found : new Error('no such group'));
    },
  };
  readonly groupsNow = createPolicyNow({
    policy: () => this.policy,
    sources: () => ({ 'slack-group': this.source, 'entra-group': this.source }),
    now: () => this.clock,
    logger: pino({ level: 'silent' }),
  });

  now(): Promise<Policy> {
    return this.groupsNow.policyNow();
  }

  async leads(): Promise<readonly string[] | undefined> {
    return (await this.now()).groups.get('leads');
  }
}

const staticLead = 'slack:T0HOME:U2';
const everybody = [staticLead, 'slack:T0HOME:U3', `entra:${tenant}:u4`];
const slackOnly = [staticLead, 'slack:T0HOME:U3'];
const broken = new CordonError('graph_http_403', 'graph_http_403', { userText: 'Give it GroupMember.Read.All.' });

function vote(policy: Policy, user: string) {
  return evaluate(policy, {
    action: 'restrict',
    requester: person('U1'),
    origin: { platform: 'slack', tenant: 'T0HOME', conversation: 'C0', direct: false },
    device: machine(),
    comment: 'x',
    votes: [{ person: person(user), decision: 'approve' }],
    now: 0,
  });
}

describe('the policy of now', () => {
  let elsewhere: Elsewhere;
  beforeEach(() => {
    elsewhere = new Elsewhere();
  });

  it('has in a group those whom the file, Slack and Entra list, and the revision of the file', async () => {
    const policy = await elsewhere.now();
    assert.deepEqual(policy.groups.get('leads'), everybody);
    assert.equal(policy.unresolved.size, 1);
    assert.equal(policy.revision, elsewhere.policy.revision);
    assert.equal(vote(policy, 'U3').decision, 'approved');
  });

  it('knows of the file alone until somebody is asked, and says so', () => {
    assert.deepEqual(elsewhere.policy.groups.get('leads'), [staticLead]);
    assert.match(elsewhere.policy.unresolved.get('leads') ?? '', /S0LEADS .* was not asked/);
    assert.match(vote(elsewhere.policy, 'U3').votes[0]?.because ?? '', /not in leads.* was not asked/);
  });

  it('asks for no group that no rule uses', async () => {
    await elsewhere.now();
    assert.deepEqual(elsewhere.asked, ['slack-group:T0HOME:S0LEADS', group]);
  });

  it('asks once for decisions at the same time, and again when the cache time is over', async () => {
    await Promise.all([elsewhere.now(), elsewhere.now(), elsewhere.now()]);
    assert.equal(elsewhere.asked.length, 2);
    elsewhere.groups.set(group, []);
    elsewhere.clock += cacheMs - 1;
    assert.deepEqual(await elsewhere.leads(), everybody);
    elsewhere.clock += 1;
    assert.deepEqual(await elsewhere.leads(), slackOnly);
    assert.equal(elsewhere.asked.length, 4);
  });

  it('asks anew where the clock was set back, and where it was told to forget', async () => {
    await elsewhere.now();
    elsewhere.groups.set(group, []);
    elsewhere.clock -= 10;
    assert.deepEqual(await elsewhere.leads(), slackOnly);
    elsewhere.groups.set(group, [`entra:${tenant}:u5`]);
    elsewhere.groupsNow.forget();
    assert.deepEqual(await elsewhere.leads(), [...slackOnly, `entra:${tenant}:u5`]);
  });

  it('never uses an old list when a group cannot be asked about any more, and says why', async () => {
    await elsewhere.now();
    elsewhere.groups.set(group, broken);
    elsewhere.clock += cacheMs;
    const policy = await elsewhere.now();
    assert.deepEqual(policy.groups.get('leads'), slackOnly);
    assert.match(policy.unresolved.get('leads') ?? '', /Entra group 6666.*Give it GroupMember\.Read\.All\.$/);
    const refused = vote(policy, 'U9').votes[0];
    assert.match(refused?.because ?? '', /u9 is not in leads\. Cordon cannot tell .*GroupMember\.Read\.All/);
    assert.match(vote(policy, 'U9').unresolved.join(), /GroupMember/);
  });

  it('asks a service that failed again after five seconds, not at every click', async () => {
    elsewhere.groups.set(group, broken);
    await elsewhere.now();
    elsewhere.groups.set(group, [`entra:${tenant}:u4`]);
    elsewhere.clock += 4_999;
    assert.deepEqual(await elsewhere.leads(), slackOnly);
    elsewhere.clock += 1;
    assert.deepEqual(await elsewhere.leads(), everybody);
  });

  it('waits two and a half seconds for a group and no longer', async () => {
    const clock = sinon.useFakeTimers();
    try {
      elsewhere.groups.set(group, 'silent');
      const answer = elsewhere.now();
      await clock.tickAsync(2_500);
      const policy = await answer;
      assert.match(policy.unresolved.get('leads') ?? '', /no answer in time/);
      assert.deepEqual(policy.groups.get('leads'), slackOnly);
    } finally {
      clock.restore();
    }
  });

  it('shows nobody the text of an error that is not meant for people', async () => {
    elsewhere.groups.set(group, new Error('xoxb-secret'));
    assert.doesNotMatch((await elsewhere.now()).unresolved.get('leads') ?? 'xoxb', /xoxb/);
  });

  it('leaves open what nobody could approve without the group, and lets nobody approve it', async () => {
    elsewhere.policy = parsePolicy(text.replace('slack:T0HOME:U2, ', ''), 'policy.yaml');
    elsewhere.groups.set(group, broken);
    elsewhere.groups.set('slack-group:T0HOME:S0LEADS', broken);
    const verdict = vote(await elsewhere.now(), 'U3');
    assert.equal(verdict.decision, 'needs approvals');
    assert.match(verdict.votes[0]?.because ?? '', /u3 is not in leads\. Cordon cannot tell who is in the Slack/);
  });

  it('says of a platform that is not set up that it is not', async () => {
    const { policyNow } = createPolicyNow({
      policy: () => elsewhere.policy,
      sources: () => ({}),
      now: () => 0,
      logger: pino({ level: 'silent' }),
    });
    assert.match((await policyNow()).unresolved.get('leads') ?? '', /S0LEADS: Slack is not set up here\./);
  });

  it('is of the file that is in force when the last group has answered', async () => {
    const asked = elsewhere.now();
    const later = parsePolicy(
      text.replace('approvers: [leads]', 'approvers: [leads]\n    approvals: 2'),
      'policy.yaml',
    );
    elsewhere.policy = later;
    assert.equal((await asked).revision, later.revision);
  });
});
