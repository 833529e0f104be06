import assert from 'node:assert/strict';
import { CordonError } from '../../src/errors.js';
import { cloud, cloudNames, regions } from '../../src/defender/clouds.js';

describe('the clouds', () => {
  it('ask the commercial API with the audience of its older host', () => {
    assert.deepEqual(cloud('commercial'), {
      apiUrl: 'https://api.security.microsoft.com',
      scope: 'https://api.securitycenter.microsoft.com/.default',
      authorityHost: 'https://login.microsoftonline.com',
      portalUrl: 'https://security.microsoft.com',
      graphUrl: 'https://graph.microsoft.com',
      slackApiUrl: 'https://slack.com/api',
      teams: { channelService: 'public', serviceUrl: 'https://smba.trafficmanager.net/teams/' },
    });
  });

  it('keep scope and authority in every region', () => {
    for (const region of regions) {
      assert.deepEqual(cloud('commercial', region), {
        ...cloud('commercial'),
        apiUrl: `https://${region}.api.security.microsoft.com`,
      });
    }
  });

  it('sign GCC in at the commercial Entra, GCC High and DoD at the one for the US government', () => {
    assert.deepEqual(
      cloudNames.map((name) => new URL(cloud(name).authorityHost).host),
      [
        'login.microsoftonline.com',
        'login.microsoftonline.com',
        'login.microsoftonline.us',
        'login.microsoftonline.us',
      ],
    );
    assert.equal(cloud('gcc-high').apiUrl, cloud('dod').apiUrl);
    assert.notEqual(cloud('gcc-high').portalUrl, cloud('dod').portalUrl);
  });

  it('refuse a region outside the commercial cloud, and say which setting to change', () => {
    assert.throws(
      () => cloud('gcc', 'eu'),
      (thrown) => thrown instanceof CordonError && /DEFENDER_REGION/.test(thrown.userText ?? ''),
    );
  });
});
