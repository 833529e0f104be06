import assert from 'node:assert/strict';
import { ESLint } from 'eslint';

/** The lint rule that keeps the dependency direction has to bite: each of these imports is forbidden where it stands. */
const forbidden: readonly [file: string, code: string][] = [
  ['src/request/ask.ts', "import '../../adapters/slack/adapter.js';"],
  ['src/request/ask.ts', "import '../../sandbox/main.js';"],
  ['src/view/card.ts', "import '@slack/types';"],
  ['src/view/card.ts', "import 'botbuilder';"],
  ['src/main.ts', "import '../sandbox/main.js';"],
  ['src/main.ts', "import '@slack/bolt';"],
  ['src/cli.ts', "import '../sandbox/main.js';"],
  ['src/cli.ts', "import '@slack/web-api';"],
  ['src/cli/doctor.ts', "import '../../adapters/slack/doctor.js';"],
  ['adapters/slack/adapter.ts', "import '../teams/adapter.js';"],
  ['adapters/slack/adapter.ts', "import 'botbuilder';"],
  ['adapters/slack/adapter.ts', "import '../../sandbox/main.js';"],
];

describe('the dependency direction', () => {
  const eslint = new ESLint({
    overrideConfig: [{ languageOptions: { parserOptions: { projectService: false } } }],
    ruleFilter: ({ ruleId }) => ruleId === 'no-restricted-imports',
  });

  for (const [file, code] of forbidden) {
    it(`refuses ${code} in ${file}`, async () => {
      const [result] = await eslint.lintText(code, { filePath: file });
      assert.deepEqual(
        result?.messages.map(({ ruleId }) => ruleId),
        ['no-restricted-imports'],
      );
    });
  }

  it('lets an adapter import the core, and the composition root an adapter', async () => {
    for (const [file, code] of [
      ['adapters/slack/adapter.ts', "import '../../src/platform.js';"],
      ['src/main.ts', "import '../adapters/slack/adapter.js';"],
      ['src/cli.ts', "import '../adapters/slack/doctor.js';"],
    ] as const) {
      const [result] = await eslint.lintText(code, { filePath: file });
      assert.deepEqual(result?.messages, []);
    }
  });
});
