import assert from 'node:assert/strict';
import { attic, clientOf, errorOf, guest, incidents, leaver, lobby, mira, omar, partner, robot } from './support.js';
import { secret, section, startSlackBench, type SlackBench } from './support.js';

describe('Slack stand-in: Web API', () => {
  let bench: SlackBench;
  beforeEach(async () => {
    bench = await startSlackBench({ rateLimits: false });
  });
  afterEach(() => bench.slack.close());

  it('says whose token it is, with the scopes in the header', async () => {
    const answer = await bench.client.auth.test();
    assert.equal(answer.team_id, 'T0HOME');
    assert.equal(answer.user_id, 'U0CORDON');
    assert.ok(answer.response_metadata?.scopes?.includes('chat:write'));
  });

  it('refuses an unknown token, none, and the wrong kind', async () => {
    assert.equal(await errorOf(clientOf(bench.slack, 'xoxb-other').auth.test()), 'invalid_auth');
    const { error } = (await (await fetch(`${bench.slack.apiUrl}auth.test`, { method: 'POST' })).json()) as {
      error: string;
    };
    assert.equal(error, 'not_authed');
    assert.equal(await errorOf(bench.client.apps.connections.open()), 'not_allowed_token_type');
    assert.equal(await errorOf(bench.client.apiCall('chat.nonsense')), 'unknown_method');
  });

  it('names the scope that a token lacks', async () => {
    const poor = await startSlackBench({ tokens: { 'xoxb-poor': ['chat:write'] } });
    const thrown: unknown = await poor.client.users.info({ user: mira.id }).catch((error: unknown) => error);
    const { data } = thrown as { data: Record<string, unknown> };
    assert.deepEqual([data.error, data.needed, data.provided], ['missing_scope', 'users:read', 'chat:write']);
    assert.equal(await errorOf(poor.client.conversations.info({ channel: secret.id })), 'missing_scope');
    await poor.slack.close();
  });

  it('keeps messages and threads, and marks a root once it has a reply', async () => {
    const root = await bench.client.chat.postMessage({
      channel: incidents.id,
      text: 'root',
      blocks: [section('root')],
    });
    await bench.client.chat.postMessage({ channel: incidents.id, text: 'other' });
    const reply = await bench.client.chat.postMessage({ channel: incidents.id, text: 'reply', thread_ts: root.ts! });
    const thread = bench.slack.thread(incidents.id, root.ts!);
    assert.deepEqual(
      thread.map(({ message }) => message.text),
      ['root', 'reply'],
    );
    assert.equal(thread[0]?.message.thread_ts, root.ts);
    assert.equal(thread[0]?.message.reply_count, 1);
    assert.equal(typeof thread[0].message.blocks?.[0]?.block_id, 'string');
    assert.equal(bench.slack.messages(incidents.id).length, 3);
    assert.ok(reply.ts! > root.ts!);
  });

  it('posts only where Slack would let the bot post', async () => {
    const post = (channel: string, over = {}): Promise<string> =>
      errorOf(bench.client.chat.postMessage({ channel, text: 'x', ...over }));
    assert.equal(await post(lobby.id), 'not_in_channel');
    assert.equal(await post(secret.id), 'channel_not_found');
    assert.equal(await post('C0NOWHERE'), 'channel_not_found');
    assert.equal(await post(attic.id), 'is_archived');
    assert.equal(await post(incidents.id, { thread_ts: '1.000001' }), 'thread_not_found');
    assert.equal(await post(incidents.id, { text: '' }), 'no_text');
    assert.equal(await post(incidents.id, { text: 'x'.repeat(40_001) }), 'msg_too_long');
    assert.deepEqual(bench.slack.messages(incidents.id), []);
  });

  it('bug 17: refuses to edit a message that is gone, is not the bot’s, or is in an archived channel', async () => {
    const { ts } = await bench.client.chat.postMessage({ channel: incidents.id, text: 'before' });
    await bench.client.chat.update({ channel: incidents.id, ts: ts!, text: 'after' });
    assert.equal(bench.slack.messages(incidents.id)[0]?.message.text, 'after');
    bench.slack.putChannel({ ...incidents, is_archived: true });
    assert.equal(await errorOf(bench.client.chat.update({ channel: incidents.id, ts: ts!, text: 'x' })), 'is_inactive');
    bench.slack.putChannel(incidents);
    bench.slack.deleteMessage(incidents.id, ts!);
    assert.equal(
      await errorOf(bench.client.chat.update({ channel: incidents.id, ts: ts!, text: 'x' })),
      'message_not_found',
    );
    const said = bench.slack.workspace.postAsUser(incidents, mira, { text: 'mine' });
    assert.equal(
      await errorOf(bench.client.chat.update({ channel: incidents.id, ts: said.message.ts, text: 'x' })),
      'cant_update_message',
    );
  });

  it('shows an ephemeral message to one member of the channel alone', async () => {
    await bench.client.chat.postEphemeral({ channel: incidents.id, user: mira.id, text: 'psst' });
    assert.deepEqual(
      bench.slack.ephemerals(mira.id).map(({ message }) => message.text),
      ['psst'],
    );
    assert.deepEqual(bench.slack.messages(incidents.id), []);
    const toStranger = bench.client.chat.postEphemeral({ channel: incidents.id, user: guest.id, text: 'psst' });
    assert.equal(await errorOf(toStranger), 'user_not_in_channel');
  });

  it('opens one conversation per person, and none with bots, leavers and nobody', async () => {
    const open = (users: string): ReturnType<SlackBench['client']['conversations']['open']> =>
      bench.client.conversations.open({ users });
    const first = await open(mira.id);
    assert.equal((await open(mira.id)).channel?.id, first.channel?.id);
    await bench.client.chat.postMessage({ channel: first.channel!.id!, text: 'hello' });
    await bench.client.chat.postMessage({ channel: mira.id, text: 'again' });
    assert.deepEqual(
      bench.slack.dm(mira.id).map(({ message }) => message.text),
      ['hello', 'again'],
    );
    assert.equal(await errorOf(open(robot.id)), 'cannot_dm_bot');
    assert.equal(await errorOf(open(leaver.id)), 'user_disabled');
    assert.equal(await errorOf(open('U0NOBODY')), 'user_not_found');
  });

  it('tells members, guests, bots, leavers and people of another organisation apart', async () => {
    const info = async (user: string): Promise<Record<string, unknown>> => ({
      ...(await bench.client.users.info({ user })).user,
    });
    assert.equal((await info(mira.id)).is_restricted, false);
    assert.equal((await info(guest.id)).is_restricted, true);
    assert.equal((await info(robot.id)).is_bot, true);
    assert.equal((await info(leaver.id)).deleted, true);
    const { team_id, is_stranger } = await info(partner.id);
    assert.deepEqual([team_id, is_stranger], ['T0OTHER', true]);
    bench.slack.putUser({ ...omar, deleted: true });
    assert.equal((await info(omar.id)).deleted, true);
    assert.equal(await errorOf(bench.client.users.info({ user: 'U0NOBODY' })), 'user_not_found');
  });

  it('describes channels, and gives permalinks', async () => {
    const { channel } = await bench.client.conversations.info({ channel: incidents.id });
    assert.equal(channel?.is_member, true);
    assert.equal(channel.is_ext_shared, true);
    const { ts } = await bench.client.chat.postMessage({ channel: incidents.id, text: 'x' });
    const { permalink } = await bench.client.chat.getPermalink({ channel: incidents.id, message_ts: ts! });
    assert.equal(permalink, `https://contoso.slack.com/archives/${incidents.id}/p${ts!.replace('.', '')}`);
  });

  it('tells a listener of everything that is posted, changed, whispered and deleted', async () => {
    const seen: string[] = [];
    const stop = bench.slack.onMessage(({ what, stored }) => seen.push(`${what} ${stored.message.text}`));
    const { ts } = await bench.client.chat.postMessage({ channel: incidents.id, text: 'one' });
    await bench.client.chat.update({ channel: incidents.id, ts: ts!, text: 'two' });
    await bench.client.chat.postEphemeral({ channel: incidents.id, user: mira.id, text: 'three' });
    await bench.client.chat.delete({ channel: incidents.id, ts: ts! });
    stop();
    await bench.client.chat.postMessage({ channel: incidents.id, text: 'four' });
    assert.deepEqual(seen, ['posted one', 'updated two', 'ephemeral three', 'deleted two']);
  });
});
