import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../e2e/eventually.js';
import { channel, Scene } from '../e2e/scene.js';
import { blocksOf, type Command, commandsOf, inlineCodeOf, markdownFiles, shells } from './blocks.js';
import { elsewhere, notRun } from './elsewhere.js';

const run = promisify(execFile);
const wholeProject = ['package.json', 'bin', 'dist', 'manifests', 'native', 'node_modules', 'sandbox', 'docs'];

interface Script {
  readonly where: string;
  readonly file: string;
  readonly commands: readonly Command[];
}

/** Each block is one script, because its commands build on each other. */
const scripts: readonly Script[] = markdownFiles().flatMap((file) =>
  blocksOf(file)
    .filter(({ language }) => shells.includes(language))
    .map((block) => ({ where: `${file}:${block.line}`, file, commands: commandsOf(block) })),
);
const written = scripts.flatMap(({ commands }) => commands.map(({ text }) => text));
/** Its name and its options. */
const ofCordon = /^(?:npx cordon|node bin\/cordon\.js|cordon) ([a-z]+)(.*)/;
const listed = [...elsewhere, ...notRun];
const listing = (command: string) => listed.find(([beginning]) => command.startsWith(beginning));

/**
 * Every command of the documentation, in a folder like that of whoever has just cloned Cordon and set it up: beside a Cordon that runs and
 * has a request, with its settings.
 */
describe('the commands of the documentation', function () {
  this.timeout(120_000);
  let folder: string;
  let scene: Scene;
  let request: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cordon-docs-'));
    for (const name of wholeProject) if (existsSync(name)) symlinkSync(resolve(name), join(folder, name));
    for (const name of ['policy.yaml', 'policy.example.yaml'])
      await copyFile('policy.example.yaml', join(folder, name));
    await cp('deploy', join(folder, 'deploy'), { recursive: true });
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
      .replaceAll('slack:C0INCIDENT', `slack:${channel}`)
      .replaceAll(/https?:\/\/cordon(?:\.contoso\.com|:3978)/g, scene.sandbox.cordon().url);

  for (const { where, file, commands } of scripts) {
    const own = commands.filter(({ text }) => listing(text) === undefined);
    if (own.length === 0) continue;
    it(`${where} works: ${own.map(({ text }) => text).join('; ')}`, async () => {
      const { HOME = folder, PATH = '' } = process.env;
      // Of the sandbox, but the database and the key are where the documentation has them.
      const settings = without(scene.sandbox.settings, ['DATABASE_URL', 'CORDON_AUDIT_KEY']);
      // The people of the example are nobody in the sandbox.
      const policy = file === 'docs/policy.md' ? { CORDON_POLICY: 'policy.yaml' } : {};
      // npx links the project into its cache.
      const env = { HOME, PATH, npm_config_cache: join(folder, 'npm'), ...settings, ...policy };
      const script = filledIn(own.map(({ text }) => text).join('\n'));
      const { stdout } = await run('bash', ['-ec', script], { cwd: folder, env, timeout: 110_000 }).catch(
        (error: unknown) => assert.fail(inFull(error)),
      );
      for (const shown of own.flatMap(({ prints }) => prints)) {
        assert.ok(stdout.split('\n').includes(shown), `${shown}\nis not in\n${stdout}`);
      }
    });
  }

  it('are run here, or listed with what runs them', () => {
    for (const [beginning, where] of listed) {
      assert.ok(
        written.some((command) => command.startsWith(beginning)),
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
    for (const text of texts.filter((each) => ofCordon.test(each))) {
      const [, name = '', rest = ''] = ofCordon.exec(text) ?? [];
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

function inFull(error: unknown): string {
  const said = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
  return `${String(error)}\n${said}`;
}
