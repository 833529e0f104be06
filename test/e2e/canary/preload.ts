/**
 * Loaded into a Cordon process before its own code: writes down every HTTP request that leaves it, and puts canaries into every
 * answer: into a header, and into fields of the JSON that nobody asked for. Where the answer is an error, also into its texts.
 */
import { appendFileSync } from 'node:fs';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { Readable } from 'node:stream';
import type { Left } from './left.js';

const { CANARY_FILE = '', CANARY_VALUE = '' } = process.env;
type Json = Record<string, unknown>;

function withCanaries(value: unknown, isError: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => withCanaries(each, isError));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Json).map(([key, inner]) => [
    key,
    isError && ['message', 'error_description'].includes(key) && typeof inner === 'string'
      ? `${inner} Bearer ${CANARY_VALUE}`
      : withCanaries(inner, isError),
  ]);
  const marked = Object.fromEntries(entries) as Json;
  // The token endpoint's own answer is passed on whole by MSAL, so it gets them as well.
  return { ...marked, refresh_token: CANARY_VALUE, client_secret: CANARY_VALUE, debug: { token: CANARY_VALUE } };
}

function tampered(response: IncomingMessage, body: Buffer): IncomingMessage {
  const { statusCode = 0, headers } = response;
  const isJson = String(headers['content-type']).includes('json');
  let text = body.toString();
  if (isJson && text !== '') text = JSON.stringify(withCanaries(JSON.parse(text), statusCode >= 400));
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...rest } = headers;
  return Object.assign(Readable.from(text === '' ? [] : [Buffer.from(text)]), {
    statusCode,
    statusMessage: response.statusMessage,
    headers: { ...rest, 'x-canary': CANARY_VALUE, 'set-cookie': [`session=${CANARY_VALUE}`] },
    rawHeaders: [],
    httpVersion: '1.1',
    complete: true,
  }) as unknown as IncomingMessage;
}

function watched(request: ClientRequest): ClientRequest {
  const sent: Buffer[] = [];
  const keep = (chunk: unknown): void => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) sent.push(Buffer.from(chunk));
  };
  const write = request.write.bind(request) as (...args: unknown[]) => boolean;
  const end = request.end.bind(request) as (...args: unknown[]) => ClientRequest;
  const emit = request.emit.bind(request) as (...args: unknown[]) => boolean;
  request.write = ((...args: unknown[]) => {
    keep(args[0]);
    return write(...args);
  }) as typeof request.write;
  request.end = ((...args: unknown[]) => {
    keep(args[0]);
    const left: Left = {
      to: String(request.getHeader('host')),
      path: request.path,
      headers: JSON.stringify(request.getHeaders()),
      body: Buffer.concat(sent).toString(),
    };
    appendFileSync(CANARY_FILE, `${JSON.stringify(left)}\n`);
    return end(...args);
  }) as typeof request.end;
  request.emit = ((name: string | symbol, ...args: unknown[]) => {
    if (name !== 'response') return emit(name, ...args);
    const response = args[0] as IncomingMessage;
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      emit('response', tampered(response, Buffer.concat(chunks)));
    });
    return true;
  }) as typeof request.emit;
  return request;
}

for (const each of [http, https]) {
  const request: (...args: never[]) => ClientRequest = each.request;
  each.request = ((...args: never[]) => watched(request(...args))) as typeof each.request;
}
syncBuiltinESMExports();
