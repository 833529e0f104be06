import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { CordonError } from '../errors.js';
import type { Health } from '../platform.js';
import type { MetricsPage } from './metrics.js';

/** The one port: `GET /healthz` (the process lives), `GET /readyz` (it can do its work), `GET /metrics`; the adapters mount theirs on the same app. */
export function createHttpApp(ready: () => Promise<Health>, metrics?: MetricsPage): Express {
  const app = express();
  app.disable('x-powered-by');
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'live' });
  });
  app.get('/readyz', async (_request, response) => {
    const { ok, reasons, degraded = false } = await ready();
    response.status(ok ? 200 : 503).json({ status: ok && !degraded ? 'ready' : 'degraded', reasons });
  });
  if (metrics !== undefined) {
    app.get('/metrics', async (_request, response) => {
      response.type(metrics.contentType).send(await metrics.render());
    });
  }
  return app;
}

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Times in ms. */
export interface HttpLimits {
  readonly headersMs: number;
  readonly requestMs: number;
  /** How often slow clients are looked for. */
  readonly checkMs: number;
  readonly connections: number;
}

/** Far above what the platforms need; they keep a slow client from holding a socket, and many from holding all the memory. */
const usualLimits: HttpLimits = { headersMs: 10_000, requestMs: 30_000, checkMs: 5_000, connections: 2_000 };

/** Throws `CordonError` code `cannot_listen`. */
export async function listen(
  app: Express,
  host: string,
  port: number,
  { headersMs, requestMs, checkMs, connections }: HttpLimits = usualLimits,
): Promise<Listening> {
  const server = createServer(
    { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkMs },
    app,
  );
  server.maxConnections = connections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(cannotListen(error, host, port));
    });
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function cannotListen(cause: Error, host: string, port: number): CordonError {
  return new CordonError('cannot_listen', `Cordon cannot listen on ${host}:${port}: ${cause.message}`, {
    cause,
    userText: `Cordon cannot listen on ${host}:${port} (${cause.message}). Set PORT and HOST to a free port and an address of this machine.`,
  });
}
