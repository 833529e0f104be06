import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { App, HTTPReceiver, isValidSlackRequest, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { listenOnLoopback } from '../../../sandbox/loopback.js';
import { asTyped, createSlackDoor, createSocketDoor, type SlackDoor } from '../../../sandbox/slack/door.js';
import { slackSignature } from '../../../sandbox/slack/senders.js';
import { button, incidents, lobby, mira, noon, omar, partner, section, startSlackBench } from './support.js';
import type { SlackBench } from './support.js';

const signingSecret = 'sandbox-signing-secret';

/** A small app of the real Bolt, which writes down what it was told. */
function listenerApp(bench: SlackBench, receiver: HTTPReceiver | SocketModeReceiver): { app: App; heard: unknown[] } {
  const heard: unknown[] = [];
  const app = new App({
    token: bench.slack.botToken,
    receiver,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: bench.slack.apiUrl },
  });
  app.command('/restrict', async ({ command, ack, respond }) => {
    await ack();
    heard.push(['command', command.user_id, command.channel_name, command.text]);
    await respond('seen');
  });
  app.event('app_mention', async ({ event, say }) => {
    heard.push(['mention', event.user, event.text, event.thread_ts]);
    await say({ text: 'answer', thread_ts: event.ts });
  });
  app.message(async ({ message }) => {
    await Promise.resolve();
    heard.push(['message', message.channel_type, 'text' in message ? message.text : undefined]);
  });
  app.action({ type: 'block_actions', action_id: 'deny' }, async ({ body, ack, client }) => {
    await ack();
    const [action] = body.actions;
    heard.push(['press', body.user.id, body.user.team_id, action?.type === 'button' ? action.value : undefined]);
    await client.views.open({
      trigger_id: body.trigger_id,
      view: {
        type: 'modal',
        callback_id: 'reason',
        title: { type: 'plain_text', text: 'Deny' },
        submit: { type: 'plain_text', text: 'Deny' },
        private_metadata: 'meta',
        blocks: [
          {
            type: 'input',
            block_id: 'why',
            label: { type: 'plain_text', text: 'Why?' },
            element: { type: 'plain_text_input', action_id: 'text' },
          },
        ],
      },
    });
  });
  app.view('reason', async ({ view, ack }) => {
    const why = view.state.values.why?.text?.value;
    heard.push(['submitted', view.private_metadata, why]);
    if (why === '-') await ack({ response_action: 'errors', errors: { why: 'Say more.' } });
    else await ack();
  });
  app.shortcut('restrict_from_message', async ({ shortcut, ack }) => {
    await ack();
    heard.push(['shortcut', shortcut.type, 'message' in shortcut ? shortcut.message.text : undefined]);
  });
  return { app, heard };
}

function describeDoor(
  how: string,
  open: (bench: SlackBench) => Promise<{ door: SlackDoor; heard: unknown[]; close(): Promise<unknown> }>,
): void {
  describe(`Slack door ${how}, into the real Bolt`, () => {
    let bench: SlackBench;
    let opened: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      bench = await startSlackBench({ now: Date.now, rateLimits: false });
      opened = await open(bench);
    });
    afterEach(async () => {
      await opened.close();
      await bench.slack.close();
    });

    const card = async (): Promise<void> => {
      const elements = [button('Approve'), button('Deny')];
      const blocks = [section('Restrict laptop-7?'), { type: 'actions' as const, elements }];
      await bench.client.chat.postMessage({ channel: incidents.id, text: 'Restrict laptop-7?', blocks });
    };
    /** Bolt acknowledges an event before it has worked on it. */
    const until = async (done: () => boolean): Promise<void> => {
      while (!done()) await new Promise((resolve) => setImmediate(resolve));
    };

    it('brings a slash command, and its answer back through the response_url, even where the bot is no member', async () => {
      const said = { user: mira.id, channel: lobby.id, command: '/restrict', text: 'laptop-7 Incident 7' };
      assert.equal((await opened.door.slashCommand(said)).status, 200);
      assert.deepEqual(opened.heard, [['command', mira.id, lobby.name, 'laptop-7 Incident 7']]);
      await until(() => bench.slack.ephemerals(mira.id).length > 0);
      assert.equal(bench.slack.ephemerals(mira.id)[0]?.message.text, 'seen');
    });

    it('brings mentions, which are messages of the channel too, and direct messages', async () => {
      await opened.door.mention({ user: omar.id, channel: incidents.id, text: 'status' });
      await until(() => bench.slack.messages(incidents.id).length === 2);
      await opened.door.directMessage({ user: omar.id, text: 'help' });
      await until(() => opened.heard.length === 2);
      assert.deepEqual(opened.heard, [
        ['mention', omar.id, '<@U0CORDON> status', undefined],
        ['message', 'im', 'help'],
      ]);
      const [question, answer] = bench.slack.messages(incidents.id);
      assert.equal(answer?.message.thread_ts, question?.message.ts);
      assert.equal(bench.slack.dm(omar.id).length, 1);
    });

    it('brings a pressed button with the presser’s own team, then the modal that it opened, until it is accepted', async () => {
      await card();
      const [message] = bench.slack.messages(incidents.id);
      await opened.door.press({ user: partner.id, message: message!, label: 'Deny' });
      await until(() => bench.slack.openViews(partner.id).length > 0);
      const [view] = bench.slack.openViews(partner.id);
      const unasked = opened.door.submitView({ user: partner.id, view: view!, values: { approver: 'U0MIRA' } });
      await assert.rejects(unasked, /no field approver/);
      await opened.door.submitView({ user: partner.id, view: view!, values: { text: '-' } });
      assert.equal(bench.slack.openViews(partner.id).length, 1);
      await opened.door.submitView({ user: partner.id, view: view!, values: { why: 'wrong device' } });
      assert.deepEqual(bench.slack.openViews(partner.id), []);
      assert.deepEqual(opened.heard, [
        ['press', partner.id, 'T0OTHER', 'token-Deny'],
        ['submitted', 'meta', '-'],
        ['submitted', 'meta', 'wrong device'],
      ]);
    });

    it('brings a message shortcut with the message', async () => {
      await card();
      const [message] = bench.slack.messages(incidents.id);
      await opened.door.messageShortcut({ user: mira.id, message: message!, callbackId: 'restrict_from_message' });
      assert.deepEqual(opened.heard, [['shortcut', 'message_action', 'Restrict laptop-7?']]);
    });

    it('bug 16: delivers the very same event again', async () => {
      const first = await opened.door.mention({ user: mira.id, channel: incidents.id, text: 'status' });
      const second = await first.again({ attempt: 1, reason: 'http_timeout' });
      await until(() => opened.heard.length === 2);
      assert.equal(second.payload.event_id, first.payload.event_id);
      assert.equal(bench.slack.messages(incidents.id).filter(({ message }) => message.user === mira.id).length, 1);
    });

    it('cannot press what is not there, or speak to a bot that is not in the channel', async () => {
      await card();
      const [message] = bench.slack.messages(incidents.id);
      await assert.rejects(opened.door.press({ user: mira.id, message: message!, label: 'Explode' }), /Approve, Deny/);
      await assert.rejects(opened.door.mention({ user: mira.id, channel: lobby.id, text: 'status' }), /not in C0LOBBY/);
    });
  });
}

