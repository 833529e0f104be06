import assert from 'node:assert/strict';
import { pageState } from '../../../sandbox/page/state.js';
import { bob, cardActivity, incident, tenantId, waitingCard } from './fake-teams.js';
import { alice, channel, desktop, startParts, type Bench } from './support.js';

describe('the state that the page shows', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await startParts();
  });
  afterEach(() => bench.close());

  it('has all of Slack, with what each person sees alone, in order', () => {
    const { workspace } = bench.slack;
    const place = workspace.findChannel(channel);
    assert.ok(place);
    workspace.postAsBot(place, { text: 'one' });
    workspace.whisper(place, alice, { text: 'two' });
    workspace.postAsUser(place, workspace.user(alice), { text: 'three' });
    const { slack } = pageState(bench, 'running');
    assert.deepEqual(
      slack.messages.map(({ message, ephemeralTo }) => [message.text, ephemeralTo]),
      [
        ['one', undefined],
        ['two', alice],
        ['three', undefined],
      ],
    );
    assert.equal(slack.bot, 'U0CORDON');
    assert.ok(slack.users.some(({ name }) => name === 'mallory'));
    assert.deepEqual(slack.views, []);
  });

  it('has all of Teams, with the cards and whom they are targeted to', () => {
    const activity = cardActivity(waitingCard);
    bench.fake.post({ conversation: incident.id, targetedTo: bob.aadObjectId, activity });
    const { teams } = pageState(bench, 'running');
    assert.equal(teams.tenantId, tenantId);
    assert.deepEqual(
      teams.messages.map((message) => [message.targetedTo, message.activity]),
      [[bob.aadObjectId, activity]],
    );
  });

  it('says what a device is: free, under way, restricted', async () => {
    const device = (): unknown[] => {
      const found = pageState(bench, 'running').defender.machines.find(({ id }) => id === desktop);
      return [found?.restricted, found?.running?.status];
    };
    assert.deepEqual(device(), [false, undefined]);
    await bench.restrict();
    assert.deepEqual(device(), [false, 'Pending']);
    bench.wait(3_000);
    assert.deepEqual(device(), [false, 'InProgress']);
    bench.wait(3_000);
    assert.deepEqual(device(), [true, undefined]);
  });

  it('counts the calls that both windows still take', async () => {
    const left = (): unknown[] =>
      pageState(bench, 'running')
        .defender.quota.filter(({ operation }) => operation === 'restrictCodeExecution')
        .flatMap(({ windows }) => windows.map((each) => each.left));
    assert.deepEqual(left(), [100, 1_500]);
    await bench.restrict();
    assert.deepEqual(left(), [99, 1_499]);
    bench.wait(60_000);
    assert.deepEqual(left(), [100, 1_499]);
  });

  it('shows a fault until its call has come', async () => {
    const faults = (): unknown => pageState(bench, 'running').defender.faults;
    bench.defender.fault({ kind: '429', operation: 'restrictCodeExecution' });
    assert.deepEqual(faults(), [{ kind: '429', operation: 'restrictCodeExecution' }]);
    await bench.restrict();
    assert.deepEqual(faults(), []);
  });
});
