import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { copyFile, mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../e2e/eventually.js';
import { Scene } from '../e2e/scene.js';
import { blocksOf, commandsOf, inlineCodeOf, markdownFiles, shells } from './blocks.js';
import { elsewhere, notRun } from './elsewhere.js';

const run = promisify(execFile);
const wholeProject = ['package.json', 'bin', 'dist', 'manifests', 'node_modules', 'sandbox', 'deploy', 'docs'];

const written = markdownFiles().flatMap((file) =>
  blocksOf(file)
    .filter(({ language }) => shells.includes(language))
    .flatMap((block) =>
      commandsOf(block).map(({ text, prints }) => ({ file, line: block.line, command: text, prints })),
    ),
);
const listed = [...elsewhere, ...notRun];
const listing = (command: string) => listed.find(([beginning]) => command.startsWith(beginning));

/**
 * Every command of the documentation, in a folder like that of whoever has just cloned Cordon and set it up: beside a Cordon that runs and
 * has a request, with its settings.
 */
describe('the commands of the documentation', function () {
  this.timeout(60_000);
  let folder: string;
  let scene: Scene;
  let request: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-docs-'));
    for (const name of wholeProject) if (existsSync(name)) symlinkSync(resolve(name), join(folder, name));
    await copyFile('policy.example.yaml', join(folder, 'policy.yaml'));
    await mkdir(join(folder, 'data'));
    scene = await Scene.open({
      teams: {},
      settings: {
        DATABASE_URL: `sqlite:${join(folder, 'data/cordon.db')}`,
        CORDON_AUDIT_KEY: join(folder, 'data/audit-key.pem'),
      },
    });
    await scene.ask();
    const card = await scene.card();
    request = await eventually('the id of the request', () =>
      /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec(JSON.stringify(card.message))?.at(0),
    );
  });
  after(async () => {
    await scene.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** What the reader puts in place of what is an example. */
  const filledIn = (command: string): string =>
    command
      .replaceAll('7K3M-9Q2X', request)
      .replaceAll('<MicrosoftAppId>', '33333333-4444-4555-8666-777777777777')
      .replaceAll('<your host>', 'cordon.contoso.com');

  for (const { file, line, command, prints } of written.filter(({ command }) => listing(command) === undefined)) {
    it(`${file}:${line} works: ${command}`, async () => {
      const { HOME = folder, PATH = '' } = process.env;
      // Of the sandbox, but the database and the key are where the documentation has them.
      const settings = without(scene.sandbox.settings, ['DATABASE_URL', 'CORDON_AUDIT_KEY']);
      // The people of the example are nobody in the sandbox.
      const policy = file === 'docs/policy.md' ? { CORDON_POLICY: 'policy.yaml' } : {};
      const env = { HOME, PATH, ...settings, ...policy };
      const { stdout } = await run('bash', ['-ec', filledIn(command)], { cwd: folder, env, timeout: 50_000 });
      for (const shown of prints) assert.ok(stdout.split('\n').includes(shown), `${shown}\nis not in\n${stdout}`);
    });
  }

  it('are run here, or listed with what runs them', () => {
    for (const [beginning, where] of listed) {
      assert.ok(
        written.some(({ command }) => command.startsWith(beginning)),
        `nothing begins with ${beginning}`,
      );
      if (elsewhere.some(([each]) => each === beginning)) assert.ok(existsSync(where), where);
    }
    assert.ok(written.length > listed.length);
  });

  it('have only options that the help of Cordon knows, wherever they are mentioned', async () => {
    const texts = markdownFiles().flatMap((file) => [
      ...blocksOf(file)
        .flatMap(commandsOf)
        .map(({ text }) => text),
      ...inlineCodeOf(file).filter((text) => text.startsWith('npx cordon ')),
    ]);
    const helps = new Map<string, string>();
    for (const text of texts.filter((each) => /\bcordon(?:\.js)? /.test(each))) {
      const [, name = '', rest = ''] = /\bcordon(?:\.js)? ([a-z]+)(.*)/.exec(text) ?? [];
      const help = helps.get(name) ?? (await run(process.execPath, ['bin/cordon.js', name, '--help'])).stdout;
      helps.set(name, help);
      for (const [option] of rest.matchAll(/--[a-z][a-z-]*/g)) {
        assert.ok(help.includes(option), `${text}: cordon ${name} --help has no ${option}`);
      }
    }
    assert.ok(helps.size > 2);
  });
});

function without(settings: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));
}
