import { createServer } from 'node:http';
import crossFetch from 'cross-fetch';
import express from 'express';
import pino from 'pino';
import { createAuthentication } from '../../../adapters/teams/authentication.js';
import { type Contacts, createContacts } from '../../../adapters/teams/contacts.js';
import { BotCredentials } from '../../../adapters/teams/credentials.js';
import { mountMessages } from '../../../adapters/teams/http.js';
import { Intake } from '../../../adapters/teams/intake.js';
import type { TeamsSettings } from '../../../src/config/teams.js';
import { listenOnLoopback } from '../../../sandbox/loopback.js';
import type { Incoming } from '../../../src/command/model.js';
import type { Addresses, Core } from '../../../src/platform.js';
import { type Activity, appId } from './activities.js';
import { teamsSettings } from './settings.js';
import { type Issuer, startIssuer } from './issuer.js';

export interface Sent {
  readonly status: number;
  readonly text: string;
}

export interface Rig {
  readonly issuer: Issuer;
  /** Where the activities of this rig say that they come from; what is replied is in `replies`. */
  readonly serviceUrl: string;
  readonly contacts: Contacts;
  readonly stored: Incoming[];
  readonly replies: Activity[];
  readonly log: Activity[];
  /** The Authorization header that the Bot Framework would send with the activities of this rig. */
  authorization(claims?: Activity, header?: Activity): Promise<string>;
  /** Posts with a good token; with the given Authorization header otherwise, null for none. Strings go as they are. */
  post(body: unknown, authorization?: string | null): Promise<Sent>;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly core?: Partial<Core>;
  readonly settings?: Partial<TeamsSettings>;
  readonly openIdMetadataUrl?: string;
  readonly connectorStatus?: number;
  readonly addresses?: Addresses;
}

/** The way in, on an express app on loopback, between a Bot Framework with real tokens and a recording core. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const issuer = await startIssuer();
  const app = express();
  const server = await listenOnLoopback(createServer(app));
  const url = `http://127.0.0.1:${server.port}`;
  const serviceUrl = `${url}/teams/`;
  const [stored, replies, log]: [Incoming[], Activity[], Activity[]] = [[], [], []];
  const settings: TeamsSettings = {
    ...teamsSettings,
    channel: {
      ...teamsSettings.channel,
      tokenIssuer: issuer.url,
      openIdMetadataUrl: options.openIdMetadataUrl ?? issuer.openIdMetadataUrl,
      serviceUrl,
    },
    ...options.settings,
  };
  const credentials = new BotCredentials(settings, {
    getToken: () => Promise.resolve({ token: 'of-the-bot', expiresOnTimestamp: Date.now() + 3_600_000 }),
  });
  const authentication = createAuthentication(settings, credentials);
  const contacts = createContacts(options.addresses ?? inMemory(), serviceUrl, Date.now);
  const logger = pino({ level: 'info' }, { write: (line: string) => log.push(JSON.parse(line) as Activity) });
  const core: Core = {
    accept: (incoming) => {
      stored.push(incoming);
      return Promise.resolve(true);
    },
    cardAfter: () => Promise.resolve(undefined),
    refused: () => undefined,
    ...options.core,
  };
  const cardContent: (card: object) => object = (card) => ({ type: 'AdaptiveCard', card });
  const intake = new Intake({ authentication, settings, core, contacts, cardContent, log: logger });
  mountMessages({
    app,
    settings,
    authentication,
    take: (activity, authenticated) => intake.take(activity, authenticated),
    refused: (reason) => {
      core.refused('teams', reason);
    },
    log: logger,
  });
  app.post(/^\/teams\//, express.json(), (request, response) => {
    const { authorization } = request.headers;
    replies.push({ path: request.path, authorization, ...(request.body as Activity) });
    response.status(options.connectorStatus ?? 201).json({ id: '1' });
  });

  const authorization = async (claims: Activity = {}, header: Activity = {}): Promise<string> =>
    `Bearer ${await issuer.sign({ aud: appId, serviceurl: serviceUrl, ...claims }, header)}`;
  return {
    issuer,
    serviceUrl,
    contacts,
    stored,
    replies,
    log,
    authorization,
    async post(body, given) {
      const header = given === undefined ? await authorization() : given;
      const response = await crossFetch(`${url}/api/messages`, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify({ ...(body as Activity), serviceUrl }),
        headers: { 'content-type': 'application/json', ...(header === null ? {} : { authorization: header }) },
      });
      return { status: response.status, text: await response.text() };
    },
    async close() {
      await Promise.all([server.close(), issuer.close()]);
    },
  };
}

export function inMemory(): Addresses {
  const rows = new Map<string, string>();
  return {
    find: (key) => Promise.resolve(rows.get(key)),
    save: (key, value) => {
      rows.set(key, value);
      return Promise.resolve();
    },
    remove: (key) => {
      rows.delete(key);
      return Promise.resolve();
    },
  };
}
