import assert from 'node:assert/strict';
import { WebClient } from '@slack/web-api';
import { createSlackGroups } from '../../../adapters/slack/groups.js';
import { createHome } from '../../../adapters/slack/look-up.js';
import { startSlack, type SlackStandIn } from '../../../sandbox/slack.js';
import { CordonError } from '../../../src/errors.js';

const ref = { kind: 'slack-group', tenant: 'T0HOME', id: 'S0LEADS' } as const;

describe("Slack's user groups", () => {
  let slack: SlackStandIn;
  afterEach(() => slack.close());

  const start = async (scopes = ['usergroups:read']): Promise<void> => {
    slack = await startSlack({ now: Date.now, users: [], channels: [], tokens: { 'xoxb-test': scopes } });
    slack.putGroup({ id: 'S0LEADS', users: ['U1', 'W2'], disabled: false });
  };
  const members = (over: Partial<typeof ref> | { tenant?: string; id?: string } = {}): Promise<readonly string[]> => {
    const client = new WebClient('xoxb-test', {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    });
    return createSlackGroups(client, createHome(client)).members({ ...ref, ...over }, new AbortController().signal);
  };
  const says = (text: RegExp) => (thrown: unknown) =>
    thrown instanceof CordonError && text.test(thrown.userText ?? '') ? true : assert.fail(String(thrown));

  it('are listed with ids as the policy writes them', async () => {
    await start();
    assert.deepEqual(await members(), ['slack:T0HOME:U1', 'slack:T0HOME:W2']);
  });

  it('have no members once they are disabled or deleted: the text says what to do', async () => {
    await start();
    slack.putGroup({ id: 'S0LEADS', users: ['U1'], disabled: true });
    await assert.rejects(members(), says(/no user group S0LEADS, or it is disabled: enable it in Slack/));
    await assert.rejects(members({ id: 'S0GONE' }), says(/no user group S0GONE/));
  });

  it('cannot be read without the scope, which the text names', async () => {
    await start([]);
    await assert.rejects(members(), says(/usergroups:read.*manifest/));
  });

  it('of another workspace are not asked for', async () => {
    await start();
    await assert.rejects(members({ tenant: 'T0OTHER' }), says(/belongs to the workspace T0OTHER.*T0HOME/));
    assert.deepEqual(
      slack.calls.map(({ method }) => method),
      ['auth.test'],
    );
  });

  it('are not known where Slack is down, refuses or answers nonsense', async () => {
    await start();
    slack.fault({ operation: 'usergroups.users.list', kind: '503' });
    await assert.rejects(members(), CordonError);
    slack.fault({ operation: 'usergroups.users.list', kind: '429', retryAfter: 30 });
    await assert.rejects(members(), says(/asked too often/));
    slack.putGroup({ id: 'S0LEADS', users: ['somebody'], disabled: false });
    await assert.rejects(members(), says(/list of people/));
  });
});
