import assert from 'node:assert/strict';
import { helpLines } from '../../src/command/help.js';
import { parseCommand } from '../../src/command/parse.js';
import { verbNames } from '../../src/command/verbs.js';

describe('help', () => {
  const examples = helpLines()
    .flat()
    .flatMap((part) => (typeof part === 'object' && 'code' in part ? [part.code] : []));

  it('shows one example of every command, and each is right', () => {
    const kinds = examples.map((example) => {
      const parsed = parseCommand(example);
      return parsed.ok ? parsed.command.kind : parsed.problem.problem;
    });
    assert.deepEqual(kinds, [...verbNames]);
  });
});
