import assert from 'node:assert/strict';
import { readConfig } from '../src/config.js';
import { completeSettings as complete, configProblems as problems } from './support.js';

describe('the settings', () => {
  it('need a platform and Entra, and say where to read on', () => {
    const text = problems({});
    assert.match(text, /No chat platform is set up.*SLACK_BOT_TOKEN.*docs\/slack\.md.*npm run sandbox/);
    assert.match(text, /For Teams set MicrosoftAppId.*docs\/teams\.md/);
    assert.match(text, /AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET are missing.*docs\/entra\.md/);
  });

  it('are complete with a platform and Entra, and go to the commercial cloud', () => {
    const config = readConfig(complete);
    assert.equal(config.port, 3978);
    assert.equal(config.databaseUrl, 'sqlite:data/cordon.db');
    assert.equal(config.policyPath, 'policy.yaml');
    assert.equal(config.defender.apiUrl, 'https://api.security.microsoft.com');
    assert.equal(config.defender.scope, 'https://api.securitycenter.microsoft.com/.default');
  });

  it('refuse a group that is set in part, by the name of what is missing', () => {
    assert.match(problems({ ...complete, SLACK_SIGNING_SECRET: '' }), /SLACK_SIGNING_SECRET is missing/);
    assert.match(problems({ ...complete, SLACK_BOT_TOKEN: undefined }), /SLACK_BOT_TOKEN is missing/);
    assert.match(problems({ ...complete, AZURE_CLIENT_SECRET: undefined }), /^AZURE_CLIENT_SECRET is missing/);
  });

  it('accept an app token in place of the signing secret', () => {
    assert.equal(
      readConfig({ ...complete, SLACK_SIGNING_SECRET: undefined, SLACK_APP_TOKEN: 'xapp-1' }).slack?.appToken,
      'xapp-1',
    );
  });

  for (const name of ['DEFENDER_TENANT', 'CORDON_POLICE']) {
    it(`refuse ${name}, which does not exist`, () => {
      assert.match(problems({ ...complete, [name]: 'x' }), new RegExp(`^${name} is not a setting of Cordon`));
    });
  }

  it('refuse a value that cannot be right, by name', () => {
    const text = problems({
      ...complete,
      PORT: 'http',
      DEFENDER_CLOUD: 'china',
      DEFENDER_API_URL: 'http://defender.example.com',
    });
    assert.match(text, /^PORT /m);
    assert.match(text, /^DEFENDER_CLOUD /m);
    assert.match(text, /^DEFENDER_API_URL .*https/m);
    assert.match(problems({ ...complete, DEFENDER_CLOUD: 'gcc', DEFENDER_REGION: 'eu' }), /^DEFENDER_REGION/);
  });

  it('take the documented quota, or that of a tenant with another one', () => {
    assert.deepEqual(readConfig(complete).quota, { scope: 'operation', callsPerMinute: 100, callsPerHour: 1_500 });
    const other = { CORDON_QUOTA_SCOPE: 'app', DEFENDER_CALLS_PER_MINUTE: '45', DEFENDER_CALLS_PER_HOUR: '750' };
    assert.deepEqual(readConfig({ ...complete, ...other }).quota, {
      scope: 'app',
      callsPerMinute: 45,
      callsPerHour: 750,
    });
    assert.match(
      problems({ ...complete, CORDON_QUOTA_SCOPE: 'tenant' }),
      /^CORDON_QUOTA_SCOPE has to be operation or app/,
    );
    assert.match(problems({ ...complete, DEFENDER_CALLS_PER_MINUTE: '0' }), /^DEFENDER_CALLS_PER_MINUTE /);
  });

  it('take http for loopback alone', () => {
    for (const host of ['127.0.0.1', '127.8.9.10', 'localhost', '[::1]']) {
      assert.equal(problems({ ...complete, DEFENDER_API_URL: `http://${host}:8080` }), '', host);
    }
    for (const host of ['127.example.com', '10.0.0.1', 'localhost.example.com']) {
      assert.match(problems({ ...complete, DEFENDER_API_URL: `http://${host}` }), /https/, host);
    }
  });

  it('never repeat a value: it may be a secret', () => {
    assert.doesNotMatch(problems({ ...complete, SLACK_BOT_TOKEN: 'hunter2' }), /hunter2/);
  });
});
