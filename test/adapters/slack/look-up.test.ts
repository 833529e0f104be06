import assert from 'node:assert/strict';
import type { Account } from '../../../src/people/person.js';
import { type Rig, startRig } from './support.js';
import { ok, refuse } from './web-api.js';

const account: Account = { platform: 'slack', tenant: 'T0HOME', user: 'U0ALICE' };

function profile(over: object = {}): object {
  return {
    id: 'U0ALICE',
    team_id: 'T0HOME',
    name: 'alice.a',
    real_name: 'Alice Adams',
    deleted: false,
    is_bot: false,
    is_restricted: false,
    is_ultra_restricted: false,
    profile: { display_name: 'alice', real_name: 'Alice Adams' },
    ...over,
  };
}

describe('Who a Slack account is', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(() => rig.close());

  function describeAs(over: object = {}): void {
    rig.api.answers['users.info'] = () => ok({ user: profile(over) });
  }
  const lookUp = (who: Account = account): ReturnType<typeof rig.adapter.platform.lookUp> =>
    rig.adapter.platform.lookUp(who);

  it('a member, by display name', async () => {
    describeAs({ profile: { display_name: 'alice', email: 'alice@contoso.com' } });
    assert.deepEqual(await lookUp(), { account, name: 'alice', standing: 'member', email: 'alice@contoso.com' });
  });

  it('the real name where there is no display name', async () => {
    describeAs({ profile: { display_name: '', real_name: 'Alice Adams' } });
    assert.equal((await lookUp()).name, 'Alice Adams');
  });

  const standings: [string, object, string][] = [
    ['a single-channel guest', { is_ultra_restricted: true, is_restricted: true }, 'guest'],
    ['a multi-channel guest', { is_restricted: true }, 'guest'],
    ['an app', { is_bot: true }, 'bot'],
    ['a workflow', { is_workflow_bot: true }, 'bot'],
    ['bug 20: a deactivated approver’s vote counts', { deleted: true }, 'deactivated'],
    ['somebody of another team', { team_id: 'T0OTHER' }, 'external'],
    ['a stranger of Slack Connect', { is_stranger: true }, 'external'],
  ];
  for (const [name, over, standing] of standings) {
    it(`${name}: ${standing}`, async () => {
      describeAs(over);
      assert.equal((await lookUp()).standing, standing);
    });
  }

  it('somebody who acted from another workspace is external, whatever users.info says of the id', async () => {
    describeAs();
    assert.equal((await lookUp({ ...account, tenant: 'T0OTHER' })).standing, 'external');
  });

  it('an unknown id of another workspace is external', async () => {
    rig.api.answers['users.info'] = () => refuse('user_not_found');
    assert.equal((await lookUp({ ...account, tenant: 'T0OTHER' })).standing, 'external');
  });

  it('an unknown id of the own workspace is nobody', async () => {
    rig.api.answers['users.info'] = () => refuse('user_not_found');
    await assert.rejects(lookUp(), { kind: 'gone', code: 'slack_user_not_found' });
  });

  it('bug 6: the requester approves their own request through a second workspace of the organisation', async () => {
    rig.api.answers['auth.test'] = () => ok({ team_id: 'T0HOME', enterprise_id: 'E0ORG' });
    describeAs({ enterprise_user: { enterprise_id: 'E0ORG' } });
    const here = await lookUp();
    const there = await lookUp({ ...account, tenant: 'T0SECOND' });
    assert.equal(here.standing, 'member');
    assert.equal(there.standing, 'member');
    assert.deepEqual(there.account, here.account);
  });

  it('throws when Slack does not say enough', async () => {
    describeAs({ team_id: undefined });
    await assert.rejects(lookUp(), { kind: 'later', code: 'slack_unclear' });
  });

  it('throws when Slack describes somebody else', async () => {
    describeAs({ id: 'U0MALLORY' });
    await assert.rejects(lookUp(), { code: 'slack_unclear' });
  });

  it('throws when Slack is out of order, and asks again the next time', async () => {
    describeAs();
    rig.api.answers['auth.test'] = () => ({ status: 503, body: '' });
    await assert.rejects(lookUp(), { kind: 'later' });
    rig.api.answers['auth.test'] = () => ok({ team_id: 'T0HOME' });
    assert.equal((await lookUp()).standing, 'member');
    await lookUp();
    assert.equal(rig.api.of('auth.test').length, 2);
  });
});
