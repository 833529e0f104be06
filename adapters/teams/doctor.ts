import { z } from 'zod';
import type { TeamsSettings } from '../../src/config/teams.js';
import type { Account, Profile } from '../../src/people/person.js';
import {
  type Check,
  counted,
  failed,
  noConnection,
  inWords,
  ok,
  once,
  type Outcome,
  Skip,
  warning,
} from '../../src/ops/doctor/check.js';
import { type Announced, announcedOn } from '../../src/ops/doctor/announced.js';
import type { DoctorPorts, PlatformDoctor } from '../../src/ops/doctor/platform-doctor.js';
import { type Addresses, PlatformError } from '../../src/platform.js';
import type { Policy } from '../../src/policy/policy.js';
import { type Connector, createConnector } from './connector.js';
import { type Contacts, createContacts } from './contacts.js';
import { BotCredentials, credentialsRefused } from './credentials.js';
import { lookUp } from './look-up.js';
import { messagesPath } from './names.js';
import { createTeamsPlatform } from './platform.js';
import { render } from './render/content.js';

const timeoutMs = 10_000;

const metadata = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keySet = z.object({ keys: z.array(z.unknown()) });

/** Nobody has this id: the connector says so where the bot is in the conversation, and where it is not it says that. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** Teams for the doctor. It asks for a token, for the channel's keys and for rosters; it makes no conversation and remembers nothing. */
export function createTeamsDoctor(settings: TeamsSettings, { now, addresses, ...ports }: DoctorPorts): PlatformDoctor {
  const fetch = ports.fetch('teams');
  const credentials = new BotCredentials(settings);
  const asked = once(() => credentials.getToken(true));
  const token = settings.anonymous ? undefined : (fresh: boolean) => (fresh ? credentials.getToken(true) : asked());
  const connector = createConnector({ fetch, token, appId: settings.appId, timeoutMs, now });
  const contacts = createContacts(readOnly(addresses('teams')), settings.channel.serviceUrl, now);
  const withToken = async (): Promise<void> => {
    if (settings.anonymous) throw new Skip('Nobody is authenticated for the Playground (CORDON_PLAYGROUND).');
    await asked().catch(() => {
      throw new Skip('The bot has no token: see teams.token.');
    });
  };
  return {
    name: 'teams',
    async lookUp(account, policy) {
      if (!settings.anonymous) await withToken();
      return lookUpAnywhere(
        { connector, contacts, settings },
        account,
        announcedOn('teams', policy).map(({ id }) => id),
      );
    },
    post: (conversation, view) =>
      createTeamsPlatform({ connector, contacts, settings, render }).send({ to: 'conversation', conversation }, view),
    checks: (policy): Check[] => [
      { id: 'teams.token', area: 'teams', title: 'Token for the channel', run: () => tokenCheck(settings, asked) },
      { id: 'teams.keys', area: 'teams', title: 'Keys of the channel', run: (signal) => keys(settings, fetch, signal) },
      {
        id: 'teams.channels',
        area: 'teams',
        title: 'Channels of the policy',
        timeoutMs: 60_000,
        run: async () => {
          await withToken();
          return channels({ connector, contacts, settings }, policy);
        },
      },
    ],
  };
}

/** Whoever looks at a running Cordon's address book does not write into it. */
function readOnly(book: Pick<Addresses, 'find'>): Addresses {
  return { find: (key) => book.find(key), save: () => Promise.resolve(), remove: () => Promise.resolve() };
}

async function tokenCheck(settings: TeamsSettings, asked: () => Promise<string>): Promise<Outcome> {
  if (settings.anonymous) throw new Skip('Nobody is authenticated for the Playground (CORDON_PLAYGROUND).');
  try {
    await asked();
    return ok(`Entra gave the bot ${settings.appId ?? ''} a token for ${settings.channel.oAuthScope}.`);
  } catch (error) {
    const refused = credentialsRefused(error);
    return failed(
      inWords(refused ?? error),
      refused === undefined
        ? 'Check that this machine reaches Entra, MicrosoftAppType, and for a managed identity that it is assigned to this machine: docs/teams.md.'
        : 'Put that right and run cordon doctor again.',
    );
  }
}

