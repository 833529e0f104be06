import assert from 'node:assert/strict';
import { readConfig } from '../../src/config.js';
import type { TeamsSettings } from '../../src/config/teams.js';
import { completeSettings, configProblems as problems } from '../support.js';

const tenant = '11111111-2222-4333-8444-555555555555';
const other = '99999999-2222-4333-8444-555555555555';
const teams = {
  MicrosoftAppId: '77777777-8888-4999-AAAA-000000000000',
  MicrosoftAppPassword: 'hunter2',
  MicrosoftAppTenantId: tenant,
};
const { SLACK_BOT_TOKEN: _token, SLACK_SIGNING_SECRET: _secret, ...entra } = completeSettings;
const complete = { ...entra, ...teams };

const channel = {
  ToChannelFromBotLoginUrl: 'https://127.0.0.1:4444/tenant',
  ToChannelFromBotOAuthScope: 'https://api.example.com/.default',
  ToBotFromChannelTokenIssuer: 'http://127.0.0.1:5555',
  ToBotFromChannelOpenIdMetadataUrl: 'http://127.0.0.1:5555/.well-known/openid-configuration',
};

type Env = Readonly<Record<string, string | undefined>>;

function read(env: Env): TeamsSettings {
  const { teams } = readConfig(env);
  assert.ok(teams);
  return teams;
}