describeDoor('over HTTP', async (bench) => {
  const receiver = new HTTPReceiver({ signingSecret, logLevel: LogLevel.ERROR });
  const { app, heard } = listenerApp(bench, receiver);
  const server = (await app.start({ port: 0, host: '127.0.0.1' })) as Server;
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const url = `http://127.0.0.1:${port ?? 0}/slack/events`;
  const door = createSlackDoor({ slack: bench.slack, url, signingSecret, now: Date.now, fetch });
  return {
    door,
    heard,
    close: () => {
      server.closeAllConnections();
      return app.stop();
    },
  };
});

describeDoor('over Socket Mode', async (bench) => {
  const receiver = new SocketModeReceiver({
    appToken: bench.slack.appToken,
    logLevel: LogLevel.ERROR,
    installerOptions: { clientOptions: { slackApiUrl: bench.slack.apiUrl } },
  });
  const { app, heard } = listenerApp(bench, receiver);
  await app.start();
  assert.equal(bench.slack.socket.connections, 1);
  return { door: createSocketDoor(bench.slack), heard, close: () => app.stop() };
});

describe('Slack door: signatures', () => {
  it('signs so that Bolt accepts the request now, and neither changed nor five minutes later', async () => {
    const bench = await startSlackBench();
    let received: { body: string; headers: { 'x-slack-signature': string; 'x-slack-request-timestamp': number } };
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const signature = String(request.headers['x-slack-signature']);
        const timestamp = Number(request.headers['x-slack-request-timestamp']);
        received = { body, headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp } };
        response.end();
      });
    });
    const { port, close } = await listenOnLoopback(server);
    const url = `http://127.0.0.1:${port}/slack/events`;
    const door = createSlackDoor({ slack: bench.slack, url, signingSecret, now: bench.now, fetch });
    const valid = (over: object = {}): boolean =>
      isValidSlackRequest({ signingSecret, ...received, nowMilliseconds: noon, ...over });

    await door.slashCommand({
      user: mira.id,
      channel: lobby.id,
      command: '/restrict',
      text: 'laptop-7 ünïcode & more',
    });
    assert.equal(valid(), true);
    assert.equal(valid({ body: `${received!.body}x` }), false);
    assert.equal(valid({ signingSecret: 'other' }), false);
    assert.equal(valid({ nowMilliseconds: noon + 301_000 }), false);
    await door.raw('payload={}', { 'x-slack-signature': slackSignature('wrong secret', noon / 1_000, 'payload={}') });
    assert.equal(valid(), false);
    await close();
    await bench.slack.close();
  });

  it('escapes typed text as Slack does', () => {
    assert.equal(asTyped('a < b & <!channel>'), 'a &lt; b &amp; &lt;!channel&gt;');
  });
});
