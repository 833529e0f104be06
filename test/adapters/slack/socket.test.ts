import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { App } from '@slack/bolt';
import { createSlackAdapter } from '../../../adapters/slack/adapter.js';
import type { Adapter } from '../../../src/platform.js';
import type { Incoming } from '../../../src/command/model.js';
import { Socket } from '../../../adapters/slack/socket.js';
import { payload, quiet } from './support.js';
import { ok, refuse, type Reply, startWebApi, type WebApi } from './web-api.js';
import { eventually } from '../../e2e/eventually.js';

/** Slack's end of a socket: says hello, hands out envelopes, collects acknowledgements. */
class SlackSocket {
  readonly server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  readonly acks: { envelope_id: string; payload: unknown }[] = [];
  #changed: () => void = () => undefined;

  constructor() {
    this.server.on('connection', (socket: WebSocket) => {
      socket.on('message', (data: Buffer) => {
        this.acks.push(JSON.parse(data.toString()) as { envelope_id: string; payload: unknown });
        this.#changed();
      });
      socket.send(JSON.stringify({ type: 'hello', num_connections: 1 }));
      this.#changed();
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  send(type: string, envelope: string, body: unknown): void {
    for (const client of this.server.clients) {
      client.send(JSON.stringify({ type, envelope_id: envelope, payload: body, accepts_response_payload: true }));
    }
  }

  async until(happened: () => boolean): Promise<void> {
    while (!happened()) await new Promise<void>((resolve) => (this.#changed = resolve));
  }

  async close(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}

describe('Slack in Socket Mode', () => {
  let api: WebApi;
  let slack: SlackSocket;
  let adapter: Adapter;
  let stored: Incoming[];
  let accept: (incoming: Incoming) => Promise<boolean>;
  let clock: number;

  beforeEach(async () => {
    api = await startWebApi();
    slack = new SlackSocket();
    stored = [];
    clock = Date.UTC(2026, 10, 23);
    api.answers['apps.connections.open'] = () => ok({ url: slack.url });
    accept = (incoming) => {
      stored.push(incoming);
      return Promise.resolve(true);
    };
    adapter = createSlackAdapter({
      settings: { botToken: 'xoxb-test', appToken: 'xapp-test', apiUrl: api.url },
      core: { accept: (incoming) => accept(incoming), refused: () => undefined },
      now: () => clock,
      logger: quiet,
    });
    await adapter.start();
    await slack.until(() => slack.server.clients.size === 1);
  });

  afterEach(async () => {
    await adapter.stop();
    await slack.close();
    await api.close();
  });

  it('opens the connection with the app token', () => {
    const call = api.calls.find(({ method }) => method === 'apps.connections.open');
    assert.equal(call?.authorization, 'Bearer xapp-test');
  });

  it('stores a slash command, then acknowledges it', async () => {
    const acksWhenStored: number[] = [];
    accept = (incoming) => {
      acksWhenStored.push(slack.acks.length);
      stored.push(incoming);
      return Promise.resolve(true);
    };
    slack.send('slash_commands', 'e1', payload('slash-command'));
    await slack.until(() => slack.acks.length === 1);
    assert.deepEqual(acksWhenStored, [0]);
    assert.equal(slack.acks[0]?.envelope_id, 'e1');
    assert.equal(stored[0]?.key, 'slack:command:13345224609.738474920.8088930838d88f008e0');
  });

  it('leaves an event that could not be stored unacknowledged, so that Slack sends it again', async () => {
    accept = () => Promise.reject(new Error('disk full'));
    slack.send('events_api', 'e1', payload('app-mention'));
    slack.send('slash_commands', 'e2', payload('slash-command'));
    await slack.until(() => slack.acks.length === 1);
    assert.equal(slack.acks[0]?.envelope_id, 'e2');
    assert.match(JSON.stringify(slack.acks[0].payload), /nothing was done/);
  });

  it('acknowledges what is malformed, because it would be so again', async () => {
    slack.send('interactive', 'e1', { type: 'block_actions' });
    await slack.until(() => slack.acks.length === 1);
    assert.deepEqual(stored, []);
  });

  it('tells that the connection is lost once it stays lost', async () => {
    slack.send('slash_commands', 'e1', payload('slash-command'));
    await slack.until(() => slack.acks.length === 1);
    assert.deepEqual(adapter.health(), { ok: true, reasons: [] });
    clock += 3_600_000;
    await slack.close();
    await new Promise<void>((resolve) => {
      const look = (): void => {
        clock += 1_000;
        if (adapter.health().ok) setImmediate(look);
        else resolve();
      };
      look();
    });
    assert.match(adapter.health().reasons.join(), /has not been connected since 2026-11-23T/);
  });

  for (const [what, answer] of [
    ['a revoked app token', () => refuse('invalid_auth')],
    ['a refusal after one that passes', passing()],
  ] as const) {
    it(`survives ${what} during a reconnect, says so, and comes back when it is over`, async () => {
      const unhandled: unknown[] = [];
      const note = (error: unknown): void => {
        unhandled.push(error);
      };
      // It would end Cordon.
      process.on('unhandledRejection', note);
      const clientOptions = { slackApiUrl: `${api.url}/` };
      const socket = new Socket({
        appToken: 'xapp-test',
        clientOptions,
        now: () => clock,
        log: quiet,
        firstPauseMs: 20,
      });
      try {
        socket.receiver.init(
          new App({ receiver: socket.receiver, token: 'xoxb-test', tokenVerificationEnabled: false }),
        );
        const before = slack.server.clients.size;
        socket.start();
        await slack.until(() => slack.server.clients.size === before + 1);
        api.answers['apps.connections.open'] = answer;
        slack.send('disconnect', 'e1', {});
        await eventually('trouble', () => socket.problem() !== undefined);
        assert.match(socket.problem() ?? '', /Slack's socket cannot be opened: .*invalid_auth/);
        api.answers['apps.connections.open'] = () => ok({ url: slack.url });
        await eventually('a connection', () => socket.problem() === undefined);
        assert.deepEqual(unhandled, []);
      } finally {
        process.off('unhandledRejection', note);
        await socket.stop();
      }
    });
  }
});

/** One code that the client tries again by itself, then one that it does not. */
function passing(): () => Reply {
  let asked = 0;
  return () => {
    asked += 1;
    return refuse(asked === 1 ? 'some_new_code' : 'invalid_auth');
  };
}
