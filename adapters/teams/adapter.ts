import type { TokenCredential } from '@azure/identity';
import crossFetch from 'cross-fetch';
import type { Application } from 'express';
import type { Adapter, Addresses, Core } from '../../src/platform.js';
import { createAuthentication } from './authentication.js';
import { createConnector } from './connector.js';
import { createContacts } from './contacts.js';
import { BotCredentials, botCredential, checkCredentials } from './credentials.js';
import { mountMessages } from './http.js';
import { Intake } from './intake.js';
import type { Log } from './log.js';
import { createTeamsPlatform } from './platform.js';
import { render } from './render/content.js';
import type { TeamsSettings } from '../../src/config/teams.js';

export interface TeamsAdapterOptions {
  readonly settings: TeamsSettings;
  /** Takes `POST /api/messages`. */
  readonly app: Application;
  readonly core: Core;
  readonly addresses: Addresses;
  /** Unix ms. */
  readonly now: () => number;
  readonly logger: Log;
  readonly fetch?: typeof globalThis.fetch;
  /** The same credential of the bot's, which somebody counts. */
  readonly measured?: (credential: TokenCredential) => TokenCredential;
}

/** For one call to the connector. */
const timeoutMs = 10_000;

/** Teams in both directions: what comes in becomes an `Incoming`, what goes out is rendered and sent. */
export function createTeamsAdapter(options: TeamsAdapterOptions): Adapter {
  const { settings, app, core, addresses, now, logger: log } = options;
  const fetch = options.fetch ?? crossFetch;
  const credential = botCredential(settings);
  const credentials = new BotCredentials(settings, options.measured?.(credential) ?? credential);
  const authentication = createAuthentication(settings, credentials);
  const contacts = createContacts(addresses, settings.channel.serviceUrl, now);
  const intake = new Intake({
    authentication,
    settings,
    core,
    contacts,
    cardContent: (card) => render({ kind: 'card', card }).attachments[0].content,
    log,
  });
  mountMessages({
    app,
    settings,
    authentication,
    take: (activity, authenticated) => intake.take(activity, authenticated),
    refused: (reason) => {
      core.refused('teams', reason);
    },
    log,
  });
  const connector = createConnector({
    fetch,
    token: settings.anonymous ? undefined : (fresh) => credentials.getToken(fresh),
    appId: settings.appId,
    timeoutMs,
    now,
  });
  return {
    platform: createTeamsPlatform({ connector, contacts, settings, render }),
    async start() {
      if (settings.anonymous) log.warn({}, 'Teams is for the Agents Playground: nobody is authenticated');
      else await checkCredentials(credentials, log);
    },
    stop: () => Promise.resolve(),
    health: () => ({ ok: true, reasons: [] }),
  };
}