/** Without these keys and this issuer every activity of Teams is turned away. */
async function keys({ channel }: TeamsSettings, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<Outcome> {
  const where = channel.openIdMetadataUrl;
  const advice =
    'Check ToBotFromChannelOpenIdMetadataUrl and ChannelService where they are set, and that this machine reaches login.botframework.com.';
  try {
    const found = metadata.safeParse(await getJson(where, fetch, signal));
    if (!found.success) return failed(`${where} is no OpenID metadata.`, advice);
    if (found.data.issuer !== channel.tokenIssuer) {
      return failed(
        `${where} is of the issuer ${found.data.issuer}, and Cordon takes the tokens of ${channel.tokenIssuer} alone.`,
        'Set ToBotFromChannelTokenIssuer and ToBotFromChannelOpenIdMetadataUrl to those of one cloud.',
      );
    }
    const set = keySet.safeParse(await getJson(found.data.jwks_uri, fetch, signal));
    if (!set.success || set.data.keys.length === 0) return failed(`${found.data.jwks_uri} has no keys.`, advice);
    return ok(
      `${counted(set.data.keys.length, 'key')} of ${found.data.issuer}. Whether Teams reaches Cordon at ${messagesPath} cannot be seen from here: see endpoint.live.`,
    );
  } catch (error) {
    return failed(`${where} cannot be read: ${inWords(error)}`, advice);
  }
}

async function getJson(url: string, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`it answers ${response.status}`);
  return JSON.parse(text) as unknown;
}

interface World {
  readonly connector: Connector;
  readonly contacts: Contacts;
  readonly settings: TeamsSettings;
}

/** Where a person wrote to Cordon, and besides in the channels of the policy, whose roster knows them by their Entra object id. */
async function lookUpAnywhere(
  { connector, contacts, settings }: World,
  account: Account,
  channels: readonly string[],
): Promise<Profile> {
  // Whoever is of another tenant may not speak to Cordon, whatever a roster says.
  if (!settings.anonymous && !settings.tenants.includes(account.tenant))
    return { account, name: account.user, standing: 'external' };
  const known = await contacts.person(account);
  const serviceUrl = known?.serviceUrl ?? (await contacts.serviceUrl(account.tenant));
  const places = [known?.seenIn, known?.personal, ...channels].filter((place) => place !== undefined);
  let last: unknown = new PlatformError(
    'refused',
    'teams_unknown_person',
    `${account.user} has never written to Cordon`,
    {
      userText: 'Teams does not say who that is, because they have never written to Cordon.',
    },
  );
  for (const place of new Set(places)) {
    const person = () => Promise.resolve({ serviceUrl, user: known?.user ?? account.user, seenIn: place });
    try {
      return await lookUp({ connector, contacts: { ...contacts, person }, settings }, account);
    } catch (error) {
      const elsewhere = error instanceof PlatformError && (error.kind === 'gone' || error.kind === 'not invited');
      if (!elsewhere) throw error;
      // Not to be in a channel of the policy does not mean not to exist.
      if (known !== undefined) last = error;
    }
  }
  throw last;
}

async function channels(world: World, policy: Policy | undefined): Promise<Outcome | Outcome[]> {
  if (policy === undefined) throw new Skip('There is no policy that could name any: see policy.file.');
  const announced = announcedOn('teams', policy);
  if (announced.length === 0)
    throw new Skip('The policy announces in no channel of Teams: requests are shown where they are asked.');
  const outcomes = await Promise.all(announced.map((each) => channel(world, each)));
  const bad = outcomes.filter(({ status }) => status !== 'ok');
  return bad.length > 0
    ? bad
    : ok(
        `${counted(announced.length, 'channel')}: Cordon is installed in ${announced.length === 1 ? 'its team' : 'the team of each'}.`,
      );
}

async function channel({ connector, contacts, settings }: World, { id, by }: Announced): Promise<Outcome> {
  const [tenant = ''] = settings.tenants;
  const serviceUrl = (await contacts.conversation(id))?.serviceUrl ?? (await contacts.serviceUrl(tenant));
  try {
    await connector.member({ serviceUrl, conversation: id }, nobody);
    return ok(id);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const install =
      'In Teams add the Cordon app to that team (Apps > Cordon > Add to a team); a channel’s id is in its link: Get link to channel.';
    switch (error.code) {
      case 'teams_member_not_found_in_conversation':
      case 'teams_user_not_found':
        return ok(id);
      case 'teams_bot_not_in_conversation_roster':
        return failed(
          `Cordon is not installed in the team of ${id}, where ${by} announces: no card can be posted there.`,
          install,
          id,
        );
      case 'teams_conversation_not_found':
        return failed(
          `Teams knows no conversation ${id}.`,
          `Put its id right under ${by} of the policy. ${install}`,
          id,
        );
      case 'teams_http_401':
      case 'teams_unauthorized':
        return failed(
          `Teams does not accept the bot’s token.`,
          'Check MicrosoftAppId, that the Azure Bot has this app id, and ToChannelFromBotOAuthScope where it is set.',
          id,
        );
      default:
        return error.kind === 'later'
          ? failed(
              `${serviceUrl} cannot be asked about ${id}: ${noConnection(error.cause)}.`,
              'Check that this machine reaches it, and CORDON_TEAMS_SERVICE_URL where it is set.',
              id,
            )
          : warning(`Teams answers oddly about ${id}: ${error.message}.`, 'Run cordon doctor again in a minute.', id);
    }
  }
}
