import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import { settingNames } from '../../src/config.js';
import { letIn, readDockerfile, type Stage, type Step } from './dockerfile.js';

const text = readFileSync('Dockerfile', 'utf8');
const stages = readDockerfile(text);
const ignored = readFileSync('.dockerignore', 'utf8');
const last = stages.at(-1)!;

function steps<K extends Step['do']>(stage: Stage, kind: K): Extract<Step, { do: K }>[] {
  return stage.steps.filter((step): step is Extract<Step, { do: K }> => step.do === kind);
}

describe('the Dockerfile', () => {
  it('is sound by the rules of its language', () => {
    assert.deepEqual(validate(text), []);
  });

  it('starts from Node 24, pinned, and from the same in every stage', () => {
    assert.deepEqual(new Set(stages.map(({ image }) => image)), new Set(['node:24-slim']));
  });

  it('has no compiler, no package manager’s work and no cache in the final stage', () => {
    for (const { command } of steps(last, 'run')) assert.doesNotMatch(command, /apt|npm|npx|g\+\+|curl|wget/);
  });

  it('runs as a number that is not root, after everything that needs root', () => {
    const [user] = steps(last, 'user');
    assert.match(user!.user, /^[1-9]\d*:[1-9]\d*$/);
    const after = last.steps.slice(last.steps.indexOf(user!) + 1).map((step) => step.do);
    assert.ok(!after.some((kind) => ['run', 'copy', 'user'].includes(kind)), after.join());
  });

  it('passes signals on: what it starts, and asks after, is no shell', () => {
    for (const kind of ['cmd', 'healthcheck'] as const) {
      const found = steps(last, kind);
      assert.equal(found.length, 1, kind);
      assert.equal(found[0]!.words?.[0], 'node', kind);
    }
  });

  it('copies only what is there and what .dockerignore lets in, and lets in nothing else', () => {
    const copied = stages.flatMap((stage) => steps(stage, 'copy')).filter(({ from }) => from === undefined);
    const sources = copied.flatMap(({ sources }) => sources);
    for (const source of sources) assert.ok(existsSync(source), source);
    assert.deepEqual(letIn(ignored).sort(), [...new Set(sources)].sort());
  });

  it('copies into the final stage what the process reads', () => {
    const copied = steps(last, 'copy').map(({ sources: [source] }) => source!.split('/').at(-1));
    assert.deepEqual(copied.sort(), ['bin', 'dist', 'manifests', 'node_modules', 'package.json']);
  });

  it('sets nothing that is no setting, and keeps what changes in /data', () => {
    const values = Object.assign({}, ...steps(last, 'env').map((step) => step.values)) as Record<string, string>;
    const { NODE_ENV, ...settings } = values;
    assert.equal(NODE_ENV, 'production');
    for (const name of Object.keys(settings)) assert.ok(settingNames.includes(name), name);
    assert.deepEqual(
      steps(last, 'volume').map(({ folder }) => folder),
      ['/data'],
    );
    for (const name of ['DATABASE_URL', 'CORDON_AUDIT_KEY']) assert.match(settings[name]!, /^(sqlite:)?\/data\//);
  });

  it('has no secret and no argument that could carry one', () => {
    assert.doesNotMatch(text, /SECRET|TOKEN|PASSWORD/i);
    assert.deepEqual(
      [...text.matchAll(/^ARG (\w+)/gm)].map(([, name]) => name),
      ['BASE'],
    );
  });
});

describe('reading a Dockerfile', () => {
  it('refuses an instruction that the replay would pass over', () => {
    assert.throws(() => readDockerfile('FROM node:24-slim\nADD a b\n'), /does not know ADD/);
  });

  it('knows the shell form from the exec form', () => {
    const [stage] = readDockerfile('FROM a\nCMD node main.js\nHEALTHCHECK --interval=5s CMD true\n');
    assert.deepEqual(stage!.steps, [
      { do: 'cmd', words: undefined },
      { do: 'healthcheck', words: undefined },
    ]);
  });

  it('refuses a .dockerignore that lets everything in', () => {
    assert.throws(() => letIn('node_modules\n'), /begin with \*/);
  });
});
