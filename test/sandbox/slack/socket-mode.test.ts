import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { clientOf, startSlackBench, type SlackBench } from './support.js';

describe('Slack stand-in: Socket Mode', () => {
  let bench: SlackBench;
  beforeEach(async () => {
    bench = await startSlackBench();
  });
  afterEach(() => bench.slack.close());

  const newUrl = async (): Promise<string> =>
    (await clientOf(bench.slack, bench.slack.appToken).apps.connections.open()).url ?? '';
  const next = async (socket: WebSocket): Promise<Record<string, unknown>> => {
    const [data] = (await once(socket, 'message')) as [Buffer];
    return JSON.parse(data.toString()) as Record<string, unknown>;
  };

  it('greets a connection, and takes each ticket once', async () => {
    const url = await newUrl();
    const socket = new WebSocket(url);
    const hello = await next(socket);
    assert.equal(hello.type, 'hello');
    assert.deepEqual(hello.connection_info, { app_id: 'A0CORDON' });
    await assert.rejects(once(new WebSocket(url), 'open'));
    assert.equal(bench.slack.socket.connections, 1);
  });

  it('sends envelopes and gives back what the acknowledgement carried', async () => {
    const socket = new WebSocket(await newUrl());
    await next(socket);
    const sent = bench.slack.socket.send('events_api', { type: 'event_callback' }, { attempt: 2, reason: 'timeout' });
    const envelope = await next(socket);
    assert.deepEqual(
      [envelope.type, envelope.retry_attempt, envelope.accepts_response_payload],
      ['events_api', 2, false],
    );
    socket.send(JSON.stringify({ envelope_id: envelope.envelope_id, payload: { response_action: 'clear' } }));
    assert.deepEqual(await sent, { response_action: 'clear' });
  });

  it('fails an envelope that nobody is there to take, or whose taker goes away', async () => {
    await assert.rejects(bench.slack.socket.send('interactive', {}), /No Socket Mode connection/);
    const socket = new WebSocket(await newUrl());
    await next(socket);
    const sent = assert.rejects(bench.slack.socket.send('interactive', {}), /closed before the acknowledgement/);
    socket.terminate();
    await sent;
  });

  it('asks clients to connect anew', async () => {
    const socket = new WebSocket(await newUrl());
    await next(socket);
    bench.slack.socket.disconnect('refresh_requested');
    const { type, reason } = await next(socket);
    assert.deepEqual([type, reason], ['disconnect', 'refresh_requested']);
  });
});
