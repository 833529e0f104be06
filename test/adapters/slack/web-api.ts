import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call that reached the server: of the Web API, or a post to a `response_url` (method `respond`). */
export interface Call {
  readonly method: string;
  readonly args: Record<string, unknown>;
  readonly authorization: string | undefined;
}

/** What to answer: a body with status 200, or status, headers and body. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}
export type Answers = Record<string, (call: Call) => Reply | Promise<Reply>>;

export interface WebApi {
  readonly url: string;
  readonly responseUrl: string;
  readonly calls: Call[];
  readonly answers: Answers;
  of(method: string): Record<string, unknown>[];
  close(): Promise<void>;
}

export const ok = (body: object = {}): Reply => ({ body: { ok: true, ...body } });
export const refuse = (error: string, more: object = {}): Reply => ({ body: { ok: false, error, ...more } });

function usual(): Answers {
  return {
    'auth.test': () => ok({ team_id: 'T0HOME', user_id: 'U0CORDON', bot_id: 'B0CORDON' }),
    'chat.postMessage': ({ args }) => ok({ channel: args['channel'], ts: '1790000200.000100' }),
    'chat.update': ({ args }) => ok({ channel: args['channel'], ts: args['ts'] }),
    'chat.postEphemeral': () => ok({ message_ts: '1790000200.000200' }),
    'conversations.open': ({ args }) => ok({ channel: { id: `D0${String(args['users']).slice(2)}` } }),
    'views.open': () => ok({ view: { id: 'V1' } }),
    respond: () => ({ body: { ok: true } }),
  };
}

/** A Web API on loopback that records what it is asked. `answers` may be changed while it runs. */
export async function startWebApi(): Promise<WebApi> {
  const calls: Call[] = [];
  const answers = usual();
  const server = createServer((request, response) => {
    void handle(request, response);
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const method = (request.url ?? '').replace(/^\/(api\/)?/, '').replace(/\/.*$/, '');
    const args = readArgs(Buffer.concat(chunks).toString(), request.headers['content-type'] ?? '');
    const call: Call = { method, args, authorization: request.headers.authorization };
    calls.push(call);
    const answer = (await answers[method]?.(call)) ?? refuse('unknown_method');
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${base}/api`,
    responseUrl: `${base}/respond/1`,
    calls,
    answers,
    of: (method) => calls.filter((call) => call.method === method).map((call) => call.args),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function readArgs(text: string, type: string): Record<string, unknown> {
  if (type.startsWith('application/json')) return JSON.parse(text) as Record<string, unknown>;
  const args: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    args[name] = ['blocks', 'view'].includes(name) ? (JSON.parse(value) as unknown) : value;
  }
  return args;
}
