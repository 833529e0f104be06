import assert from 'node:assert/strict';
import { parseAllDocuments } from 'yaml';
import { defenderAppId, defenderRoles } from '../../src/defender/grant-script.js';
import { parsePolicy } from '../../src/policy/load.js';
import { type Block, blocksOf, markdownFiles, shells } from './blocks.js';

/** Output that is shown, and the tests that compare it with what is really said. */
const compared: readonly (readonly [file: string, begins: string, where: string])[] = [
  ['README.md', 'alice #inc-4711> ', 'test/docs/transcript.test.ts'],
  ['docs/policy.md', 'policy.yaml has 4 mistakes:', 'test/policy/load.test.ts'],
];

/** By what stands behind the fence; throws where a block is wrong. */
const checks: Readonly<Record<string, (block: Block) => void>> = {
  yaml(block) {
    const documents = parseAllDocuments(block.text);
    assert.deepEqual(
      documents.flatMap(({ errors }) => errors),
      [],
    );
    const shown: unknown = documents[0]?.toJS();
    // A policy that is shown in part lacks the line with which each begins.
    const isPolicy = typeof shown === 'object' && shown !== null && 'rules' in shown && 'groups' in shown;
    if (!isPolicy || isMistaken(block)) return;
    parsePolicy('version' in shown ? block.text : `version: 1\n${block.text}`, block.file);
  },
  json({ text }) {
    JSON.parse(text);
  },
  text(block) {
    const found = compared.filter(([file, begins]) => file === block.file && block.text.startsWith(begins));
    assert.equal(found.length, 1, `${block.file}:${block.line} shows what no test compares`);
  },
  powershell({ text }) {
    for (const part of [defenderAppId, ...defenderRoles]) assert.ok(text.includes(part), part);
  },
  nginx({ text }) {
    const open = [...text.matchAll(/^location = (\S+) \{ proxy_pass/gm)].map(([, path]) => path);
    assert.deepEqual(open, ['/slack/events', '/api/messages']);
    assert.match(text, /^location \/ \{ return 404; \}$/m);
  },
  mermaid({ text }) {
    assert.match(text, /^(?:flowchart|sequenceDiagram|stateDiagram-v2)\b/);
  },
  ...Object.fromEntries(shells.map((language) => [language, () => undefined])),
};

/** The one example whose mistakes docs/policy.md goes on to list. */
function isMistaken({ file, text }: Block): boolean {
  return file === 'docs/policy.md' && text.includes('anounce');
}

describe('the snippets of the documentation', () => {
  for (const block of markdownFiles().flatMap(blocksOf)) {
    it(`${block.file}:${block.line} is what it says it is`, () => {
      const check = checks[block.language];
      assert.ok(check !== undefined, `nothing checks a block of “${block.language}”`);
      check(block);
    });
  }

  it('are all there', () => {
    for (const [file, begins] of compared)
      assert.ok(
        blocksOf(file).some(({ text }) => text.startsWith(begins)),
        begins,
      );
  });
});
