import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { version } from '../../src/version.js';
import { cordon } from './support.js';

const program = promisify(execFile);

describe('cordon on the command line', () => {
  it('lists its commands, and says more about each', async () => {
    for (const line of ['', 'help', '--help', 'help toString']) {
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
    ['manifest teems', /no manifest for “teems”. Did you mean “teams”\?/],
    ['manifest teams --hots a.example', /no option --hots. Did you mean --host\?/],
    ['manifest teams', /--host is missing/],
    ['manifest teams --host https://cordon.contoso.com', /is no host name. Write it without https/],
    ['manifest teams --host cordon.contoso.com', /--app-id is missing, and MicrosoftAppId is not set/],
    ['manifest teams --host cordon.contoso.com --app-id abc', /The app id abc is no GUID/],
    ['manifest teams --socket-mode', /for Slack alone/],
    ['manifest teams --toString', /toString/],
    ['manifest slack --host', /host/],
    ['manifest slack --host a.example --app-id abc', /for Teams alone/],
    ['manifest slack extra --host a.example', /“extra” is too much/],
  ];
  mistakes.push(
    ['doctor --send-samples C0SAMPLES', /is no conversation: write slack:<channel id> or teams:/],
    ['doctor --url cordon.contoso.com', /is no address: write https:\/\//],
    ['doctor everything', /takes options only/],
    ['doctor --jsn', /Did you mean --json\?/],
    ['doctor --url https://a.example --send-samples slack:C1', /either --url or --send-samples/],
  );
  for (const [line, words] of mistakes) {
    it(`does not understand “${line}”, says why and exits with 2`, async () => {
      const { code, stderr, files } = await cordon(line);
      assert.equal(code, 2);
      assert.match(stderr, words);
      assert.equal(files.size, 0);
    });
  }

  it('exits with 1, and says what happened, where the file cannot be written', async () => {
    const { code, stderr } = await cordon('manifest slack --host a.example --out full.yaml', {}, () =>
      Promise.reject(new Error('ENOSPC: no space left on device')),
    );
    assert.deepEqual([code, stderr], [1, 'ENOSPC: no space left on device\n']);
  });

  describe('as a program of its own', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cordon-cli-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('knows its version', async () => {
      const { stdout } = await program(process.execPath, ['bin/cordon.js', '--version']);
      assert.equal(stdout, `${version}\n`);
    });

    it('writes the same bytes in every time zone', async () => {
      const packages = [];
      for (const TZ of ['Pacific/Auckland', 'America/Los_Angeles']) {
        const out = join(folder, `${packages.length}.zip`);
        const args = ['--host', 'a.example', '--app-id', '5f1d7c3b-aaaa-4bbb-8ccc-ddddeeeeffff', '--out', out];
        await program(process.execPath, ['bin/cordon.js', 'manifest', 'teams', ...args], { env: { TZ } });
        packages.push(await readFile(out));
      }
      assert.deepEqual(packages[0], packages[1]);
    });

    it('says what to do where it is not built and cannot build itself', async () => {
      await cp('bin', join(folder, 'bin'), { recursive: true });
      await cp('package.json', join(folder, 'package.json'));
      await assert.rejects(
        program(process.execPath, [join(folder, 'bin/cordon.js'), 'help']),
        (error: { code?: unknown; stderr?: unknown }) => {
          assert.equal(error.code, 1);
          assert.match(String(error.stderr), /npm ci && npm run build/);
          return true;
        },
      );
    });
  });
});
