import assert from 'node:assert/strict';
import { Harness, standardPolicy } from '../harness.js';
import { machine } from '../support.js';

const devices = ['pc1', 'pc2', 'pc3', 'pc4', 'pc5'].map((name, index) =>
  machine({ id: String(index + 1).repeat(40), computerDnsName: name }),
);

function withCeiling(then: string, rest = 'per: person'): string {
  const owners = '  owners: [slack:T0HOME:UOWN]\nowners: [owners]\nceilings:\n';
  const ceiling = `  - { name: burst, ${rest}, devices: 2, within: 10m, then: ${then} }\n`;
  return standardPolicy.replace('rules:', `${owners}${ceiling}rules:`);
}

describe('a ceiling', () => {
  let cordon: Harness;
  const open = async (policy: string): Promise<void> => {
    cordon = await Harness.open(policy);
    cordon.defender.machines = devices;
  };
  afterEach(() => cordon.store.close());
  const last = (user: string): string => cordon.texts({ to: user }).at(-1) ?? '';
  const card = (name: string) => cordon.cards().find(({ card }) => card.title.includes(name))!.card;
  const facts = (name: string): string => JSON.stringify(card(name).facts);
  const press = async (user: string, name: string): Promise<void> => {
    await cordon.accept(user, { kind: 'press', token: card(name).buttons[0]!.token });
    await cordon.settle();
  };

  describe('that asks for more', () => {
    beforeEach(async () => {
      await open(withCeiling('{ approvals: 1, from: [owners] }'));
      for (const name of ['pc1', 'pc1', 'pc2', 'pc3', 'pc4']) {
        await cordon.say('UREQ', `restrict ${name} x`);
        cordon.clock += 1_000;
      }
    });

    it('does so from the device above it on, and says why on the card', () => {
      assert.doesNotMatch(facts('pc2'), /Ceiling/);
      assert.match(
        facts('pc3'),
        /Ceiling “burst”: this is device 3 in 10 minutes by one person, and more than 2 devices/,
      );
      assert.match(JSON.stringify(card('pc3').status), /0 of 2 approvals/);
    });

    it('tells the owners once in its time', () => {
      assert.equal(cordon.texts({ to: 'UOWN' }).length, 1);
      assert.match(last('UOWN'), /A ceiling was crossed: “burst”.*ureq asked for number 3, pc3/);
    });

    it('is not met by two of the usual approvers; the other group has to be among them', async () => {
      await press('UAPP1', 'pc3');
      await press('UAPP2', 'pc3');
      assert.equal(cordon.defender.submitted.length, 0);
      await press('UOWN', 'pc3');
      assert.deepEqual(
        cordon.defender.submitted.map(({ machineId }) => machineId),
        [devices[2]!.id],
      );
    });

    it('asks no more of what was asked before it, whenever that is decided', async () => {
      await press('UAPP1', 'pc1');
      await press('UAPP1', 'pc2');
      assert.equal(cordon.defender.submitted.length, 2);
    });

    it('counts nobody else’s devices, and none from before its time', async () => {
      await cordon.say('UAPP1', 'restrict pc5 x');
      assert.doesNotMatch(facts('pc5'), /Ceiling/);
      cordon.clock += 600_000;
      await cordon.say('UAPP1', `withdraw ${card('pc5').requestId}`);
      await cordon.say('UREQ', 'restrict pc5 x');
      assert.doesNotMatch(JSON.stringify(cordon.cards().at(-1)!.card.facts), /Ceiling/);
    });
  });

  it('that forbids stores nothing, and tells the owners once however often it is tried', async () => {
    await open(withCeiling('forbid', 'per: tenant'));
    await cordon.say('UREQ', 'restrict pc1 x');
    await cordon.say('UAPP1', 'restrict pc2 x');
    for (const name of ['pc3', 'pc4', 'pc3']) {
      await cordon.say('UREQ', `restrict ${name} x`);
      assert.match(
        last('UREQ'),
        /Not allowed, nothing was done\.\nCeiling “burst”.*by everybody together.*No more may be asked for now/,
      );
    }
    assert.equal(await cordon.openCount(), 2);
    assert.equal(cordon.texts({ to: 'UOWN' }).length, 1);
    await cordon.say('UREQ', 'release pc3 x');
    assert.equal(await cordon.openCount(), 3);
    cordon.clock += 600_000;
    await cordon.say('UREQ', 'restrict pc4 x');
    assert.equal(await cordon.openCount(), 4);
  });

  it('for a group counts its people together, and nobody else', async () => {
    await open(
      withCeiling('forbid', 'per: group, groups: [owners, pair]').replace(
        '  owners:',
        '  pair: [slack:T0HOME:UAPP1, slack:T0HOME:UAPP2]\n  owners:',
      ),
    );
    await cordon.say('UAPP1', 'restrict pc1 x');
    await cordon.say('UREQ', 'restrict pc2 x');
    await cordon.say('UAPP2', 'restrict pc3 x');
    await cordon.say('UREQ', 'restrict pc4 x');
    assert.equal(await cordon.openCount(), 4);
    await cordon.say('UAPP1', 'restrict pc5 x');
    assert.match(last('UAPP1'), /by owners and pair together/);
  });

  it('is seen at the vote where another replica stored its requests after this one had looked', async () => {
    await open(withCeiling('{ approvals: 1, from: [owners] }'));
    const look = cordon.store.recentRequests.bind(cordon.store);
    cordon.store.recentRequests = (action, since, until) =>
      until.id === undefined ? Promise.resolve([]) : look(action, since, until);
    for (const name of ['pc1', 'pc2', 'pc3']) {
      await cordon.say('UREQ', `restrict ${name} x`);
      cordon.clock += 1;
    }
    assert.match(JSON.stringify(card('pc3').status), /0 of 1 approval/);
    await press('UAPP1', 'pc3');
    assert.equal(cordon.defender.submitted.length, 0);
    assert.match(JSON.stringify(card('pc3').status), /0 of 2 approvals/);
    assert.match(facts('pc3'), /Ceiling “burst”/);
    assert.match(last('UAPP1'), /not counted\. What the policy asks for has changed.*Ceiling “burst”/);
  });

  it('sees the same at the vote as at the request, however many came in one millisecond', async () => {
    await open(withCeiling('{ approvals: 1, from: [owners] }'));
    for (const name of ['pc1', 'pc2', 'pc3', 'pc4']) await cordon.say('UREQ', `restrict ${name} x`);
    await press('UAPP1', 'pc1');
    await press('UAPP1', 'pc2');
    for (const name of ['pc3', 'pc4']) for (const user of ['UAPP1', 'UOWN']) await press(user, name);
    assert.equal(cordon.defender.submitted.length, 4);
  });
});
