import assert from 'node:assert/strict';
import { Harness, objectId, standardPolicy, teamsTenant } from '../harness.js';
import { machine } from '../support.js';

const policy = standardPolicy.replace(
  'rules:',
  '  owners: [slack:T0HOME:UOWN, slack:T0HOME:UAPP2]\nowners: [owners]\nstop: [leads]\nrules:',
);

const devices = ['pc1', 'pc2', 'pc3'].map((name, index) =>
  machine({ id: String(index + 1).repeat(40), computerDnsName: name }),
);

describe('the kill switch', () => {
  let cordon: Harness;
  beforeEach(async () => {
    cordon = await Harness.open(policy);
    cordon.defender.machines = devices;
  });
  afterEach(() => cordon.store.close());

  const answers = (user: string): string => cordon.texts({ to: user }).join('\n');
  const last = (user: string): string => cordon.texts({ to: user }).at(-1) ?? '';
  /** Stops on another replica, between this one’s look and its commit. */
  async function stopBehind(): Promise<void> {
    const { version } = await cordon.store.switch();
    const by = {
      id: 'slack:T0HOME:UAPP1',
      account: { platform: 'slack', tenant: 'T0HOME', user: 'UAPP1' },
      name: 'uapp1',
      standing: 'member',
    } as const;
    assert.ok(
      await cordon.store.setSwitch(version, { by, at: cordon.clock, reason: 'behind' }, () => ({
        audit: [],
        deliveries: [],
      })),
    );
  }
  const kinds = (): string[] => cordon.defender.submitted.map(({ kind, machineId }) => `${kind} ${machineId[0]!}`);

  it('lets nobody stop or resume whom the policy does not name, and records who tried', async () => {
    const record = recording(cordon);
    await cordon.say('UOTHER', 'stop I want to');
    assert.match(last('UOTHER'), /Cordon was not stopped\. uother is not in leads, whose members may\./);
    await cordon.say('UOTHER', 'resume');
    assert.match(last('UOTHER'), /Cordon was not resumed/);
    assert.equal((await cordon.store.switch()).stopped, false);
    assert.deepEqual(record(), ['cordon.stop-refused', 'cordon.resume-refused']);
    cordon.policy = { ...cordon.policy, stoppers: [] };
    await cordon.say('UAPP1', 'stop now');
    assert.match(last('UAPP1'), /names nobody who may: an operator can write groups under “stop”/);
  });

  it('tells who stops it what is under way and what is held, and each owner once', async () => {
    await cordon.say('UREQ', 'restrict pc1 beacon');
    await cordon.press('UAPP1', 'Approve');
    await cordon.say('UAPP1', 'stop a loop asks for everything');
    assert.match(
      last('UAPP1'),
      /Cordon is stopped\.[\s\S]*cannot be recalled[\s\S]*: 1\n\S+ pc1 \(submitted\), by ureq/,
    );
    assert.match(last('UAPP1'), /Nothing approved is waiting/);
    for (const owner of ['UOWN', 'UAPP2']) {
      assert.match(last(owner), /Cordon was stopped by uapp1 .*: a loop asks for everything/);
      assert.equal(cordon.texts({ to: owner }).length, 1);
    }
  });

  it('tells an owner with two accounts once, and not the one who stopped it', async () => {
    const both = `slack:T0HOME:UOWN, "entra:${teamsTenant}:${objectId(9)}"`;
    await cordon.store.close();
    cordon = await Harness.open(
      policy
        .replace('slack:T0HOME:UOWN', both)
        .replace('rules:', `people:\n  same: [[slack:T0HOME:UOWN, "entra:${teamsTenant}:${objectId(9)}"]]\nrules:`),
    );
    await cordon.say('UAPP2', 'stop looks wrong');
    assert.equal(cordon.texts({ to: 'UOWN' }).length + cordon.texts({ to: objectId(9) }).length, 1);
    assert.doesNotMatch(answers('UAPP2'), /Cordon was stopped by/);
  });

  it('refuses new restrictions with who stopped it, when and why, and takes releases', async () => {
    await cordon.say('UAPP1', 'stop looks wrong');
    await cordon.say('UREQ', 'restrict pc1 beacon');
    assert.match(last('UREQ'), /Nothing was done: Cordon is stopped by uapp1 2026-11-23T09:00.*: looks wrong/);
    assert.equal(await cordon.openCount(), 0);
    await cordon.say('UREQ', 'release pc1 cleaned');
    await cordon.press('UAPP1', 'Approve');
    assert.deepEqual(kinds(), ['release 1']);
  });

  it('counts approvals, holds what they carry, says so once, and goes on after a resume', async () => {
    await cordon.say('UREQ', 'restrict pc1 beacon');
    await cordon.say('UAPP1', 'stop looks wrong');
    await cordon.press('UAPP2', 'Approve');
    assert.equal((await cordon.request()).state, 'queued');
    await cordon.advance(600_000);
    assert.deepEqual(kinds(), []);
    assert.equal(cordon.thread().filter((text) => text.startsWith('Held')).length, 1);
    assert.doesNotMatch(cordon.thread().join('\n'), /Sending to Defender/);
    const [{ card }] = cordon.cards() as [ReturnType<Harness['cards']>[0]];
    assert.match(JSON.stringify(card.status), /Held.*stopped by.*looks wrong.*Not sent to Defender/);

    await cordon.say('UAPP2', 'resume it was a drill');
    assert.match(last('UAPP2'), /Cordon goes on.*\n1 held request goes on/);
    assert.deepEqual(kinds(), ['restrict 1']);
    assert.match(cordon.thread().join('\n'), /No longer held/);
  });

  it('asks people and policy anew after a resume: who has left meanwhile carries nothing', async () => {
    await cordon.say('UREQ', 'restrict pc1 beacon');
    await cordon.say('UAPP1', 'stop looks wrong');
    await cordon.press('UAPP2', 'Approve');
    const account = { platform: 'slack', tenant: 'T0HOME', user: 'UAPP2' } as const;
    cordon.slack.people.set('UAPP2', { account, name: 'uapp2', standing: 'deactivated' });
    await cordon.say('UAPP1', 'resume');
    assert.equal((await cordon.request()).state, 'refused');
    assert.deepEqual(kinds(), []);
  });

  it('sends a release of the same device past what is held, which then ends instead of undoing it', async () => {
    await cordon.say('UREQ', 'restrict pc1 beacon');
    await cordon.say('UAPP1', 'stop looks wrong');
    await cordon.press('UAPP2', 'Approve');
    await cordon.say('UREQ', 'release pc1 cleaned');
    const button = cordon.cards().find(({ card }) => card.action === 'release')!.card.buttons[0]!;
    await cordon.accept('UAPP1', { kind: 'press', token: button.token });
    await cordon.settle();
    assert.deepEqual(kinds(), ['release 1']);
    cordon.defender.setStatus('Succeeded');
    await cordon.advance(5_000);
    await cordon.say('UAPP1', 'resume');
    assert.deepEqual(kinds(), ['release 1']);
    assert.match(cordon.thread().join('\n'), /refused.*While it was held, a release of the same device was sent/);
  });

  it('does not send what was held until after its time for approval', async () => {
    await cordon.say('UAPP2', 'stop first');
    await cordon.say('UAPP2', 'resume');
    await cordon.say('UREQ', 'restrict pc1 beacon');
    await cordon.say('UAPP2', 'stop a loop');
    await cordon.press('UAPP1', 'Approve');
    await cordon.advance(3_600_000);
    await cordon.say('UAPP2', 'resume');
    assert.deepEqual(kinds(), []);
    assert.equal((await cordon.request()).state, 'refused');
    assert.match(cordon.thread().join('\n'), /It was held until after .*Ask again if it is still needed/);
  });

  it('lets its requester withdraw what is held, and an approver cancel it', async () => {
    await cordon.say('UAPP1', 'restrict pc1 beacon');
    await cordon.press('UAPP2', 'Approve');
    assert.deepEqual(kinds(), ['restrict 1']);
    await cordon.say('UAPP1', 'restrict pc2 beacon');
    await cordon.say('UAPP1', 'stop looks wrong');
    const second = cordon.cards().find(({ card }) => card.title.includes('pc2'))!.card;
    await cordon.accept('UAPP2', { kind: 'press', token: second.buttons[0]!.token });
    await cordon.settle();
    await cordon.say('UREQ', `cancel ${second.requestId} not this one`);
    assert.equal((await cordon.store.request(second.requestId.replace('-', '')))?.state, 'cancelled');
    assert.deepEqual(kinds(), ['restrict 1']);
  });

  it('is noticed in the transaction that commits the call, where it comes after the last look', async () => {
    const startSending = cordon.store.startSending.bind(cordon.store);
    let raced = 0;
    cordon.store.startSending = async (...args) => {
      if ((raced += 1) === 1) await stopBehind();
      return startSending(...args);
    };
    await cordon.say('UREQ', 'restrict pc1 beacon');
    await cordon.press('UAPP2', 'Approve');
    assert.equal(raced, 1);
    assert.deepEqual(kinds(), []);
    assert.match(cordon.thread().at(-1)!, /Held: Cordon was stopped by uapp1/);
  });

  it('goes on by itself where the resume came while a request was being held', async () => {
    await cordon.say('UREQ', 'restrict pc1 beacon');
    await stopBehind();
    const change = cordon.store.change.bind(cordon.store);
    cordon.store.change = async (after, effects) => {
      if (after.held !== undefined && after.held.over !== true) {
        const { version } = await cordon.store.switch();
        await cordon.store.setSwitch(version, undefined, () => ({ audit: [], deliveries: [] }));
      }
      return change(after, effects);
    };
    await cordon.press('UAPP2', 'Approve');
    await cordon.settle();
    assert.deepEqual(kinds(), ['restrict 1']);
  });

  it('answers a second stop and a resume of nothing politely', async () => {
    await cordon.say('UAPP1', 'resume');
    assert.match(last('UAPP1'), /Cordon is not stopped\. Nothing changed/);
    await cordon.say('UAPP1', 'stop first');
    await cordon.say('UAPP2', 'stop second');
    assert.match(last('UAPP2'), /stopped already: stopped by uapp1 .*: first/);
    assert.equal((await cordon.store.switch()).stop?.reason, 'first');
  });

  it('lets one of two who stop it at one moment win, and tells the other', async () => {
    await cordon.accept('UAPP1', { kind: 'text', text: 'stop one' });
    await cordon.accept('UAPP2', { kind: 'text', text: 'stop two' });
    await cordon.settle();
    const said = [answers('UAPP1'), answers('UAPP2')].filter((text) => text.includes('Cordon is stopped.'));
    assert.equal(said.length, 1);
  });

  it('says in list, status and help how things stand', async () => {
    await cordon.say('UAPP1', 'stop looks wrong');
    for (const question of ['list', 'status']) {
      await cordon.say('UREQ', question);
      assert.match(last('UREQ'), /^Cordon is stopped by uapp1 .*: looks wrong\. No restriction is sent/);
    }
    await cordon.say('UREQ', 'help');
    assert.match(last('UREQ'), /stop a playbook/);
  });

  it('changes nothing where the process dies before all of it is stored', async () => {
    const setSwitch = cordon.store.setSwitch.bind(cordon.store);
    cordon.store.setSwitch = (version, stop, effects) =>
      setSwitch(version, stop, (underWay) => {
        effects(underWay);
        throw new Error('the process dies');
      });
    await cordon.accept('UAPP1', { kind: 'text', text: 'stop looks wrong' });
    await cordon.settle().catch(() => undefined);
    assert.equal((await cordon.store.switch()).stopped, false);
    assert.equal(answers('UOWN'), '');
    cordon.store.setSwitch = setSwitch;
    await cordon.advance(60_000);
    assert.equal((await cordon.store.switch()).stopped, true);
    assert.equal(cordon.texts({ to: 'UOWN' }).length, 1);
  });
});

/** What the record calls that which belongs to no Request. */
function recording(cordon: Harness): () => string[] {
  const whats: string[] = [];
  const settleIncoming = cordon.store.settleIncoming.bind(cordon.store);
  cordon.store.settleIncoming = (key, effects) => {
    whats.push(...effects.audit.map(({ what }) => what));
    return settleIncoming(key, effects);
  };
  return () => whats;
}
