import assert from 'node:assert/strict';
import type { Activity } from 'botbuilder';
import { createAuthentication } from '../../../adapters/teams/authentication.js';
import { activity } from './activities.js';
import { teamsSettings } from './settings.js';

describe('the SDK’s clients', () => {
  const anonymous = { ...teamsSettings, appId: undefined, anonymous: true };
  const from = (serviceUrl: string): Activity => ({ ...activity('message-personal'), serviceUrl }) as Activity;
  const [emea, amer] = ['https://smba.trafficmanager.net/emea/', 'https://smba.trafficmanager.net/amer/'];

  it('are made once for a service URL and an audience, however many activities come from there', async () => {
    const authentication = createAuthentication(anonymous);
    const clientFor = async (serviceUrl: string, audience?: string) => {
      const { connectorFactory } = await authentication.authenticateRequest(from(serviceUrl), '');
      return connectorFactory!.create(serviceUrl, audience);
    };
    const first = await clientFor(emea);
    assert.equal(await clientFor(emea), first);
    assert.notEqual(await clientFor(amer), first);
    assert.notEqual(await clientFor(emea, 'https://api.botframework.us'), first);
    const { claimsIdentity } = await authentication.authenticateRequest(from(emea), '');
    assert.equal(
      await authentication.createUserTokenClient(claimsIdentity),
      await authentication.createUserTokenClient(claimsIdentity),
    );
  });

  it('are few, whatever service URLs come', async () => {
    const authentication = createAuthentication(anonymous);
    const { connectorFactory } = await authentication.authenticateRequest(from(emea), '');
    const first = await connectorFactory!.create(emea);
    for (let n = 0; n < 16; n += 1) await connectorFactory!.create(`${amer}${n}/`);
    assert.notEqual(await connectorFactory!.create(emea), first);
  });
});
