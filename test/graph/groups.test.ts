import assert from 'node:assert/strict';
import crossFetch from 'cross-fetch';
import { startGraph, type GraphStandIn } from '../../sandbox/graph.js';
import { CordonError } from '../../src/errors.js';
import { createEntraGroups } from '../../src/graph/groups.js';
import type { GroupSource } from '../../src/policy/groups.js';

const tenant = '11111111-2222-4333-8444-555555555555';
const id = '66666666-7777-4888-9999-000000000000';
const ref = { kind: 'entra-group', tenant, id } as const;
const user = (count: number): string => `aaaaaaaa-0000-4000-8000-${String(count).padStart(12, '0')}`;

describe('Entra groups, from Microsoft Graph', () => {
  let graph: GraphStandIn;
  let groups: GroupSource;
  let valid: string;
  let asked: boolean[];
  let onToken: () => void;
  beforeEach(async () => {
    valid = 'token';
    asked = [];
    onToken = () => undefined;
    graph = await startGraph({ validToken: (token) => token === valid, pageSize: 2 });
    groups = createEntraGroups({
      baseUrl: graph.url,
      fetch: crossFetch,
      token: (force = false) => {
        asked.push(force);
        onToken();
        return Promise.resolve(force ? 'fresh' : 'token');
      },
      tenantId: tenant,
      userAgent: 'test',
    });
    graph.putGroup(id, [
      { id: user(1).toUpperCase(), type: 'user' },
      { id: user(2), type: 'user', accountEnabled: false },
      { id: user(3), type: 'group' },
      { id: user(4), type: 'device' },
      { id: user(5), type: 'user' },
    ]);
  });
  afterEach(() => graph.close());

  const members = (signal = new AbortController().signal): Promise<readonly string[]> => groups.members(ref, signal);
  const problem = async (code: string, text: RegExp): Promise<void> => {
    await assert.rejects(members(), (thrown) => {
      assert.ok(thrown instanceof CordonError);
      assert.equal(thrown.code, code);
      assert.match(thrown.userText ?? '', text);
      return true;
    });
  };

  it('lists over all pages the people whose accounts are enabled, and neither groups nor devices', async () => {
    assert.deepEqual(
      await members(),
      [1, 5].map((count) => `entra:${tenant}:${user(count)}`),
    );
    assert.equal(graph.calls.length, 3);
    assert.match(graph.calls[0] ?? '', /transitiveMembers\?\$select=id,accountEnabled&\$top=999$/);
  });

  it('asks for a new token once after a 401', async () => {
    valid = 'fresh';
    assert.equal((await members()).length, 2);
    assert.deepEqual(asked.slice(0, 2), [false, true]);
    valid = 'none';
    await problem('graph_http_401', /CORDON_GRAPH_SCOPE/);
  });

  it('names the permissions after a 403', async () => {
    graph.setPermissions([]);
    await problem('graph_http_403', /GroupMember\.Read\.All and User\.Read\.All.*docs\/entra\.md/);
  });

  it('counts nobody of whom Graph does not say whether the account is enabled', async () => {
    graph.setPermissions(['GroupMember.Read.All']);
    await problem('graph_hidden_accounts', /User\.Read\.All/);
  });

  it('says that a group is not there, that Graph is down, and that it does not answer', async () => {
    graph.fault({ kind: '404' });
    await problem('graph_http_404', /Entra has no group 66666666/);
    graph.fault({ kind: '503' });
    await problem('graph_http_503', /answers 503/);
    graph.fault({ kind: 'reset' });
    await problem('graph_unreachable', /does not answer/);
  });

  it('gives no part of a group when a later page fails', async () => {
    graph.putGroup(
      id,
      [1, 2, 3].map((count) => ({ id: user(count), type: 'user' as const })),
    );
    onToken = () => {
      if (asked.length === 2) graph.fault({ kind: '500' });
    };
    await problem('graph_http_500', /answers 500/);
    assert.equal(graph.calls.length, 2);
  });

  it('sends its token to no other host that a page names', async () => {
    graph.fault({ kind: 'elsewhere' });
    await problem('graph_unreadable', /another host/);
    assert.equal(graph.calls.length, 1);
  });

  it('ends after twenty pages', async () => {
    graph.putGroup(
      id,
      Array.from({ length: 41 }, (_, count) => ({ id: user(count), type: 'user' as const })),
    );
    await problem('graph_too_large', /more than 20 pages/);
  });

  it('ends with the signal', async () => {
    graph.fault({ kind: 'timeout' });
    const stop = new AbortController();
    const answer = members(stop.signal);
    stop.abort();
    await assert.rejects(answer, /graph_unreachable/);
  });

  it('does not ask about another tenant', async () => {
    const other = { ...ref, tenant: '22222222-2222-4333-8444-555555555555' };
    await assert.rejects(groups.members(other, new AbortController().signal), /belongs to the tenant 2222/);
    assert.deepEqual(graph.calls, []);
  });
});
