import assert from 'node:assert/strict';
import { bothPlatforms, objectIds, teamsConversations, teamsIds, teamsPeople } from '../../../sandbox/cast.js';
import { sandboxTenantId } from '../../../sandbox/entra.js';
import { parsePolicy } from '../../../src/policy/load.js';

describe('the cast of both platforms', () => {
  it('has a policy that names the same leads in Slack and in Teams, and shows every request in both', () => {
    const policy = parsePolicy(bothPlatforms, 'policy.yaml');
    assert.deepEqual(policy.groups.get('soc-leads'), [
      'slack:T0HOME:U0BOB',
      'slack:T0HOME:U0CAROL',
      `entra:${sandboxTenantId}:${objectIds.bob}`,
      `entra:${sandboxTenantId}:${objectIds.carol}`,
    ]);
    assert.deepEqual(policy.rules[0]?.announce, {
      origin: true,
      approvers: false,
      channels: [
        { platform: 'slack', conversation: 'C0APPROVE' },
        { platform: 'teams', conversation: teamsIds.approvals },
      ],
    });
  });

  it('has conversations of people who exist, with ids that nobody shares', () => {
    const known = teamsPeople.map(({ aadObjectId }) => aadObjectId);
    for (const { members } of teamsConversations)
      assert.deepEqual(
        members.filter((id) => !known.includes(id)),
        [],
      );
    assert.equal(new Set(teamsPeople.map(({ id }) => id)).size, teamsPeople.length);
    assert.equal(new Set(teamsConversations.map(({ id }) => id)).size, teamsConversations.length);
  });
});
