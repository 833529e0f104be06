import type { Activity } from 'botbuilder';
import {
  type AuthenticateRequestResult,
  AuthenticationError,
  type BotFrameworkAuthentication,
} from 'botframework-connector';
import { z } from 'zod';
import { CordonError, messageOf } from '../../src/errors.js';
import type { DoorReason } from '../../src/platform.js';
import { BotCredentials, BotCredentialsFactory } from './credentials.js';
import type { TeamsSettings } from '../../src/config/teams.js';
import { AuthenticationWithKeptClients } from './kept-clients.js';
import { quietly } from './quiet.js';
import { within } from '../../src/time.js';

/** The Bot Framework waits 15 s for an answer. */
const timeoutMs = 8_000;

/**
 * Why an activity was not let in; the text is for the log alone. `teams_unauthorized`: nobody vouches for it (401).
 * `teams_keys_unavailable`: Microsoft's signing keys cannot be had, so nobody can tell (503, to be sent again).
 */
export class Refused extends CordonError {
  readonly status: 401 | 503;

  constructor(
    code: 'teams_unauthorized' | 'teams_keys_unavailable',
    readonly reason: DoorReason,
    why: string,
    cause?: unknown,
  ) {
    super(code, why, cause === undefined ? {} : { cause });
    this.status = code === 'teams_unauthorized' ? 401 : 503;
  }
}

/**
 * The SDK's checks and connectors, with every channel setting given, so that none silently falls back to another cloud's. The
 * emulator's keys are the channel's own: Cordon takes channel tokens alone, and Entra's are never asked for.
 */
export function createAuthentication(
  settings: TeamsSettings,
  credentials: BotCredentials = new BotCredentials(settings),
): BotFrameworkAuthentication {
  const { channel } = settings;
  return new AuthenticationWithKeptClients(
    {
      ...(settings.appId === undefined ? {} : { MicrosoftAppId: settings.appId }),
      ToChannelFromBotLoginUrl: channel.loginUrl ?? 'https://login.microsoftonline.com/botframework.com',
      ToChannelFromBotOAuthScope: channel.oAuthScope,
      ToBotFromChannelTokenIssuer: channel.tokenIssuer,
      ToBotFromChannelOpenIdMetadataUrl: channel.openIdMetadataUrl,
      ToBotFromEmulatorOpenIdMetadataUrl: channel.openIdMetadataUrl,
      // For sign-in cards, which Cordon has none of; the SDK makes a client for it all the same.
      OAuthUrl: channel.oAuthScope,
      CallerId: '',
      ValidateAuthority: true,
    },
    new BotCredentialsFactory(settings, credentials),
  );
}

/**
 * Lets in what Teams sent through the Bot Framework, and nothing else. Guarantees: the token was signed by one of the issuer's
 * keys, for this bot, for this `serviceUrl`, and holds now (give or take five minutes); the activity says that it is Teams'.
 * It does not prove who the person is: that is what the activity says, and the Bot Framework vouches for all of it.
 * The SDK would also take tokens of the emulator, of skills and of the AseChannel, which it tells apart by what the *caller* wrote
 * into token and body; so these are refused before it looks. With `anonymous` everything of Teams' is let in.
 * Throws `Refused`.
 */
export async function authenticate(
  activity: Activity,
  authorization: string,
  { settings, authentication }: { settings: TeamsSettings; authentication: BotFrameworkAuthentication },
): Promise<AuthenticateRequestResult> {
  if (activity.channelId !== 'msteams') throw unauthorized('foreign channel', 'the channel is not Teams');
  const issuer = settings.anonymous ? settings.channel.tokenIssuer : unverifiedIssuer(authorization);
  if (issuer === undefined) throw unauthorized('unsigned', 'no signed token');
  if (issuer !== settings.channel.tokenIssuer) throw unauthorized('foreign issuer', 'no token of the Bot Framework');
  let result: AuthenticateRequestResult;
  try {
    result = await within(
      timeoutMs,
      quietly(() => authentication.authenticateRequest(activity, authorization)),
    );
  } catch (error) {
    throw refusal(error);
  }
  if (!settings.anonymous && result.claimsIdentity.getClaimValue('iss') !== settings.channel.tokenIssuer) {
    throw unauthorized('foreign issuer', 'a token of another issuer');
  }
  return result;
}

const bearer = /^Bearer [\w-]+\.(?<payload>[\w-]+)\.[\w-]+$/;
const claims = z.object({ iss: z.string() });

/** What the token says before anybody checked it: good enough to refuse, never to let in. Undefined for what is no signed JWT. */
function unverifiedIssuer(authorization: string): string | undefined {
  const payload = bearer.exec(authorization)?.groups?.['payload'];
  if (payload === undefined) return undefined;
  try {
    return claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString())).data?.iss;
  } catch {
    return undefined;
  }
}

/** Names of what `jsonwebtoken` throws; the SDK passes these on as they are. */
const badToken = ['JsonWebTokenError', 'NotBeforeError', 'TokenExpiredError'];

/** Whatever is not known to be the caller's fault is not held against them, and not let in either. */
function refusal(error: unknown): Refused {
  const unauthorizedBySdk = error instanceof AuthenticationError && String(error.statusCode) === '401';
  if (unauthorizedBySdk || (error instanceof Error && badToken.includes(error.name))) {
    return unauthorized('wrong signature', messageOf(error), error);
  }
  return new Refused(
    'teams_keys_unavailable',
    'keys unavailable',
    `the token could not be checked: ${messageOf(error)}`,
    error,
  );
}

function unauthorized(reason: DoorReason, why: string, cause?: unknown): Refused {
  return new Refused('teams_unauthorized', reason, why, cause);
}
