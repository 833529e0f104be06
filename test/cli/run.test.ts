import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { version } from '../../src/version.js';
import { cordon } from './support.js';

describe('cordon on the command line', () => {
  it('lists its commands, and says more about each', async () => {
    for (const line of ['', 'help', '--help']) {
      const { code, stdout } = await cordon(line);
      assert.equal(code, 0);
      assert.match(stdout, /manifest +writes/);
    }
    for (const line of ['help manifest', 'manifest --help']) {
      assert.match((await cordon(line)).stdout, /--app-id <MicrosoftAppId>/);
    }
  });

  const mistakes: [string, RegExp][] = [
    ['manifets', /no command “manifets”. Did you mean “manifest”\?/],
    ['constructor', /no command “constructor”/],
    ['manifest', /cordon manifest teams, or cordon manifest slack/],
    ['manifest teams --hots a.example', /no option --hots. Did you mean --host\?/],
    ['manifest teams', /--host is missing/],
    ['manifest teams --host https://cordon.contoso.com', /is no host name. Write it without https/],
    ['manifest teams --host cordon.contoso.com', /--app-id is missing, and MicrosoftAppId is not set/],
    ['manifest teams --host cordon.contoso.com --app-id abc', /The app id abc is no GUID/],
    ['manifest teams --socket-mode', /for Slack alone/],
    ['manifest slack --host', /host/],
    ['manifest slack extra --host a.example', /“extra” is too much/],
  ];
  for (const [line, words] of mistakes) {
    it(`does not understand “${line}”, says why and exits with 2`, async () => {
      const { code, stderr, files } = await cordon(line);
      assert.equal(code, 2);
      assert.match(stderr, words);
      assert.equal(files.size, 0);
    });
  }

  it('runs as a program of its own', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['bin/cordon.js', '--version']);
    assert.equal(stdout, `${version}\n`);
  });
});
