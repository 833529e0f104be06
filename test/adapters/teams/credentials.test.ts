import assert from 'node:assert/strict';
import type { AccessToken } from '@azure/identity';
import sinon from 'sinon';
import { BotCredentials, BotCredentialsFactory, checkCredentials } from '../../../adapters/teams/credentials.js';
import type { Log } from '../../../adapters/teams/log.js';
import type { TeamsSettings } from '../../../src/config/teams.js';
import { PlatformError } from '../../../src/platform.js';
import { teamsSettings } from './settings.js';

let apps = 0;

/** The SDK caches tokens for the whole process, by app: each test is another app. */
function settings(over: Partial<TeamsSettings> = {}): TeamsSettings {
  apps += 1;
  return { ...teamsSettings, appId: `c4edc4ed-0000-4000-8000-${String(apps).padStart(12, '0')}`, ...over };
}

class Entra {
  readonly asked: (string | string[])[] = [];
  lifetimeMs = 3_600_000;
  getToken(scopes: string | string[]): Promise<AccessToken> {
    this.asked.push(scopes);
    return Promise.resolve({ token: `token-${this.asked.length}`, expiresOnTimestamp: Date.now() + this.lifetimeMs });
  }
}

describe('The bot’s own token', () => {
  it('is asked for with the scope of the connector, and kept', async () => {
    const entra = new Entra();
    const credentials = new BotCredentials(settings(), entra);
    assert.equal(await credentials.getToken(), 'token-1');
    assert.equal(await credentials.getToken(), 'token-1');
    assert.deepEqual(entra.asked, ['https://api.botframework.com/.default']);
  });

  it('is asked for once, however many calls need it at the same time', async () => {
    const entra = new Entra();
    const credentials = new BotCredentials(settings(), entra);
    const tokens = await Promise.all([1, 2, 3].map(() => credentials.getToken()));
    assert.deepEqual(tokens, ['token-1', 'token-1', 'token-1']);
    assert.equal(entra.asked.length, 1);
  });

  it('is not used any more when less than five minutes are left', async () => {
    const entra = new Entra();
    entra.lifetimeMs = 4 * 60_000;
    const credentials = new BotCredentials(settings(), entra);
    await credentials.getToken();
    assert.equal(await credentials.getToken(), 'token-2');
  });

  it('of one authority is not taken for that of another', async () => {
    const mine = settings();
    const private_ = { ...mine, channel: { ...mine.channel, loginUrl: 'https://login.example.com/t' } };
    await new BotCredentials(mine, new Entra()).getToken();
    const entra = new Entra();
    await new BotCredentials(private_, entra).getToken();
    assert.equal(entra.asked.length, 1);
  });

  it('is asked for again after a failure', async () => {
    const entra = new Entra();
    const failing = {
      getToken: (scope: string | string[]) =>
        entra.asked.length === 0
          ? entra.getToken(scope).then(() => Promise.reject(new Error('ENOTFOUND')))
          : entra.getToken(scope),
    };
    const credentials = new BotCredentials(settings(), failing);
    await assert.rejects(credentials.getToken(), /ENOTFOUND/);
    assert.equal(await credentials.getToken(), 'token-2');
  });
});

describe('What the SDK is told about the bot', () => {
  const of = (given: TeamsSettings): BotCredentialsFactory =>
    new BotCredentialsFactory(given, new BotCredentials(given, new Entra()));

  it('has one app id', async () => {
    const given = settings();
    assert.equal(await of(given).isValidAppId(given.appId ?? ''), true);
    assert.equal(await of(given).isValidAppId('other'), false);
    assert.equal(await of(given).isValidAppId(''), false);
    assert.equal(await of(settings({ appId: undefined })).isValidAppId(''), false);
  });

  it('switches authentication off where that was asked for, never for want of an app id', async () => {
    assert.equal(await of(settings({ appId: undefined })).isAuthenticationDisabled(), false);
    assert.equal(await of(settings({ anonymous: true })).isAuthenticationDisabled(), true);
  });
});

describe('The check at start', () => {
  const warned = sinon.stub();
  const log: Log = { debug: sinon.stub(), info: sinon.stub(), warn: warned, error: sinon.stub() };
  const check = (message: string): Promise<void> =>
    checkCredentials({ getToken: () => Promise.reject(new Error(message)) }, log);
  beforeEach(() => {
    warned.reset();
  });

  for (const [number, setting] of [
    ['AADSTS7000215', /MicrosoftAppPassword/],
    ['AADSTS7000222', /MicrosoftAppPassword/],
    ['AADSTS700016', /MicrosoftAppId.*MicrosoftAppTenantId/],
    ['AADSTS90002', /MicrosoftAppTenantId/],
  ] as const) {
    it(`ends with the name of the setting to put right after ${number}`, async () => {
      await assert.rejects(check(`invalid_client: ${number}: something. Trace ID: 1`), (error) => {
        assert.ok(error instanceof PlatformError);
        assert.equal(error.kind, 'credentials');
        assert.equal(error.code, 'teams_credentials');
        assert.match(error.userText ?? '', setting);
        return true;
      });
    });
  }

  for (const message of ['getaddrinfo ENOTFOUND login.microsoftonline.com', 'AADSTS90033: a transient error']) {
    it(`only logs what may pass: ${message}`, async () => {
      await check(message);
      assert.equal(warned.callCount, 1);
    });
  }

  it('is silent when all is well', async () => {
    await checkCredentials(new BotCredentials(settings(), new Entra()), log);
    assert.equal(warned.callCount, 0);
  });
});
