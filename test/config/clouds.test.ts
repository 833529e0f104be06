import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Config, readConfig } from '../../src/config.js';
import { type CloudName, cloudNames, regions } from '../../src/defender/clouds.js';
import { completeSettings, configProblems as problems } from '../support.js';

const tenant = '11111111-2222-4333-8444-555555555555';
const complete = {
  ...completeSettings,
  MicrosoftAppId: '77777777-8888-4999-aaaa-000000000000',
  MicrosoftAppPassword: 'hunter2',
  MicrosoftAppTenantId: tenant,
};

/** Everything that a preset decides, in one row. */
function rowOf({ defender, entra, graph, slack, teams }: Config): Record<string, string | undefined> {
  return {
    api: defender.apiUrl,
    scope: defender.scope,
    portal: defender.portalUrl,
    authority: entra.authorityHost,
    graph: graph.url,
    graphScope: graph.scope,
    slack: slack?.apiUrl,
    login: teams?.channel.loginUrl,
    channel: teams?.channel.oAuthScope,
    issuer: teams?.channel.tokenIssuer,
    keys: teams?.channel.openIdMetadataUrl,
    service: teams?.channel.serviceUrl,
  };
}

const worldwide = {
  portal: 'https://security.microsoft.com',
  authority: 'https://login.microsoftonline.com',
  graph: 'https://graph.microsoft.com',
  graphScope: 'https://graph.microsoft.com/.default',
  slack: 'https://slack.com/api',
  login: undefined,
  channel: 'https://api.botframework.com',
  issuer: 'https://api.botframework.com',
  keys: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
};
const government = {
  api: 'https://api-gov.securitycenter.microsoft.us',
  scope: 'https://api-gov.securitycenter.microsoft.us/.default',
  authority: 'https://login.microsoftonline.us',
  slack: 'https://slack-gov.com/api',
  login: `https://login.microsoftonline.us/${tenant}`,
  channel: 'https://api.botframework.us',
  issuer: 'https://api.botframework.us',
  keys: 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration',
};

const rows: Readonly<Record<CloudName, Record<string, string | undefined>>> = {
  commercial: {
    ...worldwide,
    api: 'https://api.security.microsoft.com',
    scope: 'https://api.securitycenter.microsoft.com/.default',
    service: 'https://smba.trafficmanager.net/teams/',
  },
  gcc: {
    ...worldwide,
    api: 'https://api-gcc.securitycenter.microsoft.us',
    scope: 'https://api-gcc.securitycenter.microsoft.us/.default',
    service: 'https://smba.infra.gcc.teams.microsoft.com/teams/',
  },
  'gcc-high': {
    ...government,
    portal: 'https://security.microsoft.us',
    graph: 'https://graph.microsoft.us',
    graphScope: 'https://graph.microsoft.us/.default',
    service: 'https://smba.infra.gov.teams.microsoft.us/teams/',
  },
  dod: {
    ...government,
    portal: 'https://security.apps.mil',
    graph: 'https://dod-graph.microsoft.us',
    graphScope: 'https://dod-graph.microsoft.us/.default',
    service: 'https://smba.infra.dod.teams.microsoft.us/teams/',
  },
};

/** Values that are known, and the clouds that they belong to. */
const known: readonly (readonly [string, string, readonly CloudName[]])[] = [
  ['AZURE_AUTHORITY_HOST', 'https://login.microsoftonline.com/', ['commercial', 'gcc']],
  ['AZURE_AUTHORITY_HOST', 'https://login.windows.net', ['commercial', 'gcc']],
  ['AZURE_AUTHORITY_HOST', 'https://LOGIN.microsoftonline.us', ['gcc-high', 'dod']],
  ['AZURE_AUTHORITY_HOST', 'https://login.chinacloudapi.cn', []],
  ['DEFENDER_API_URL', 'https://api.security.microsoft.com', ['commercial']],
  ['DEFENDER_API_URL', 'https://eu.api.security.microsoft.com', ['commercial']],
  ['DEFENDER_API_URL', 'https://api.securitycenter.microsoft.com', ['commercial']],
  ['DEFENDER_API_URL', 'https://api-eu.securitycenter.windows.com', ['commercial']],
  ['DEFENDER_API_URL', 'https://api-gcc.securitycenter.microsoft.us', ['gcc']],
  ['DEFENDER_API_URL', 'https://api-gov.securitycenter.microsoft.us', ['gcc-high', 'dod']],
  ['DEFENDER_SCOPE', 'https://api.securitycenter.microsoft.com/.default', ['commercial']],
  ['DEFENDER_SCOPE', 'https://securitycenter.onmicrosoft.com/windowsatpservice/.default', ['commercial', 'gcc']],
  ['DEFENDER_SCOPE', 'https://securitycenter.onmicrosoft.us/windowsatpservice/.default', ['gcc-high', 'dod']],
  ['DEFENDER_SCOPE', 'https://api-gcc.securitycenter.microsoft.us/.default', ['gcc']],
  ['DEFENDER_SCOPE', 'https://api-gov.securitycenter.microsoft.us/.default', ['gcc-high', 'dod']],
  ['DEFENDER_SCOPE', 'fc780465-2017-40d4-a0c5-307022471b92/.default', [...cloudNames]],
  ['CORDON_GRAPH_URL', 'https://graph.microsoft.com', ['commercial', 'gcc']],
  ['CORDON_GRAPH_URL', 'https://graph.microsoft.us', ['gcc-high']],
  ['CORDON_GRAPH_SCOPE', 'https://dod-graph.microsoft.us/.default', ['dod']],
  ['CORDON_GRAPH_SCOPE', 'https://microsoftgraph.chinacloudapi.cn/.default', []],
  ['ChannelService', 'https://botframework.azure.us', ['gcc-high', 'dod']],
  ['CORDON_TEAMS_SERVICE_URL', 'https://smba.trafficmanager.net/emea/', ['commercial']],
  ['CORDON_TEAMS_SERVICE_URL', 'https://smba.infra.gcc.teams.microsoft.com/teams', ['gcc']],
  ['CORDON_TEAMS_SERVICE_URL', 'https://smba.infra.gov.teams.microsoft.us/teams/', ['gcc-high']],
  ['CORDON_TEAMS_SERVICE_URL', 'https://smba.infra.dod.teams.microsoft.us/teams/', ['dod']],
];

