import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';

/** `PICTURES=docs/images npm test` keeps what the tests saw there; the README's pictures are made in this way. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['PICTURES'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}
