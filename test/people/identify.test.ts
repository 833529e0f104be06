import assert from 'node:assert/strict';
import { identify } from '../../src/people/identify.js';
import type { Account, Profile } from '../../src/people/person.js';
import { relink } from '../../src/people/relink.js';
import { PlatformError } from '../../src/platform.js';
import { parsePolicy } from '../../src/policy/load.js';
import { nothing } from '../store/examples.js';
import { Harness, objectId, standardPolicy, teamsTenant } from '../harness.js';
import { person } from '../support.js';

const entra = (count: number) => `entra:${teamsTenant}:${objectId(count)}`;
const slackAnn: Account = { platform: 'slack', tenant: 'T0HOME', user: 'UANN' };
const teamsAnn: Account = { platform: 'teams', tenant: teamsTenant, user: objectId(1) };
const day = 86_400_000;

describe('who somebody is', () => {
  let cordon: Harness;
  beforeEach(async () => {
    cordon = await Harness.open();
  });
  afterEach(() => cordon.store.close());

  const usePolicy = (people: string): void => {
    cordon.policy = parsePolicy(`${standardPolicy}people:\n${people}`, 'policy.yaml');
  };
  const matchByEmail = (): void => {
    usePolicy('  match: email\n');
  };
  const linkByCode = async (account: string, to: string): Promise<void> => {
    await cordon.store.saveLinkCode({ hash: account, account: slackAnn, expiresAt: 1 }, nothing);
    await cordon.store.useLinkCode(account, { account, entra: to, at: 1, proof: 'code' }, nothing);
  };
  const profile = (account: Account, over: Partial<Profile> = {}): void => {
    const platform = account.platform === 'slack' ? cordon.slack : cordon.teams;
    platform.people.set(account.user, { account, name: 'ann', standing: 'member', email: 'ann@contoso.com', ...over });
  };
  const idOf = async (account: Account) => (await identify(cordon.context, account)).id;

  it('is the Slack account itself while nothing links it', async () => {
    assert.deepEqual(await identify(cordon.context, slackAnn), {
      id: 'slack:T0HOME:UANN',
      account: slackAnn,
      name: 'uann',
      standing: 'member',
    });
  });

  it('is the Entra account for somebody in Teams, in lower case, with the Slack accounts linked to it', async () => {
    await linkByCode('slack:T0HOME:UANN', entra(1));
    usePolicy(`  same: [[slack:T0HOME:UANN2, "${entra(1)}"]]\n`);
    const loud = { ...teamsAnn, user: objectId(1).toUpperCase() };
    const ann = await identify(cordon.context, loud);
    assert.equal(ann.id, entra(1));
    assert.deepEqual(ann.account, loud);
    assert.deepEqual(
      ann.aliases?.toSorted(),
      [
        'slack:T0HOME:UANN',
        'slack:T0HOME:UANN2',
        `teams:${teamsTenant}:${objectId(1)}`,
        `teams:${teamsTenant}:${loud.user}`,
      ].toSorted(),
    );
  });

  it('is the Entra account for a linked Slack account, with all accounts of that human', async () => {
    await linkByCode('slack:T0HOME:UANN', entra(1));
    await linkByCode('slack:T0OTHER:UANN', entra(1));
    const ann = await identify(cordon.context, slackAnn);
    assert.equal(ann.id, entra(1));
    assert.deepEqual(ann.aliases, ['slack:T0HOME:UANN', `teams:${teamsTenant}:${objectId(1)}`, 'slack:T0OTHER:UANN']);
  });

  it('is what the operator says, whatever a code says; and a code goes before an e-mail address', async () => {
    matchByEmail();
    profile(teamsAnn);
    profile(slackAnn);
    await idOf(teamsAnn);
    assert.equal(await idOf(slackAnn), entra(1), 'by address');
    await linkByCode('slack:T0HOME:UANN', entra(2));
    assert.equal(await idOf(slackAnn), entra(2), 'by code');
    assert.doesNotMatch(JSON.stringify(await identify(cordon.context, teamsAnn)), /UANN/);
    usePolicy(`  match: email\n  same: [[slack:T0HOME:UANN, "${entra(3)}"]]\n`);
    assert.equal(await idOf(slackAnn), entra(3), 'by the policy');
    const former = await identify(cordon.context, { ...teamsAnn, user: objectId(2) });
    assert.deepEqual(former.aliases, [`teams:${teamsTenant}:${objectId(2)}`]);
  });

  it('is nobody where the platform cannot tell or is not set up', async () => {
    cordon.slack.fail = () => new PlatformError('later', 'slack_down', 'no answer');
    await assert.rejects(idOf(slackAnn), { code: 'slack_down' });
    await assert.rejects(identify({ ...cordon.context, platforms: new Map() }, teamsAnn), { code: 'platform_off' });
  });

  describe('by e-mail address', () => {
    beforeEach(() => {
      matchByEmail();
      profile(teamsAnn);
      profile(slackAnn, { email: ' Ann@Contoso.COM ' });
    });

    it('is one human on both sides, in any case, once both were seen', async () => {
      assert.equal(await idOf(slackAnn), 'slack:T0HOME:UANN');
      assert.ok((await identify(cordon.context, teamsAnn)).aliases?.includes('slack:T0HOME:UANN'));
      assert.equal(await idOf(slackAnn), entra(1));
    });

    it('is not looked at, nor kept, where the policy does not ask for it', async () => {
      cordon.policy = parsePolicy(standardPolicy, 'policy.yaml');
      await idOf(teamsAnn);
      assert.equal(await idOf(slackAnn), 'slack:T0HOME:UANN');
      assert.deepEqual(await cordon.store.sharingEmail(entra(1)), []);
    });

    it('is not told where two Entra accounts have it', async () => {
      const other = { ...teamsAnn, user: objectId(2) };
      profile(other);
      await idOf(teamsAnn);
      await idOf(other);
      assert.equal(await idOf(slackAnn), 'slack:T0HOME:UANN');
      assert.deepEqual((await identify(cordon.context, teamsAnn)).aliases, [`teams:${teamsTenant}:${objectId(1)}`]);
    });

    for (const standing of ['guest', 'external', 'deactivated'] as const) {
      it(`bug 6: never makes a ${standing} account somebody, on either side`, async () => {
        await idOf(teamsAnn);
        profile(slackAnn, { standing });
        assert.equal(await idOf(slackAnn), 'slack:T0HOME:UANN');
        profile(slackAnn);
        assert.equal(await idOf(slackAnn), entra(1));
        profile(teamsAnn, { standing });
        await idOf(teamsAnn);
        assert.equal(await idOf(slackAnn), 'slack:T0HOME:UANN');
      });
    }

    it('is not told where an address is blank or missing', async () => {
      profile(teamsAnn, { email: ' ' });
      profile(slackAnn, { email: '' });
      await idOf(teamsAnn);
      assert.equal(await idOf(slackAnn), 'slack:T0HOME:UANN');
      cordon.slack.people.set('UANN', { account: slackAnn, name: 'ann', standing: 'member' });
      assert.equal(await idOf(slackAnn), 'slack:T0HOME:UANN');
    });

    it('lapses when the other account was not seen with it for a month', async () => {
      await idOf(teamsAnn);
      cordon.clock += 30 * day;
      assert.equal(await idOf(slackAnn), entra(1));
      cordon.clock += 1;
      assert.equal(await idOf(slackAnn), 'slack:T0HOME:UANN');
    });
  });

  describe('by the links of now, without asking a platform', () => {
    it('changes with the links and keeps name, account and standing', async () => {
      cordon.slack.fail = () => new PlatformError('later', 'slack_down', 'no answer');
      const stored = person('UANN', { name: 'Ann', standing: 'deactivated' });
      assert.deepEqual(await relink(cordon.context, stored), stored);
      await linkByCode('slack:T0HOME:UANN', entra(1));
      const after = await relink(cordon.context, stored);
      assert.deepEqual([after.id, after.name, after.standing], [entra(1), 'Ann', 'deactivated']);
      await cordon.store.unlink(await cordon.store.linksTo(entra(1)), nothing);
      assert.deepEqual(await relink(cordon.context, after), stored);
    });
  });
});
