import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Split at line feeds alone: Node's readline also splits at carriage returns and at U+2028, which may stand in a name. What has no line
 * feed for longer than this is no export.
 */
const longestLine = 16 * 1024 * 1024;

export async function* readLines(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8' }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > longestLine) break;
  }
  if (rest !== '') yield rest;
}

export async function writeLines(path: string | undefined, lines: AsyncIterable<string>): Promise<number> {
  let count = 0;
  if (path === undefined) {
    for await (const line of lines) {
      if (!process.stdout.write(line)) await once(process.stdout, 'drain');
      count += 1;
    }
    return count;
  }
  const file = await open(path, 'w', 0o600);
  try {
    let page = '';
    for await (const line of lines) {
      count += 1;
      page += line;
      if (page.length < 65_536) continue;
      await file.write(page);
      page = '';
    }
    await file.write(page);
    await file.sync();
  } finally {
    await file.close();
  }
  return count;
}
