import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { settingNames } from '../src/config.js';
import { markdownFiles } from './docs/blocks.js';

/** Without code, in which brackets are no links and `#` begins no heading. */
function prose(file: string): string {
  return readFileSync(file, 'utf8')
    .replaceAll(/^ *```.*?^ *```$/gms, '')
    .replaceAll(/`[^`\n]*`/g, (code) => 'x'.repeat(code.length));
}

/** Fenced blocks and what stands between backticks. */
function code(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^ *```.*?^ *```$|`[^`\n]+`/gms)].map(([text]) => text);
}

/** Targets of `[text](target)` and `![text](target)` that are no web addresses. */
function localLinks(file: string): string[] {
  return [...prose(file).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** What GitHub makes of a heading. */
function anchors(file: string): string[] {
  const text = readFileSync(file, 'utf8').replaceAll(/^ *```.*?^ *```$/gms, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

describe('the documentation', () => {
  describe('of the settings', () => {
    const rows = [...readFileSync('docs/configuration.md', 'utf8').matchAll(/^\| `([^`]+)` \|/gm)].map(
      ([, name = '']) => name,
    );

    it('has one row for each setting that Cordon reads, and for nothing else', () => {
      assert.deepEqual([...rows].sort(), [...settingNames].sort());
    });

    it('names no setting elsewhere that Cordon does not read', () => {
      for (const file of markdownFiles()) {
        const named = readFileSync(file, 'utf8').match(/\b(?:CORDON|DEFENDER|SLACK|AZURE|ENTRA)_[A-Z_]+\b/g) ?? [];
        for (const name of named) assert.ok(settingNames.includes(name), `${file}: ${name}`);
      }
    });
  });

  for (const file of markdownFiles()) {
    it(`links in ${file} only to what is there`, () => {
      for (const link of localLinks(file)) {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? file : normalize(join(dirname(file), path));
        assert.ok(existsSync(target), `${file} links to ${link}`);
        if (anchor !== undefined) assert.ok(anchors(target).includes(anchor), `${file} links to ${link}`);
      }
    });
  }

  it('names no npm command that package.json does not have', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const ofNpm = ['ci', 'install', 'prune'];
    for (const file of markdownFiles()) {
      for (const [said, run, flag, word = ''] of code(file)
        .join('\n')
        .matchAll(/\bnpm (run )?(--silent )?([a-z][\w:-]*)/g)) {
        const known = run === undefined && flag === undefined ? [...ofNpm, 'start', 'test'] : Object.keys(scripts);
        assert.ok(known.includes(word), `${file}: ${said}`);
        if (word === 'start' || word === 'test') assert.ok(word in scripts, `${file}: ${said}`);
      }
    }
  });

  it('gives a newcomer the two commands', () => {
    const readme = readFileSync('README.md', 'utf8');
    for (const command of ['npm ci && npm run sandbox', 'npm ci && npm test']) {
      assert.ok(readme.includes(`\n${command}\n`), command);
    }
  });
});
