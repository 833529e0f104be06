import assert from 'node:assert/strict';
import { Harness, incidentChannel, standardPolicy } from '../harness.js';
import { machine } from '../support.js';

describe('asking', () => {
  let cordon: Harness;
  beforeEach(async () => {
    cordon = await Harness.open();
  });
  afterEach(() => cordon.store.close());

  it('posts a card with buttons where it was asked and calls nobody yet', async () => {
    await cordon.say('UREQ', 'restrict mymachine1 powershell spawns from winword');
    const [posted] = cordon.cards();
    assert.deepEqual(posted?.sent.target, { to: 'conversation', conversation: incidentChannel });
    assert.equal(posted.card.state, 'awaiting approval');
    assert.equal(posted.card.comment, 'powershell spawns from winword');
    assert.deepEqual(
      posted.card.buttons.map(({ label }) => label),
      ['Approve', 'Deny'],
    );
    assert.deepEqual(cordon.defender.submitted, []);
  });

  it('posts the card into the thread in which it was asked', async () => {
    await cordon.say('UREQ', 'restrict mymachine1 x', cordon.origin({ thread: '111.222' }));
    assert.deepEqual(cordon.cards()[0]?.sent.target, {
      to: 'conversation',
      conversation: incidentChannel,
      thread: '111.222',
    });
    await cordon.press('UAPP1', 'Approve');
    assert.ok(cordon.texts({ thread: '111.222' }).some((text) => text.includes('Submitted to Defender')));
  });

  it('says which devices there are when none or several match, and takes none (bug 9)', async () => {
    await cordon.say('UREQ', 'restrict nosuch x');
    assert.match(cordon.texts({ to: 'UREQ' })[0]!, /knows no device with the host name nosuch/);

    const twin = machine({ id: 'a'.repeat(40), lastSeen: '2026-11-22T08:00:00Z', healthStatus: 'Inactive' });
    cordon.defender.machines = [machine(), twin];
    await cordon.say('UREQ', 'restrict mymachine1 x');
    const list = cordon.texts({ to: 'UREQ' })[1]!;
    assert.match(list, /2 devices match/);
    for (const part of [machine().id, twin.id, 'Active', 'Inactive', 'Windows11', 'Workstations'])
      assert.ok(list.includes(part), part);
    assert.equal(cordon.cards().length, 0);
  });

  it('goes on with the device that the asker picks, for nobody else', async () => {
    const twin = machine({ id: 'a'.repeat(40) });
    cordon.defender.machines = [machine(), twin];
    await cordon.say('UREQ', 'restrict mymachine1 it is the second one');
    const list = cordon.slack.sent.at(-1)!.view;
    assert.ok(list.kind === 'note');
    const token = list.note.buttons!.at(1)!.token;
    await cordon.accept('UAPP1', { kind: 'press', token });
    await cordon.settle();
    assert.match(cordon.texts({ to: 'UAPP1' })[0]!, /made for somebody else/);
    await cordon.accept('UREQ', { kind: 'press', token });
    await cordon.settle();
    const request = await cordon.request();
    assert.equal(request.device.id, twin.id);
    assert.equal(request.comment, 'it is the second one');
  });

  for (const osPlatform of ['macOS', 'Linux', 'WindowsServer2016']) {
    it(`says at once that Defender cannot do it on ${osPlatform}`, async () => {
      cordon.defender.machines = [machine({ osPlatform })];
      await cordon.say('UREQ', 'restrict mymachine1 x');
      assert.match(cordon.texts({ to: 'UREQ' })[0]!, new RegExp(`runs ${osPlatform}, where Defender cannot restrict`));
      assert.equal(await cordon.openCount(), 0);
    });
  }

  for (const osPlatform of ['Windows10', 'WindowsServer2019', 'WindowsServer2022', 'SomethingNew', null]) {
    it(`leaves the decision about ${String(osPlatform)} to Defender`, async () => {
      cordon.defender.machines = [machine({ osPlatform })];
      await cordon.say('UREQ', 'restrict mymachine1 x');
      assert.equal(await cordon.openCount(), 1);
    });
  }

  it('refuses people who may not ask, says why and records it', async () => {
    await cordon.say('USTRANGER', 'restrict mymachine1 x');
    assert.match(cordon.texts({ to: 'USTRANGER' })[0]!, /Not allowed/);
    assert.equal(await cordon.openCount(), 0);
  });

  for (const standing of ['guest', 'external', 'bot', 'deactivated'] as const) {
    it(`turns away a ${standing} account before anything else`, async () => {
      const account = { platform: 'slack' as const, tenant: 'T0HOME', user: 'UREQ' };
      cordon.slack.people.set('UREQ', { account, name: 'req', standing });
      await cordon.say('UREQ', 'restrict mymachine1 x');
      assert.match(cordon.texts({ to: 'UREQ' })[0]!, /can neither request nor approve/);
      assert.equal(await cordon.openCount(), 0);
    });
  }

  it('does nothing for somebody whom the platform cannot name, and says so', async () => {
    const { PlatformError } = await import('../../src/platform.js');
    cordon.slack.fail = (operation) =>
      operation === 'lookUp' ? new PlatformError('later', 'slack_down', 'no answer') : undefined;
    await cordon.say('UREQ', 'restrict mymachine1 x');
    assert.equal(cordon.slack.sent.length, 0);
    await cordon.advance(121_000);
    assert.match(cordon.texts({ to: 'UREQ' })[0]!, /could not find out who you are, so nothing was done/);
    assert.equal(await cordon.openCount(), 0);
  });

  it('makes one request of a redelivered event (bug 16)', async () => {
    const said = { kind: 'text', text: 'restrict mymachine1 x' } as const;
    assert.equal(await cordon.accept('UREQ', said, undefined, undefined, 'Ev1'), true);
    await cordon.settle();
    assert.equal(await cordon.accept('UREQ', said, undefined, undefined, 'Ev1'), false);
    await cordon.settle();
    assert.equal(await cordon.openCount(), 1);
  });

  it('points to the open request instead of making a second one for the same device', async () => {
    await cordon.say('UREQ', 'restrict mymachine1 x');
    await cordon.say('UAPP1', 'restrict mymachine1 y');
    assert.equal(await cordon.openCount(), 1);
    assert.match(cordon.texts({ to: 'UAPP1' })[0]!, /already an open request/);
  });

  it('makes one request of two people who ask for the same device at the same moment', async () => {
    const said = { kind: 'text', text: 'restrict mymachine1 x' } as const;
    await Promise.all(['UREQ', 'UAPP1', 'UAPP2'].map((user) => cordon.accept(user, said)));
    await cordon.settle();
    assert.equal(await cordon.openCount(), 1);
    assert.equal(cordon.cards().length, 1);
  });

  it('needs a channel for a request made in a direct message', async () => {
    await cordon.say('UREQ', 'restrict mymachine1 x', cordon.origin({ conversation: 'D1', direct: true }));
    assert.match(cordon.texts({ to: 'UREQ' })[0]!, /names no approvals channel/);
    assert.equal(await cordon.openCount(), 0);
  });

  it('announces in the approvals channel of the policy, and tells the asker where', async () => {
    const other = await Harness.open(`${standardPolicy}    announce: [slack:C0APPROVALS]\n`);
    await other.say('UREQ', 'restrict mymachine1 x', other.origin({ conversation: 'D1', direct: true }));
    assert.deepEqual(
      other.cards().map(({ sent }) => sent.ref.conversation),
      ['C0APPROVALS'],
    );
    assert.match(other.texts({ to: 'UREQ' })[0]!, /approval is asked for in #C0APPROVALS/);
    await other.store.close();
  });

  it('carries out at once only where a rule says `approvals: 0`', async () => {
    const other = await Harness.open(standardPolicy.replace('approvals: 1', 'approvals: 0'));
    await other.say('UREQ', 'restrict mymachine1 x');
    assert.equal((await other.request()).state, 'submitted');
    await other.store.close();
  });

  it('answers what it did not understand with the right form', async () => {
    await cordon.say('UREQ', 'restrict mymachine1');
    assert.match(cordon.texts({ to: 'UREQ' })[0]!, /comment is missing[\s\S]*For example: restrict mymachine1/);
  });

  it('says what to do when Defender cannot be asked, and stores nothing', async () => {
    const { DefenderError } = await import('../../src/defender/errors.js');
    cordon.defender.findFails = new DefenderError('Forbidden', 'no', {
      status: 403,
      taken: 'no',
      userText: 'Grant Machine.Read.All.',
    });
    await cordon.say('UREQ', 'restrict mymachine1 x');
    assert.match(cordon.texts({ to: 'UREQ' })[0]!, /Grant Machine\.Read\.All\. Nothing was done/);
    assert.equal(await cordon.openCount(), 0);
  });
});
