import assert from 'node:assert/strict';
import { PlatformError, type PlatformErrorKind } from '../../src/platform.js';
import { Harness, standardPolicy } from '../harness.js';

const inPerson = standardPolicy.replace('approvals: 1', 'approvals: 1\n    announce: [origin, approvers]');

describe('approvers who are asked in person', () => {
  let cordon: Harness;
  const direct = (conversation = 'D1') => cordon.origin({ conversation, direct: true });
  const cardsTo = (user: string) =>
    cordon.cards().filter(({ sent: { target } }) => target.to === 'person' && target.account.user === user);
  const open = async (policy = inPerson): Promise<void> => {
    cordon = await Harness.open(policy);
  };
  const unreachable = (user: string, kind: PlatformErrorKind): void => {
    cordon.slack.fail = (done, where) =>
      done === 'send' && where === `D-${user}`
        ? new PlatformError(kind, 'test', 'as the test wants', { userText: 'They have blocked Cordon.' })
        : undefined;
  };
  afterEach(() => cordon.store.close());

  it('get the card in a direct message, each one; whoever asked does not', async () => {
    await open();
    await cordon.say('UREQ', 'restrict mymachine1 x');
    assert.deepEqual(
      ['UAPP1', 'UAPP2', 'UREQ'].map((user) => cardsTo(user).length),
      [1, 1, 0],
    );
    await cordon.press('UAPP1', 'Approve');
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(5_000);
    for (const user of ['UAPP1', 'UAPP2']) assert.equal(cardsTo(user)[0]?.card.state, 'succeeded');
    assert.deepEqual(cordon.texts({ to: 'UAPP2' }), [], 'the card says it; no message for each step');
    assert.match(cordon.thread().at(-1)!, /is restricted/);
  });

  it('make a request in a direct message possible without any channel', async () => {
    await open(inPerson.replace('[origin, approvers]', '[approvers]'));
    await cordon.say('UREQ', 'restrict mymachine1 x', direct());
    assert.match(cordon.texts({ to: 'UREQ' })[0]!, /approval is asked for in a direct message to an approver/);
    await cordon.press('UAPP2', 'Approve');
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('who cannot be reached are named in the thread, once, and nobody is asked to invite the bot', async () => {
    await open();
    unreachable('UAPP1', 'not invited');
    await cordon.say('UREQ', 'restrict mymachine1 x');
    await cordon.advance(60_000);
    const told = cordon.thread().filter((text) => /could not tell/.test(text));
    assert.equal(told.length, 1);
    assert.match(told[0]!, /the approver UAPP1 in a direct message\. They have blocked Cordon\./);
    assert.deepEqual(cordon.texts({ to: 'UREQ' }), []);
  });

  it('who cannot be reached are told to the requester where there is no thread', async () => {
    await open(inPerson.replace('[origin, approvers]', '[approvers]'));
    unreachable('UAPP1', 'refused');
    await cordon.say('UREQ', 'restrict mymachine1 x', direct());
    assert.ok(cordon.texts({ to: 'UREQ' }).some((text) => /card could not be posted\. They have blocked/.test(text)));
    await cordon.press('UAPP2', 'Approve');
    assert.equal(cordon.defender.submitted.length, 1);
  });
});