/** They are set together or not at all, so each set is of one cloud. */
const channels = {
  public: {
    ToChannelFromBotLoginUrl: 'https://login.microsoftonline.com/botframework.com',
    ToChannelFromBotOAuthScope: 'https://api.botframework.com',
    ToBotFromChannelTokenIssuer: 'https://api.botframework.com',
    ToBotFromChannelOpenIdMetadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
  },
  government: {
    ToChannelFromBotLoginUrl: 'https://login.microsoftonline.us/MicrosoftServices.onmicrosoft.us',
    ToChannelFromBotOAuthScope: 'https://api.botframework.us',
    ToBotFromChannelTokenIssuer: 'https://api.botframework.us',
    ToBotFromChannelOpenIdMetadataUrl: 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration',
  },
};

describe('the cloud of a tenant', () => {
  for (const name of cloudNames) {
    it(`sets everything for ${name} together`, () => {
      assert.deepEqual(rowOf(readConfig({ ...complete, DEFENDER_CLOUD: name })), rows[name]);
    });
  }

  for (const region of regions) {
    it(`has a region ${region}, which moves Defender alone`, () => {
      const row = rowOf(readConfig({ ...complete, DEFENDER_REGION: region }));
      assert.deepEqual(row, { ...rows.commercial, api: `https://${region}.api.security.microsoft.com` });
    });
  }

  for (const [name, value, home] of known) {
    for (const chosen of cloudNames) {
      const fits = home.includes(chosen);
      it(`${fits ? 'takes' : 'refuses'} ${name}=${value} with ${chosen}`, () => {
        const found = problems({ ...complete, DEFENDER_CLOUD: chosen, [name]: value });
        if (fits) {
          assert.equal(found, '');
          return;
        }
        assert.match(found, new RegExp(`^${name} names .*but DEFENDER_CLOUD is ${chosen}: .*remove ${name}\\.$`));
        for (const right of home) assert.ok(found.includes(`DEFENDER_CLOUD=${right}`), found);
        assert.ok(!found.includes(value), 'a value is never repeated');
      });
    }
  }

  for (const [kind, set] of Object.entries(channels)) {
    for (const chosen of cloudNames) {
      const own = chosen === 'gcc-high' || chosen === 'dod' ? 'government' : 'public';
      it(`${kind === own ? 'takes' : 'refuses'} the ${kind} channel settings with ${chosen}, one by one`, () => {
        const found = problems({ ...complete, DEFENDER_CLOUD: chosen, ...set });
        const named = found === '' ? [] : found.split('\n').map((problem) => problem.split(' ')[0]);
        assert.deepEqual(named, kind === own ? [] : Object.keys(set));
      });
    }
  }

  it('refuses a mixture in which every part is of one other cloud, and says which cloud that is', () => {
    const found = problems({
      ...complete,
      AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us',
      DEFENDER_API_URL: 'https://api-gov.securitycenter.microsoft.us',
      DEFENDER_SCOPE: 'https://api-gov.securitycenter.microsoft.us/.default',
    });
    assert.equal(found.split('\n').length, 3);
    assert.match(found, /DEFENDER_CLOUD=gcc-high or DEFENDER_CLOUD=dod/);
  });

  it('refuses a region beside the address of another one, and takes the same one twice', () => {
    const eu = { ...complete, DEFENDER_REGION: 'eu' };
    for (const host of ['us.api.security.microsoft.com', 'api.security.microsoft.com']) {
      assert.match(
        problems({ ...eu, DEFENDER_API_URL: `https://${host}` }),
        /^DEFENDER_API_URL names another Defender than that of DEFENDER_REGION=eu/,
      );
    }
    assert.equal(problems({ ...eu, DEFENDER_API_URL: 'https://eu.api.security.microsoft.com' }), '');
    assert.equal(problems({ ...eu, DEFENDER_API_URL: 'https://defender-proxy.example.com' }), '');
  });

  it('refuses a region outside the commercial cloud', () => {
    assert.match(problems({ ...complete, DEFENDER_CLOUD: 'gcc', DEFENDER_REGION: 'eu' }), /^DEFENDER_REGION is for/);
  });

  it('lets every address that is nobody’s take the place of the preset, in every cloud', () => {
    const host = fc
      .domain()
      .filter((name) => !/microsoft|windows|botframework|trafficmanager|slack|cloudapi/.test(name));
    fc.assert(
      fc.property(fc.constantFrom(...cloudNames), host, (chosen, name) => {
        const config = readConfig({
          ...complete,
          DEFENDER_CLOUD: chosen,
          AZURE_AUTHORITY_HOST: `https://login.${name}`,
          DEFENDER_API_URL: `https://defender.${name}`,
          DEFENDER_SCOPE: `https://defender.${name}/.default`,
          CORDON_GRAPH_URL: `https://graph.${name}`,
          CORDON_TEAMS_SERVICE_URL: `https://teams.${name}/`,
          SLACK_API_URL: `https://slack.${name}/api`,
        });
        const row = rowOf(config);
        assert.deepEqual(
          [row.authority, row.api, row.scope, row.graph, row.service, row.slack],
          [
            `https://login.${name}`,
            `https://defender.${name}`,
            `https://defender.${name}/.default`,
            `https://graph.${name}`,
            `https://teams.${name}/`,
            `https://slack.${name}/api`,
          ],
        );
        assert.equal(row.portal, rows[chosen].portal);
      }),
      { numRuns: 100 },
    );
  });

  it('takes any part of a cloud’s own preset as a setting', () => {
    const settingOf = {
      authority: 'AZURE_AUTHORITY_HOST',
      api: 'DEFENDER_API_URL',
      scope: 'DEFENDER_SCOPE',
      graph: 'CORDON_GRAPH_URL',
      graphScope: 'CORDON_GRAPH_SCOPE',
      service: 'CORDON_TEAMS_SERVICE_URL',
      slack: 'SLACK_API_URL',
    } as const;
    const parts = Object.keys(settingOf) as (keyof typeof settingOf)[];
    fc.assert(
      fc.property(fc.constantFrom(...cloudNames), fc.subarray(parts), (chosen, some) => {
        const same = Object.fromEntries(some.map((part) => [settingOf[part], rows[chosen][part]]));
        assert.deepEqual(rowOf(readConfig({ ...complete, DEFENDER_CLOUD: chosen, ...same })), rows[chosen]);
      }),
    );
  });

  describe('and Slack, which belongs to no tenant', () => {
    const slackOf = (env: Record<string, string>) => {
      const { slack, notices } = readConfig({ ...complete, ...env });
      return { url: slack?.apiUrl, notices: notices.join('\n') };
    };

    it('is taken as it is set, and said where it is of the other kind', () => {
      const publicSlack = slackOf({ DEFENDER_CLOUD: 'dod', SLACK_API_URL: 'https://slack.com/api/' });
      assert.equal(publicSlack.url, 'https://slack.com/api');
      assert.match(publicSlack.notices, /SLACK_API_URL names the public Slack, but DEFENDER_CLOUD is dod/);
      const gov = slackOf({ DEFENDER_CLOUD: 'gcc', SLACK_API_URL: 'https://slack-gov.com/api/' });
      assert.equal(gov.url, 'https://slack-gov.com/api');
      assert.match(gov.notices, /SLACK_API_URL names GovSlack, but DEFENDER_CLOUD is gcc/);
    });

    it('is said where GovSlack was chosen by the cloud alone', () => {
      assert.match(
        slackOf({ DEFENDER_CLOUD: 'gcc-high' }).notices,
        /GovSlack.*SLACK_API_URL=https:\/\/slack\.com\/api/,
      );
    });

    it('is not spoken of where all is as usual, or Slack is off', () => {
      assert.equal(slackOf({}).notices, '');
      assert.equal(slackOf({ SLACK_API_URL: 'https://slack.com/api' }).notices, '');
      assert.equal(slackOf({ DEFENDER_CLOUD: 'dod', SLACK_API_URL: 'https://slack-gov.com/api' }).notices, '');
      assert.equal(slackOf({ DEFENDER_CLOUD: 'dod', SLACK_API_URL: 'http://127.0.0.1:9/api' }).notices, '');
      assert.equal(slackOf({ DEFENDER_CLOUD: 'dod', SLACK_BOT_TOKEN: '', SLACK_SIGNING_SECRET: '' }).notices, '');
    });
  });
});
