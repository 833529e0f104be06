import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { completeSettings as complete } from '../support.js';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const sandboxMain = fileURLToPath(new URL('../../sandbox/main.js', import.meta.url));

function run(file: string, settings: Record<string, string> = {}): { status: number | null; output: string } {
  const env = { PATH: process.env.PATH ?? '', ...settings };
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    env,
    encoding: 'utf8',
    timeout: 20_000,
    cwd: tmpdir(),
  });
  return { status, output: stdout + stderr };
}

describe('starting', function () {
  this.timeout(30_000);

  it('says with nothing set what to set and where to read, and ends with 1', () => {
    const { status, output } = run(main);
    assert.equal(status, 1);
    for (const part of ['SLACK_BOT_TOKEN', 'AZURE_TENANT_ID', 'docs/slack.md', 'docs/entra.md', 'npm run sandbox']) {
      assert.ok(output.includes(part), part);
    }
    assert.doesNotMatch(output, /at .*\.js/);
  });

  it('says what to do without a policy', () => {
    const { status, output } = run(main, { ...complete, CORDON_POLICY: join(tmpdir(), 'no-such-policy.yaml') });
    assert.equal(status, 1);
    assert.match(output, /no-such-policy\.yaml cannot be read.*policy\.example\.yaml/);
  });

  it('names line and field of a mistake in the policy', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cordon-start-'));
    try {
      const path = join(folder, 'policy.yaml');
      writeFileSync(path, 'version: 1\ngroups: {}\nrules:\n  - name: a\n    actions: [restrain]\n');
      const { status, output } = run(main, { ...complete, CORDON_POLICY: path });
      assert.equal(status, 1);
      assert.match(output, /policy\.yaml:5/);
      assert.match(output, /restrain|actions/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('does not start with settings of Teams but without the id of its app, without which the SDK authenticates nobody', () => {
    const teams = { MicrosoftAppPassword: 's', MicrosoftAppTenantId: '8c7e2d1a-1111-4222-8333-444455556666' };
    const { status, output } = run(main, { ...complete, ...teams });
    assert.equal(status, 1);
    assert.match(output, /MicrosoftAppId is missing, though MicrosoftAppPassword.*docs\/teams\.md/);
  });

  it('does not start for the Playground where other machines reach it', () => {
    const settings = { ...complete, CORDON_PLAYGROUND: 'true', DEFENDER_API_URL: 'http://127.0.0.1:9' };
    const { status, output } = run(main, { ...settings, HOST: '0.0.0.0' });
    assert.equal(status, 1);
    assert.match(output, /CORDON_PLAYGROUND.*HOST/);
  });

  it('does not start with a certificate that is not there, and says which setting that is', () => {
    const settings = { ...complete, AZURE_CLIENT_SECRET: '', AZURE_CLIENT_CERTIFICATE_PATH: '/nowhere/cordon.pem' };
    const { status, output } = run(main, settings);
    assert.equal(status, 1);
    assert.match(output, /the file of AZURE_CLIENT_CERTIFICATE_PATH is not there/);
  });

  it('does not start with settings of two clouds or of two credentials, and names both', () => {
    const clouds = run(main, { ...complete, AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us' });
    assert.equal(clouds.status, 1);
    assert.match(clouds.output, /AZURE_AUTHORITY_HOST names .* but DEFENDER_CLOUD is commercial/);
    const credentials = run(main, { ...complete, AZURE_FEDERATED_TOKEN_FILE: '/nowhere/token' });
    assert.equal(credentials.status, 1);
    assert.match(credentials.output, /AZURE_CLIENT_SECRET, AZURE_FEDERATED_TOKEN_FILE are set/);
  });

  it('does not start the sandbox next to real credentials or in production', () => {
    const withToken = run(sandboxMain, { SLACK_BOT_TOKEN: 'xoxb-real' });
    assert.equal(withToken.status, 1);
    assert.match(withToken.output, /SLACK_BOT_TOKEN is set/);
    assert.equal(run(sandboxMain, { NODE_ENV: 'production' }).status, 1);
  });
});
