import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';

export type EnvelopeType = 'slash_commands' | 'events_api' | 'interactive';

const pingMs = 10_000;
const closeGraceMs = 500;

/** Slack's side of Socket Mode: tickets for connections, envelopes out, acknowledgements in. */
export class SocketMode {
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #tickets = new Set<string>();
  readonly #waiting = new Map<string, (payload: unknown) => void>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(
    http: Server,
    private readonly appId: string,
  ) {
    http.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (url.pathname !== '/link' || !this.#tickets.delete(url.searchParams.get('ticket') ?? '')) {
        socket.destroy();
        return;
      }
      this.#server.handleUpgrade(request, socket, head, (client) => {
        this.#greet(client);
      });
    });
    // Clients close a connection on which Slack has not pinged for 30 s.
    this.#heartbeat = setInterval(() => {
      for (const client of this.#server.clients) client.ping();
    }, pingMs);
    this.#heartbeat.unref();
  }

  get connections(): number {
    return this.#server.clients.size;
  }

  /** The path and query of a new connection; good for one. */
  newLink(): string {
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return `/link?ticket=${ticket}&app_id=${this.appId}`;
  }

  /** Sends an envelope over the oldest connection; resolves with the payload of its acknowledgement (undefined if it had none). */
  send(type: EnvelopeType, payload: unknown, retry?: { attempt: number; reason: string }): Promise<unknown> {
    const [client] = this.#server.clients;
    if (client === undefined) return Promise.reject(new Error('No Socket Mode connection is open.'));
    const envelope_id = randomUUID();
    const envelope = {
      envelope_id,
      type,
      payload,
      accepts_response_payload: type !== 'events_api',
      ...(type === 'events_api' ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' } : {}),
    };
    return new Promise((resolve, reject) => {
      this.#waiting.set(envelope_id, resolve);
      client.once('close', () => {
        if (this.#waiting.delete(envelope_id)) reject(new Error('The connection closed before the acknowledgement.'));
      });
      client.send(JSON.stringify(envelope));
    });
  }

  /** Slack asks every client to connect anew. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void {
    for (const client of this.#server.clients) {
      client.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'sandbox' } }));
    }
  }

  /** Lets a client that is just closing finish, so that it does not report a broken connection. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    await Promise.all([...this.#server.clients].map(closeClient));
    this.#server.close();
  }

  #greet(client: WebSocket): void {
    client.on('message', (data: Buffer) => {
      this.#acknowledged(JSON.parse(data.toString()) as { envelope_id?: string; payload?: unknown });
    });
    const hello = {
      type: 'hello',
      num_connections: this.connections,
      debug_info: { host: 'sandbox', build_number: 1, approximate_connection_time: 18_060 },
      connection_info: { app_id: this.appId },
    };
    client.send(JSON.stringify(hello));
  }

  #acknowledged({ envelope_id = '', payload }: { envelope_id?: string; payload?: unknown }): void {
    this.#waiting.get(envelope_id)?.(payload);
    this.#waiting.delete(envelope_id);
  }
}

async function closeClient(client: WebSocket): Promise<void> {
  const giveUp = setTimeout(() => {
    client.terminate();
  }, closeGraceMs);
  const closed = once(client, 'close');
  client.close(1001);
  await closed;
  clearTimeout(giveUp);
}
