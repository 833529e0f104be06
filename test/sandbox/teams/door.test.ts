import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Agent } from 'node:https';
import { CloudAdapter, ConfigurationBotFrameworkAuthentication, type TurnContext } from 'botbuilder';
import express from 'express';
import sinon from 'sinon';
import { listenOnLoopback } from '../../../sandbox/loopback.js';
import { createTeamsDoor, type TeamsDoor } from '../../../sandbox/teams/door.js';
import { Credentials, Factory } from './bot.js';
import { card, lobby, objectIds, startTeamsBench, teamsIds, text, type TeamsBench } from './support.js';

describe('Teams door, into the real CloudAdapter', () => {
  let bench: TeamsBench;
  let door: TeamsDoor;
  let heard: TurnContext['activity'][];
  let answer: (turn: TurnContext) => Promise<unknown>;
  let close: () => Promise<void>;
  beforeEach(async () => {
    bench = await startTeamsBench({ now: Date.now });
    const { settings, appId } = bench.teams;
    const agent = new Agent({ ca: bench.entra.caPem });
    const factory = new Factory(appId, new Credentials(settings, agent));
    const adapter = new CloudAdapter(new ConfigurationBotFrameworkAuthentication(settings, factory));
    adapter.onTurnError = (_turn, error) => Promise.reject(error);
    heard = [];
    answer = () => Promise.resolve();
    const app = express();
    app.post('/api/messages', express.json(), (incoming, response) => {
      adapter
        .process(incoming, response, async (turn) => {
          heard.push(turn.activity);
          await answer(turn);
        })
        .catch(() => {
          if (!response.headersSent) response.status(500).end();
        });
    });
    const server = await listenOnLoopback(createServer(app));
    door = createTeamsDoor({ teams: bench.teams, url: `http://127.0.0.1:${server.port}/api/messages`, fetch });
    close = async () => {
      agent.destroy();
      await server.close();
      await bench.close();
    };
  });
  afterEach(async () => {
    sinon.restore();
    await close();
  });

  it('brings a mention with a token that the SDK believes, and the SDK’s reply back into the thread', async () => {
    answer = (turn) => turn.sendActivity('answer');
    const sent = await door.say({ user: objectIds.alice, conversation: teamsIds.incident, text: 'status <b> & more' });
    assert.equal(sent.status, 200);
    const [question, reply] = bench.teams.messages(teamsIds.incident);
    assert.equal(question?.from, objectIds.alice);
    assert.equal(reply?.root, question.id);
    assert.equal(reply.activity.text, 'answer');
    const [activity] = heard;
    assert.equal(activity?.text, '<at>Cordon</at>&nbsp;status &lt;b&gt; &amp; more');
    assert.equal(activity.from.aadObjectId, objectIds.alice);
    assert.equal(activity.conversation.id, `${teamsIds.incident};messageid=${question.id}`);
    assert.equal(activity.entities?.[0]?.type, 'mention');
    assert.match(String(activity.attachments?.[0]?.content), /^<p><span .*Cordon<\/span>&nbsp;status/);
    assert.equal(bench.teams.calls[0]?.status, 201);
  });

  it('brings what is said in a thread, in a group chat and to the bot alone', async () => {
    const root = await bench.post(teamsIds.incident, text('root'));
    await door.say({ user: objectIds.bob, conversation: teamsIds.incident, thread: root, text: 'help' });
    await door.say({ user: objectIds.bob, conversation: teamsIds.warRoom, text: 'two\nlines' });
    await door.say({ user: objectIds.bob, conversation: 'personal', text: 'help' });
    assert.deepEqual(
      heard.map(({ conversation, text: words }) => [conversation.conversationType, words]),
      [
        ['channel', '<at>Cordon</at>&nbsp;help'],
        ['groupChat', '<p><at>Cordon</at>&nbsp;two</p><p>lines</p>'],
        ['personal', 'help'],
      ],
    );
    assert.equal(heard[0]?.conversation.id, `${teamsIds.incident};messageid=${root}`);
    assert.equal(bench.teams.personal(objectIds.bob).length, 1);
  });

  it('brings a slash command, which nobody but its author sees', async () => {
    await door.say({ user: objectIds.alice, conversation: teamsIds.incident, text: 'restrict x y', slash: true });
    const [activity] = heard;
    assert.equal(activity?.text, 'restrict x y');
    assert.deepEqual(activity.recipient, { id: `28:${bench.teams.appId}`, name: 'Cordon', isTargeted: true });
    assert.equal(bench.teams.messages(teamsIds.incident)[0]?.targetedTo, objectIds.alice);
  });

  it('presses a button with its data, of the card as it is now, and hands back the invoke’s answer', async () => {
    answer = (turn) => turn.sendActivity({ type: 'invokeResponse', value: { status: 200, body: { ok: 'seen' } } });
    const id = await bench.post(teamsIds.incident, card());
    const message = bench.teams.chats.find(id);
    const sent = await door.press({ user: objectIds.bob, message: message!, title: 'Approve' });
    assert.deepEqual([sent.status, sent.body], [200, { ok: 'seen' }]);
    const [activity] = heard;
    assert.deepEqual([activity?.type, activity?.name, activity?.replyToId], ['invoke', 'adaptiveCard/action', id]);
    assert.deepEqual(activity?.value, {
      action: { type: 'Action.Execute', title: 'Approve', verb: 'press', data: { token: 'yes' } },
      trigger: 'manual',
    });
    await bench.call('PUT', `${encodeURIComponent(teamsIds.incident)}/activities/${id}`, card({ actions: [] }));
    const late = door.press({ user: objectIds.bob, message: message!, title: 'Approve' });
    await assert.rejects(late, /there are: none/);
  });

  it('asks for the reason that the card requires before it sends anything', async () => {
    const id = await bench.post(teamsIds.incident, card());
    const press = { user: objectIds.bob, message: bench.teams.chats.find(id)!, title: 'Deny it' };
    await assert.rejects(door.press(press), /reason: Say why\./);
    await assert.rejects(door.press({ ...press, inputs: { approver: 'alice' } }), /no input approver/);
    assert.equal(heard.length, 0);
    await door.press({ ...press, inputs: { reason: 'wrong device' } });
    const { action } = heard[0]?.value as { action: { data: unknown } };
    assert.deepEqual(action.data, { token: 'no', reason: 'wrong device' });
  });

  it('lets nobody do what their client could not: unseen messages, foreign conversations, a bot that is not there', async () => {
    const { teams } = bench;
    const recipient = { id: teams.chats.user(objectIds.alice).id };
    const id = await bench.post(teamsIds.incident, { ...card(), recipient }, '?isTargetedActivity=true');
    const press = { message: teams.chats.find(id)!, title: 'Approve' };
    await assert.rejects(door.press({ ...press, user: objectIds.bob }), /sees no message/);
    await assert.rejects(door.press({ ...press, user: objectIds.mallory }), /not in inc-4711/);
    const away = door.say({ user: objectIds.alice, conversation: lobby.id, text: 'help' });
    await assert.rejects(away, /not in Lobby/);
    assert.equal((await door.press({ ...press, user: objectIds.alice })).status, 501);
  });

  it('adds and removes the app, for a channel and for a person', async () => {
    await door.install({ user: objectIds.alice, conversation: lobby.id });
    assert.deepEqual(
      heard.map(({ type, action }) => [type, action]),
      [
        ['installationUpdate', 'add'],
        ['conversationUpdate', undefined],
      ],
    );
    assert.deepEqual(heard[1]?.membersAdded, [{ id: `28:${bench.teams.appId}` }]);
    await bench.post(lobby.id, text('hello'));
    await door.uninstall({ user: objectIds.alice, conversation: 'personal' });
    const body = { members: [{ id: objectIds.alice }], tenantId: bench.teams.tenantId };
    assert.equal((await bench.call('POST', '', body)).code, 'BotNotInConversationRoster');
  });

  it('withholds the bot’s own token when told to, and gives it afterwards', async () => {
    answer = (turn) => turn.sendActivity('answer');
    bench.teams.fault({ kind: '503', operation: 'token' });
    const help = { user: objectIds.alice, conversation: 'personal', text: 'help' };
    assert.equal((await door.say(help)).status, 500);
    assert.equal((await door.say(help)).status, 200);
    assert.equal(bench.teams.calls.length, 1);
  });

  it('bug 5: shows the SDK no activity under a missing, foreign, expired or forged token', async () => {
    sinon.stub(console, 'error');
    const activity = { type: 'message', channelId: 'msteams', serviceUrl: bench.teams.serviceUrl, text: 'x' };
    const tokens = [
      null,
      await bench.teams.token({ aud: 'another app' }),
      await bench.teams.token({ iss: 'https://elsewhere.example' }),
      await bench.teams.token({ serviceurl: 'https://elsewhere.example' }),
      await bench.teams.token({ exp: 1 }),
      await bench.teams.token({}, { alg: 'none' }),
      await bench.teams.token({}, { kid: 'unknown' }),
    ];
    for (const token of tokens) {
      const { status } = await door.activity(activity, token);
      assert.ok(status === 401 || status === 500, String(status));
    }
    assert.deepEqual(heard, []);
    assert.equal((await door.activity(activity)).status, 200);
  });
});
