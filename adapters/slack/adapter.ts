import type { WebClientOptions } from '@slack/web-api';
import crossFetch from 'cross-fetch';
import type { Application } from 'express';
import { CordonError } from '../../src/errors.js';
import { type Adapter, type Core, PlatformError } from '../../src/platform.js';
import { createSlackGroups } from './groups.js';
import { createHttpReceiver } from './http.js';
import { Intake } from './intake.js';
import type { Log } from './log.js';
import { createHome } from './look-up.js';
import { createSlackPlatform } from './platform.js';
import { createRespond } from './respond.js';
import { Socket } from './socket.js';

/** `appToken` switches to Socket Mode; without it `signingSecret` is needed. `apiUrl` stands in for `https://slack.com/api/`. */
export interface SlackAdapterSettings {
  readonly botToken: string;
  readonly signingSecret?: string | undefined;
  readonly appToken?: string | undefined;
  readonly apiUrl?: string | undefined;
}

export interface SlackAdapterOptions {
  readonly settings: SlackAdapterSettings;
  /** Takes `POST /slack/events` in HTTP mode; not used in Socket Mode. */
  readonly app?: Application | undefined;
  readonly core: Pick<Core, 'accept' | 'refused'>;
  /** Unix ms. */
  readonly now: () => number;
  readonly logger: Log;
  readonly fetch?: typeof globalThis.fetch;
}

const timeoutMs = 10_000;

/**
 * Slack in both directions: what comes in becomes an `Incoming`, what goes out is rendered and sent. Throws code
 * `slack_settings` when there is neither an app token nor a signing secret with an app to mount on.
 */
export function createSlackAdapter(options: SlackAdapterOptions): Adapter {
  const { settings, core, now, logger: log } = options;
  const fetch = options.fetch ?? crossFetch;
  const endpoint: WebClientOptions = {
    fetch,
    timeout: timeoutMs,
    ...(settings.apiUrl === undefined ? {} : { slackApiUrl: withSlash(settings.apiUrl) }),
  };
  const socket =
    settings.appToken === undefined
      ? undefined
      : new Socket({ appToken: settings.appToken, clientOptions: { ...endpoint }, now, log });
  const respond = createRespond(fetch, timeoutMs);
  const intake = new Intake({
    receiver: socket?.receiver ?? httpReceiver(options),
    botToken: settings.botToken,
    clientOptions: { ...endpoint, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true },
    accept: (incoming) => core.accept(incoming),
    respond,
    log,
  });
  const home = createHome(intake.client);
  return {
    platform: createSlackPlatform({ client: intake.client, home, respond }),
    groups: createSlackGroups(intake.client, home),
    async start() {
      try {
        await home();
      } catch (error) {
        if (!(error instanceof PlatformError) || error.kind !== 'later') throw error;
        log.warn({ code: error.code }, `Slack cannot be asked about the bot token yet: ${error.message}`);
      }
      socket?.start();
    },
    async stop() {
      await socket?.stop();
    },
    health() {
      const problem = socket?.problem();
      return problem === undefined ? { ok: true, reasons: [] } : { ok: false, reasons: [problem] };
    },
  };
}

function httpReceiver({
  settings,
  app,
  core,
  now,
  logger,
}: SlackAdapterOptions): ReturnType<typeof createHttpReceiver> {
  if (settings.signingSecret === undefined || app === undefined) {
    throw new CordonError('slack_settings', 'HTTP mode needs a signing secret and an app', {
      userText: 'Set SLACK_SIGNING_SECRET, or SLACK_APP_TOKEN for Socket Mode: see docs/slack.md.',
    });
  }
  return createHttpReceiver({
    app,
    signingSecret: settings.signingSecret,
    now,
    refused: (reason) => {
      core.refused('slack', reason);
    },
    log: logger,
  });
}

/** The client appends the method's name to it. */
function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
