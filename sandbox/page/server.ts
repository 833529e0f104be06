import { createServer } from 'node:http';
import express, { type Response } from 'express';
import { listenOnLoopback } from '../loopback.js';
import { act } from './act.js';
import { pageAction } from './action.js';
import { bundleClient, type Bundle } from './bundle.js';
import { Feed } from './feed.js';
import { guard, headers } from './guard.js';
import { Health } from './health.js';
import type { Outcome } from './model.js';
import type { PageParts } from './parts.js';
import { pageState } from './state.js';

export interface PageOptions {
  /** For `/healthz`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Built from the sources when missing. */
  readonly bundle?: Bundle;
}

export interface Page {
  /** `http://127.0.0.1:<port>/`. */
  readonly url: string;
  close(): Promise<void>;
}

/** In ms: how soon a browser that lost `/events` asks again. */
const retryMs = 1_000;

/**
 * Serves the page on loopback: three panes that show the stand-ins, and act through their doors. It adds no way into Cordon: what
 * it does a person could do in the chat. Rejects where the client does not build.
 */
export async function startPage(parts: PageParts, options: PageOptions = {}): Promise<Page> {
  const { fetch = globalThis.fetch } = options;
  const { js, css } = options.bundle ?? (await bundleClient());
  const app = express();
  app.disable('x-powered-by');
  const { port, close } = await listenOnLoopback(createServer(app));
  const health = new Health(() => parts.cordon().url, fetch);
  const feed = new Feed({ look: () => pageState(parts, health.now) });
  const deaf = [parts.slack, parts.teams].map((chat) =>
    chat.onMessage(() => {
      feed.hurry();
    }),
  );

  app.use((_request, response, next) => {
    response.set(headers);
    next();
  });
  app.use(guard(port), express.json({ limit: '64kb' }));
  app.get('/', (_request, response) => {
    response.type('html').send(html);
  });
  app.get('/page.js', (_request, response) => {
    response.type('js').send(js);
  });
  app.get('/page.css', (_request, response) => {
    response.type('css').send(css);
  });
  app.get('/events', (_request, response) => {
    response.type('text/event-stream').write(`retry: ${retryMs}\n\n`);
    response.on(
      'close',
      feed.subscribe((state) => response.write(`data: ${state}\n\n`)),
    );
  });
  app.post('/act', async (request, response) => {
    const action = pageAction.safeParse(request.body).data;
    if (action === undefined) {
      answer(response, 400, { problem: 'The page asked for something that this server does not know.' });
      return;
    }
    // What a platform would not let a person do is an outcome like any other.
    const outcome = await act(action, parts).catch((error: unknown) => ({
      problem: error instanceof Error ? error.message : String(error),
    }));
    answer(response, 200, outcome);
    feed.hurry();
  });

  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      for (const stop of deaf) stop();
      feed.stop();
      health.stop();
      await close();
    },
  };
}

function answer(response: Response, status: number, outcome: Outcome): void {
  response.status(status).json(outcome);
}

const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Cordon sandbox</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/page.css" />
    <script type="module" src="/page.js"></script>
  </head>
  <body>
    <div id="page"><noscript>This page needs JavaScript.</noscript></div>
  </body>
</html>
`;