describe('the settings of Teams', () => {
  it('are off without any, and enough without Slack', () => {
    assert.equal(readConfig(completeSettings).teams, undefined);
    const config = readConfig(complete);
    assert.equal(config.slack, undefined);
    assert.ok(config.teams);
  });

  it('go to the public cloud, for one tenant, with every address said', () => {
    const expected: TeamsSettings = {
      appId: '77777777-8888-4999-aaaa-000000000000',
      appType: 'SingleTenant',
      password: 'hunter2',
      tenantId: tenant,
      tenants: [tenant],
      channel: {
        loginUrl: undefined,
        oAuthScope: 'https://api.botframework.com',
        tokenIssuer: 'https://api.botframework.com',
        openIdMetadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
        serviceUrl: 'https://smba.trafficmanager.net/teams/',
      },
      disableInstanceDiscovery: false,
      anonymous: false,
    };
    assert.deepEqual(read(complete), expected);
  });

  it('go to Azure Government with the tenant’s cloud, whether or not its channel service is set', () => {
    const government = { ...complete, DEFENDER_CLOUD: 'gcc-high' };
    for (const settings of [government, { ...government, ChannelService: 'https://botframework.azure.us/' }]) {
      assert.deepEqual(read(settings).channel, {
        loginUrl: `https://login.microsoftonline.us/${tenant}`,
        oAuthScope: 'https://api.botframework.us',
        tokenIssuer: 'https://api.botframework.us',
        openIdMetadataUrl: 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration',
        serviceUrl: 'https://smba.infra.gov.teams.microsoft.us/teams/',
      });
    }
    assert.match(problems({ ...complete, ChannelService: 'https://botframework.example.com' }), /^ChannelService /);
  });

  for (const spelt of ['multitenant', 'MULTITENANT', 'MultiTenant']) {
    it(`know ${spelt}, which has to say who may speak to Cordon`, () => {
      const many = { ...complete, MicrosoftAppType: spelt, MicrosoftAppTenantId: undefined };
      assert.match(problems(many), /^CORDON_TEAMS_TENANTS is missing/);
      const settings = read({ ...many, CORDON_TEAMS_TENANTS: `${tenant}, ${other.toUpperCase()}` });
      assert.equal(settings.appType, 'MultiTenant');
      assert.equal(settings.tenantId, undefined);
      assert.deepEqual(settings.tenants, [tenant, other]);
    });
  }

  it('take a managed identity, which has no password', () => {
    const identity = { ...complete, MicrosoftAppType: 'userassignedmsi' };
    assert.match(problems(identity), /^MicrosoftAppPassword must not be set/);
    assert.equal(read({ ...identity, MicrosoftAppPassword: '' }).appType, 'UserAssignedMSI');
  });

  it('refuse a group that is set in part, by the name of what is missing', () => {
    assert.match(problems({ ...complete, MicrosoftAppPassword: undefined }), /^MicrosoftAppPassword is missing/);
    assert.match(problems({ ...complete, MicrosoftAppTenantId: undefined }), /^MicrosoftAppTenantId is missing/);
    for (const name of ['MicrosoftAppPassword', 'MicrosoftAppTenantId'] as const) {
      assert.match(problems({ ...completeSettings, [name]: teams[name] }), /^MicrosoftAppId is missing, though/);
    }
    assert.match(problems({ ...completeSettings, CORDON_TEAMS_TENANTS: tenant }), /^MicrosoftAppId is missing, though/);
  });

  it('pass the Bot Framework’s channel settings through', () => {
    const unused = { OAuthUrl: 'x', ToBotFromEmulatorOpenIdMetadataUrl: 'x', CallerId: 'x', ValidateAuthority: 'true' };
    const service = { CORDON_TEAMS_SERVICE_URL: 'http://127.0.0.1:6666/teams' };
    assert.deepEqual(read({ ...complete, ...channel, ...unused, ...service }).channel, {
      loginUrl: channel.ToChannelFromBotLoginUrl,
      oAuthScope: 'https://api.example.com',
      tokenIssuer: channel.ToBotFromChannelTokenIssuer,
      openIdMetadataUrl: channel.ToBotFromChannelOpenIdMetadataUrl,
      serviceUrl: 'http://127.0.0.1:6666/teams/',
    });
  });

  for (const name of Object.keys(channel)) {
    it(`refuse the channel settings without ${name}`, () => {
      assert.match(problems({ ...complete, ...channel, [name]: undefined }), new RegExp(`^${name} is missing, though`));
    });
  }

  it('refuse one channel setting alone', () => {
    const text = problems({ ...complete, OAuthUrl: 'https://api.botframework.com' });
    for (const name of Object.keys(channel)) assert.ok(text.includes(name), name);
  });

  it('refuse keys over http from another machine, and an authority without tenant', () => {
    const keys = { ToBotFromChannelOpenIdMetadataUrl: 'http://keys.example.com/' };
    assert.match(problems({ ...complete, ...channel, ...keys }), /^ToBotFromChannelOpenIdMetadataUrl .*https/);
    const login = { ToChannelFromBotLoginUrl: 'https://login.example.com' };
    assert.match(problems({ ...complete, ...channel, ...login }), /^ToChannelFromBotLoginUrl .*tenant/);
  });

  it('refuse ids that are none, and never repeat a value', () => {
    const text = problems({ ...complete, MicrosoftAppId: 'hunter2', CORDON_TEAMS_TENANTS: `${tenant},hunter2` });
    assert.match(text, /^MicrosoftAppId /m);
    assert.match(text, /^CORDON_TEAMS_TENANTS/m);
    assert.doesNotMatch(text, /hunter2/);
  });

  describe('for the Agents Playground', () => {
    const playground = {
      ...entra,
      CORDON_PLAYGROUND: 'true',
      HOST: '127.0.0.1',
      DEFENDER_API_URL: 'http://127.0.0.1:8080',
    };

    it('authenticate nobody, on this machine alone', () => {
      const settings = read(playground);
      assert.equal(settings.anonymous, true);
      assert.equal(settings.appId, undefined);
      assert.deepEqual(settings.tenants, []);
    });

    it('are refused where another machine could reach it, or a real Defender be reached', () => {
      assert.match(problems({ ...playground, HOST: undefined }), /^CORDON_PLAYGROUND .*HOST/);
      assert.match(problems({ ...playground, HOST: '0.0.0.0' }), /^CORDON_PLAYGROUND .*HOST/);
      assert.match(problems({ ...playground, HOST: 'localhost.example.com' }), /^CORDON_PLAYGROUND .*HOST/);
      assert.match(problems({ ...playground, DEFENDER_API_URL: undefined }), /^CORDON_PLAYGROUND .*DEFENDER_API_URL/);
      const real = { DEFENDER_API_URL: 'https://api.security.microsoft.com' };
      assert.match(problems({ ...playground, ...real }), /^CORDON_PLAYGROUND .*DEFENDER_API_URL/);
    });

    for (const [name, value] of Object.entries({ ...teams, ...channel })) {
      it(`are refused together with ${name}`, () => {
        assert.match(problems({ ...playground, [name]: value }), new RegExp(`^CORDON_PLAYGROUND .*${name}`));
      });
    }

    it('are off unless switched on', () => {
      assert.equal(read({ ...complete, CORDON_PLAYGROUND: 'false' }).anonymous, false);
    });
  });
});
