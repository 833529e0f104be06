import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { connectorResource } from '../../../sandbox/teams.js';
import { postForm } from './bot.js';
import { startTeamsBench, type TeamsBench } from './support.js';

describe('Entra stand-in with the bot’s app beside Defender’s', () => {
  let bench: TeamsBench;
  let agent: Agent;
  beforeEach(async () => {
    bench = await startTeamsBench();
    agent = new Agent({ ca: bench.entra.caPem });
  });
  afterEach(async () => {
    agent.destroy();
    await bench.close();
  });

  const ask = async (over: Record<string, string>): Promise<{ access_token?: string; error_codes?: number[] }> => {
    const { settings } = bench.teams;
    const form = {
      grant_type: 'client_credentials',
      client_id: settings.MicrosoftAppId ?? '',
      client_secret: settings.MicrosoftAppPassword ?? '',
      scope: `${connectorResource}/.default`,
      ...over,
    };
    const url = `${settings.ToChannelFromBotLoginUrl ?? ''}/oauth2/v2.0/token`;
    return JSON.parse(await postForm(url, form, agent)) as Awaited<ReturnType<typeof ask>>;
  };

  it('gives the bot a token for the Bot Framework, which Defender does not take', async () => {
    const { access_token = '' } = await ask({});
    assert.equal(bench.entra.validToken(access_token, connectorResource), true);
    assert.equal(bench.entra.validToken(access_token), false);
    assert.deepEqual(bench.entra.rolesOf(access_token), []);
    assert.equal(bench.entra.validToken(bench.entra.issue(), connectorResource), false);
  });

  it('gives neither app the other’s resource, nor takes one’s secret for the other', async () => {
    assert.deepEqual((await ask({ scope: bench.entra.scope })).error_codes, [500011]);
    const defender = { client_id: bench.entra.clientId, client_secret: bench.entra.clientSecret };
    assert.deepEqual((await ask(defender)).error_codes, [500011]);
    assert.deepEqual((await ask({ client_id: bench.entra.clientId })).error_codes, [7000215]);
  });
});
