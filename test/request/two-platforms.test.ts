import assert from 'node:assert/strict';
import type { Account } from '../../src/people/person.js';
import { PlatformError } from '../../src/platform.js';
import { parsePolicy } from '../../src/policy/load.js';
import { nothing } from '../store/examples.js';
import { Harness, incidentChannel, objectId, teamsChannel, teamsTenant } from '../harness.js';

const entra = (count: number) => `entra:${teamsTenant}:${objectId(count)}`;

/** Person 0 asks, 1 to 3 approve; each has a Slack account `U0` … and a Teams account. */
const policy = (approvals: number, people = '') => `
version: 1
groups:
  all: [${[0, 1, 2, 3].flatMap((count) => [`slack:T0HOME:U${count}`, `"${entra(count)}"`]).join(', ')}]
rules:
  - name: everything
    actions: [restrict, release]
    requesters: [all]
    approvers: [all]
    approvals: ${approvals}
    announce: [origin, slack:${incidentChannel}, "teams:${teamsChannel}"]
${people}`;

describe('one request, two platforms', () => {
  let cordon: Harness;
  const open = async (approvals: number): Promise<void> => {
    cordon = await Harness.open(policy(approvals));
  };
  afterEach(() => cordon.store.close());

  const slack = (count: number): Account => ({ platform: 'slack', tenant: 'T0HOME', user: `U${count}` });
  const teams = (count: number) => cordon.inTeams(objectId(count));
  const ask = (from: Account) => cordon.sayFrom(from, 'restrict mymachine1 x');
  const link = async (...counts: readonly number[]): Promise<void> => {
    for (const count of counts) {
      await cordon.say(`U${count}`, 'link');
      const code = /link (\S+)/.exec(cordon.texts({ to: `U${count}` }).at(-1) ?? '')?.[1] ?? 'none';
      await cordon.sayFrom(teams(count), `link ${code}`);
    }
  };
  const state = async () => (await cordon.request()).state;
  const lastTo = (user: string): string => cordon.texts({ to: user }).at(-1) ?? 'nothing';

  it('goes through with one approval in Slack and one in Teams, once everybody has linked', async () => {
    await open(2);
    await link(0, 1, 2);
    await ask(slack(0));
    await cordon.pressFrom(teams(1), 'Approve');
    await cordon.pressFrom(slack(2), 'Approve');
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('bug 3: counts one human once who clicks in Slack and in Teams', async () => {
    await open(2);
    await link(0, 1);
    await ask(slack(0));
    await cordon.pressFrom(slack(1), 'Approve');
    await cordon.pressFrom(teams(1), 'Approve');
    assert.match(lastTo(objectId(1)), /counts once/);
    assert.equal((await cordon.request()).votes.length, 1);
    assert.equal(await state(), 'awaiting approval');
  });

  it('bug 3: counts one human once who links only after the first click', async () => {
    await open(2);
    await link(0);
    await ask(slack(0));
    await cordon.pressFrom(slack(1), 'Approve');
    await link(1);
    await cordon.pressFrom(teams(1), 'Approve');
    assert.match(lastTo(objectId(1)), /counts once/);
    assert.equal(await state(), 'awaiting approval');
  });

  it('bug 3: merges two counted votes of one human who linked after both, and sends nothing', async () => {
    await open(3);
    await ask(slack(0));
    await cordon.pressFrom(slack(1), 'Approve');
    await cordon.pressFrom(slack(2), 'Approve');
    for (const user of ['U1', 'U2']) {
      await cordon.store.saveLinkCode({ hash: user, account: slack(1), expiresAt: 1 }, nothing);
      const made = { account: `slack:T0HOME:${user}`, entra: entra(1), at: 1, proof: 'code' } as const;
      await cordon.store.useLinkCode(user, made, nothing);
    }
    await cordon.pressFrom(slack(3), 'Approve');
    assert.equal(await state(), 'awaiting approval');
    assert.deepEqual(cordon.defender.submitted, []);
  });

  it('merges them just before the call as well', async () => {
    await open(2);
    await ask(slack(0));
    await cordon.pressFrom(slack(1), 'Approve');
    cordon.slack.fail = (operation, user) =>
      operation === 'lookUp' && user === 'U1' ? new PlatformError('refused', 'no_scope', 'no') : undefined;
    await cordon.pressFrom(slack(2), 'Approve');
    assert.equal(await state(), 'queued');
    cordon.slack.fail = () => undefined;
    cordon.policy = parsePolicy(
      policy(2, `people: { same: [[slack:T0HOME:U1, "${entra(1)}"], [slack:T0HOME:U2, "${entra(1)}"]] }`),
      'policy.yaml',
    );
    await cordon.advance(60_000);
    assert.equal(await state(), 'refused');
    assert.deepEqual(cordon.defender.submitted, []);
  });

  for (const linked of [false, true]) {
    for (const asksIn of ['Slack', 'Teams']) {
      it(`bug 6: never counts the account of the requester on the other side of ${asksIn}, ${linked ? '' : 'not '}linked`, async () => {
        await open(1);
        if (linked) await link(0);
        const [asker, other] = asksIn === 'Slack' ? [slack(0), teams(0)] : [teams(0), slack(0)];
        await ask(asker);
        await cordon.pressFrom(other, 'Approve');
        assert.equal(await state(), 'awaiting approval');
        assert.match(lastTo(other.user), linked ? /cannot also decide/ : /cannot be proved/);
      });
    }
  }

  it('tells an approver in Teams that the requester in Slack has to link, and how; then the approval counts', async () => {
    await open(1);
    await ask(slack(0));
    await cordon.pressFrom(teams(1), 'Approve');
    assert.match(
      lastTo(objectId(1)),
      /cannot be proved that you and u0 are two people\.\nu0 has to link their Slack account: they send me link/,
    );
    await link(0);
    await cordon.pressFrom(teams(1), 'Approve');
    assert.equal(cordon.defender.submitted.length, 1);
  });

  it('tells an approver in Slack to link, when it was asked in Teams', async () => {
    await open(1);
    await ask(teams(0));
    await cordon.pressFrom(slack(1), 'Approve');
    assert.match(
      lastTo('U1'),
      /you and .* are two people\.\nLink your Slack account: send me link in a direct message/,
    );
    await link(1);
    await cordon.pressFrom(slack(1), 'Approve');
    assert.equal(cordon.defender.submitted.length, 1);
  });

  for (const where of ['Slack', 'Teams']) {
    it(`needs no link where all are in ${where}`, async () => {
      await open(2);
      const side = where === 'Slack' ? slack : teams;
      await ask(side(0));
      await cordon.pressFrom(side(1), 'Approve');
      await cordon.pressFrom(side(2), 'Approve');
      assert.equal(cordon.defender.submitted.length, 1);
    });
  }

  it('lets anybody who may approve deny across platforms without a link', async () => {
    await open(1);
    await ask(slack(0));
    await cordon.pressFrom(teams(1), 'Deny', 'it is the build server');
    assert.equal(await state(), 'denied');
  });

  it('is withdrawn by its requester from the other platform, once they have linked', async () => {
    await open(1);
    await ask(slack(0));
    const { id } = await cordon.request();
    await cordon.sayFrom(teams(0), `withdraw ${id}`);
    assert.equal(await state(), 'awaiting approval');
    await link(0);
    await cordon.sayFrom(teams(0), `withdraw ${id}`);
    assert.equal(await state(), 'withdrawn');
  });

  it('does not count across platforms after unlinking, which would make two of one', async () => {
    await open(1);
    await link(0);
    await ask(slack(0));
    await cordon.say('U0', 'unlink');
    await cordon.pressFrom(teams(0), 'Approve');
    assert.match(lastTo(objectId(0)), /cannot also decide/);
    assert.equal(await state(), 'awaiting approval');
  });

  describe('where somebody unlinks to be two people', () => {
    const relinkTo = async (mine: number, accomplice: number): Promise<void> => {
      await cordon.say(`U${mine}`, 'unlink');
      await cordon.say(`U${mine}`, 'link');
      const code = /link (\S+)/.exec(lastTo(`U${mine}`))?.[1] ?? 'none';
      await cordon.sayFrom(teams(accomplice), `link ${code}`);
    };

    it('who asked is still who they were then: no approval from their own other account', async () => {
      await open(1);
      await link(0);
      await ask(slack(0));
      await relinkTo(0, 3);
      await cordon.pressFrom(teams(0), 'Approve');
      assert.equal(await state(), 'awaiting approval');
      assert.match(lastTo(objectId(0)), /cannot also decide/);
    });

    it('who voted is still who they were then: no second vote from their own other account', async () => {
      await open(2);
      await link(0, 1);
      await ask(slack(0));
      await cordon.pressFrom(slack(1), 'Approve');
      await relinkTo(1, 3);
      await cordon.pressFrom(teams(1), 'Approve');
      assert.equal(await state(), 'awaiting approval');
      assert.match(lastTo(objectId(1)), /counts once/);
    });
  });

  for (const [decision, state] of [
    ['Approve', 'awaiting approval'],
    ['Deny', 'denied'],
  ] as const) {
    it(`takes “${decision}” by the Teams account for which a Slack account approved before it was unlinked as one person’s`, async () => {
      await open(2);
      await link(0, 1);
      await ask(slack(0));
      await cordon.pressFrom(slack(1), 'Approve');
      await cordon.say('U1', 'unlink');
      await cordon.pressFrom(teams(1), decision, 'second thoughts');
      if (decision === 'Approve') assert.match(lastTo(objectId(1)), /counts once/);
      const request = await cordon.request();
      assert.equal(request.state, state);
      assert.equal(request.votes.length, 1);
      assert.equal(await cordon.store.nextIncomingDue(), undefined);
    });
  }
});
