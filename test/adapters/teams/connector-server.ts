import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call as it came in; `path` without the leading slash, decoded once by nobody. */
export interface ConnectorCall {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ConnectorReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Cuts the connection instead of answering. */
  readonly cut?: true;
  /** Never answers. */
  readonly silent?: true;
}

export interface ConnectorServer {
  readonly serviceUrl: string;
  readonly calls: ConnectorCall[];
  /** May be changed while it runs. */
  answer: (call: ConnectorCall) => ConnectorReply;
  close(): Promise<void>;
}

/** A connector on loopback that records what it is asked. */
export async function startConnector(): Promise<ConnectorServer> {
  const calls: ConnectorCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const call: ConnectorCall = {
        method: request.method ?? '',
        path: (request.url ?? '').replace(/^\/teams\//, ''),
        authorization: request.headers.authorization,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      };
      calls.push(call);
      const { status = 200, headers = {}, body = { id: '1732406461000' }, cut, silent } = started.answer(call);
      if (silent) return;
      if (cut) {
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const started: ConnectorServer = {
    serviceUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/teams/`,
    calls,
    answer: () => ({}),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return started;
}

/** A refusal in the connector's own shape. */
export function refuse(status: number, code: string, message = code): ConnectorReply {
  return { status, body: { error: { code, message } } };
}
