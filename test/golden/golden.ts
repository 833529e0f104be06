import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

/** `UPDATE_GOLDEN=1 npm test` writes the files anew; read the difference before it is committed. */
export function assertGolden(folder: string, name: string, rendered: object): void {
  const path = `test/golden/${folder}/${name.replaceAll(' ', '-')}.json`;
  const text = `${JSON.stringify(rendered, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'));
}
