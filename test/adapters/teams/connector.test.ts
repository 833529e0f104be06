import assert from 'node:assert/strict';
import crossFetch from 'cross-fetch';
import { createConnector, type Connector } from '../../../adapters/teams/connector.js';
import { render } from '../../../adapters/teams/render/content.js';
import { appId, channel } from './activities.js';
import { type ConnectorServer, refuse, startConnector } from './connector-server.js';

const content = render({ kind: 'note', note: { tone: 'neutral', lines: [['hello']] } });

describe('The connector of the Bot Framework', () => {
  let server: ConnectorServer;
  let connector: Connector;
  let asked: boolean[];
  beforeEach(async () => {
    server = await startConnector();
    asked = [];
    connector = createConnector({
      fetch: crossFetch,
      token: (fresh) => {
        asked.push(fresh);
        return Promise.resolve(fresh ? 'fresh' : 'kept');
      },
      appId,
      timeoutMs: 300,
      now: () => Date.UTC(2026, 10, 24),
    });
  });
  afterEach(() => server.close());

  const where = (conversation: string) => ({ serviceUrl: server.serviceUrl, conversation });
  const thread = `${channel};messageid=1732400000000`;

  it('posts to a thread, with the conversation’s id encoded once, as the bot, with its token', async () => {
    assert.equal(await connector.send(where(thread), content), '1732406461000');
    const [call] = server.calls;
    assert.equal(call?.method, 'POST');
    assert.equal(call.path, `v3/conversations/${encodeURIComponent(thread)}/activities`);
    assert.equal(call.authorization, 'Bearer kept');
    assert.deepEqual(call.body['from'], { id: `28:${appId}`, name: 'Cordon' });
    assert.equal(call.body['type'], 'message');
    assert.equal(call.body['summary'], 'hello');
  });

  it('marks a targeted message in the query and names its one reader', async () => {
    await connector.send(where(channel), content, '29:1alice');
    assert.match(server.calls[0]?.path ?? '', /activities\?isTargetedActivity=true$/);
    assert.deepEqual(server.calls[0]?.body['recipient'], { id: '29:1alice' });
  });

  it('updates an activity in place', async () => {
    await connector.update(where(thread), '173', content);
    assert.equal(server.calls[0]?.method, 'PUT');
    assert.equal(server.calls[0].path, `v3/conversations/${encodeURIComponent(thread)}/activities/173`);
  });

  it('opens the one-to-one conversation with a person', async () => {
    server.answer = () => ({ status: 201, body: { id: 'a:1x' } });
    assert.equal(await connector.openPersonal(server.serviceUrl, 'tenant', '29:1bob'), 'a:1x');
    assert.deepEqual(server.calls[0]?.body, {
      isGroup: false,
      bot: { id: `28:${appId}`, name: 'Cordon' },
      members: [{ id: '29:1bob' }],
      tenantId: 'tenant',
      channelData: { tenant: { id: 'tenant' } },
    });
  });

  it('tries a 401 once more with a fresh token, and no more than once (bug 12)', async () => {
    server.answer = ({ authorization }) => (authorization === 'Bearer fresh' ? {} : refuse(401, 'Unauthorized'));
    await connector.send(where(channel), content);
    assert.deepEqual(asked, [false, true]);
    server.answer = () => refuse(401, 'Unauthorized');
    await assert.rejects(connector.send(where(channel), content), { kind: 'credentials', code: 'teams_unauthorized' });
    assert.equal(server.calls.length, 4);
  });

  const once: [string, ConnectorServer['answer'], object][] = [
    ['a 500', () => ({ status: 500, body: 'oops' }), { kind: 'later', code: 'teams_http_500', unsure: false }],
    [
      'a 429',
      () => ({ ...refuse(429, 'TooMany'), headers: { 'retry-after': '7' } }),
      { kind: 'later', retryAfterMs: 7_000 },
    ],
    ['a 504', () => ({ status: 504, body: 'late' }), { kind: 'later', code: 'teams_http_504', unsure: true }],
    ['a cut connection', () => ({ cut: true }), { kind: 'later', code: 'teams_unreachable', unsure: true }],
    ['silence', () => ({ silent: true }), { kind: 'later', code: 'teams_unreachable', unsure: true }],
    ['a redirect', () => ({ status: 307, headers: { location: 'http://127.0.0.1:1/' } }), { kind: 'refused' }],
  ];
  for (const [what, answer, expected] of once) {
    it(`calls once after ${what}: a message whose answer was lost may be there already`, async () => {
      server.answer = answer;
      await assert.rejects(connector.send(where(channel), content), expected);
      assert.equal(server.calls.length, 1);
    });
  }

  it('never sends again because of an odd answer to a message that was taken', async () => {
    for (const body of ['', 'no json', '{}', { id: 7 }]) {
      server.answer = () => ({ body });
      await assert.rejects(connector.send(where(channel), content), { kind: 'refused', code: 'teams_unreadable' });
    }
  });

  it('gives its token to no service URL that is not https, but for loopback', async () => {
    for (const serviceUrl of [
      'http://smba.example.com/teams/',
      'ftp://x/',
      'nonsense',
      'http://127.0.0.1.example.com/',
    ]) {
      await assert.rejects(connector.send({ serviceUrl, conversation: channel }, content), {
        code: 'teams_untrusted_service_url',
      });
    }
    assert.deepEqual(asked, []);
  });

  it('sends no token where nobody is authenticated', async () => {
    const open = createConnector({
      fetch: crossFetch,
      token: undefined,
      appId: undefined,
      timeoutMs: 300,
      now: () => 0,
    });
    await open.send(where(channel), content);
    assert.equal(server.calls[0]?.authorization, undefined);
  });
});
