import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { blocksOf } from './blocks.js';

const sandboxMain = fileURLToPath(new URL('../../sandbox/main.js', import.meta.url));

/** The README's example of the sandbox's prompt. `…` stands for lines that it leaves out. */
const [shown] = blocksOf('README.md').filter(({ text }) => /^alice #\S+> /.test(text));
const prompt = /^\S+ #\S+> /;

/** Times and ids are others each time. */
function masked(line: string): string {
  return line
    .trim()
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d\.\d+Z| UTC)/g, '<time>')
    .replaceAll(/\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/g, '<id>');
}

describe('the example of the README', function () {
  this.timeout(90_000);

  it('is what the sandbox prints when its commands are typed', async () => {
    assert.ok(shown !== undefined);
    const lines = shown.text.split('\n').filter((line) => line.trim() !== '' && line.trim() !== '…');
    const typed = lines.filter((line) => prompt.test(line)).map((line) => line.replace(prompt, ''));
    const { HOME = '', PATH = '' } = process.env;
    const child = spawn(process.execPath, [sandboxMain], { env: { HOME, PATH }, cwd: tmpdir(), stdio: 'pipe' });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    // As somebody would: the next command once the one before has its effect.
    for (const command of typed) child.stdin.write(`${command}\n`);
    child.stdin.end();
    const [code] = (await once(child, 'exit')) as [number | null];
    assert.equal(code, 0);
    const printed = output.split('\n').map(masked);
    for (const line of lines) assert.ok(printed.includes(masked(line)), `${line}\nis not in\n${output}`);
  });
});
