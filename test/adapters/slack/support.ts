import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import crossFetch from 'cross-fetch';
import express from 'express';
import pino from 'pino';
import { createSlackAdapter } from '../../../adapters/slack/adapter.js';
import type { Adapter } from '../../../src/platform.js';
import type { Incoming } from '../../../src/command/model.js';
import { startWebApi, type WebApi } from './web-api.js';

export const secret = '8f742231b10e8888abcd99yyyzzz85a5';
export const quiet = pino({ level: 'silent' });

export type Payload = Record<string, unknown>;

/** A recorded payload; `over` replaces top-level fields. */
export function payload(name: string, over: Payload = {}): Payload {
  return { ...(JSON.parse(readFileSync(`test/adapters/slack/payloads/${name}.json`, 'utf8')) as Payload), ...over };
}

/** The recorded event with fields of its inner `event` replaced; undefined removes one. */
export function event(name: string, inner: Payload, over: Payload = {}): Payload {
  const outer = payload(name, over);
  return { ...outer, event: { ...(outer['event'] as Payload), ...inner } };
}

export interface Sent {
  readonly status: number;
  readonly text: string;
}

export interface Rig {
  readonly adapter: Adapter;
  readonly api: WebApi;
  readonly stored: Incoming[];
  /** Sends an event, signed as Slack does. `timestamp` is in seconds. */
  postJson(body: unknown, options?: SignOptions): Promise<Sent>;
  postForm(fields: Payload, options?: SignOptions): Promise<Sent>;
  /** An interactive payload: a form with one field `payload`. */
  postInteractive(body: unknown): Promise<Sent>;
  close(): Promise<void>;
}

export interface SignOptions {
  readonly timestamp?: number;
  readonly secret?: string;
  readonly headers?: Record<string, string>;
  readonly contentType?: string;
}

/** The adapter on an express app on loopback, between a signing client and a recording Web API. */
export async function startRig(
  options: { accept?: (incoming: Incoming) => Promise<boolean>; now?: () => number } = {},
): Promise<Rig> {
  const api = await startWebApi();
  const stored: Incoming[] = [];
  const app = express();
  const now = options.now ?? (() => Date.now());
  const adapter = createSlackAdapter({
    settings: { botToken: 'xoxb-test', signingSecret: secret, apiUrl: api.url },
    app,
    core: {
      accept: async (incoming) => {
        const fresh = options.accept === undefined ? true : await options.accept(incoming);
        stored.push(incoming);
        return fresh;
      },
      refused: () => undefined,
    },
    now,
    logger: quiet,
    fetch: crossFetch,
  });
  const server: Server = await new Promise((resolve) => {
    const started = app.listen(0, '127.0.0.1', () => {
      resolve(started);
    });
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;

  async function postBody(body: string, type: string, sign: SignOptions = {}): Promise<Sent> {
    const timestamp = sign.timestamp ?? Math.floor(now() / 1_000);
    const mac = createHmac('sha256', sign.secret ?? secret).update(`v0:${timestamp}:${body}`);
    const response = await crossFetch(url, {
      method: 'POST',
      body,
      headers: {
        'content-type': sign.contentType ?? type,
        'x-slack-request-timestamp': String(timestamp),
        'x-slack-signature': `v0=${mac.digest('hex')}`,
        ...sign.headers,
      },
    });
    return { status: response.status, text: await response.text() };
  }
  const form = 'application/x-www-form-urlencoded';
  return {
    adapter,
    api,
    stored,
    postJson: (body, sign) => postBody(JSON.stringify(body), 'application/json', sign),
    postForm: (fields, sign) => postBody(new URLSearchParams(fields as Record<string, string>).toString(), form, sign),
    postInteractive: (body) => postBody(new URLSearchParams({ payload: JSON.stringify(body) }).toString(), form),
    async close() {
      await adapter.stop();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
      await api.close();
    },
  };
}
