import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's Chromium, or what `CHROMIUM` names. */
const path = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const inCi = (process.env['CI'] ?? '') !== '';

const missing = `There is no Chromium at ${path}. Install Debian's package "chromium", or set CHROMIUM to the path of a Chromium or Chrome.`;

/**
 * The browser for the tests of the page. Without one they are skipped with a line that says how to get it; in CI that is a failure,
 * because nobody would read the line.
 */
export async function launch(test: Mocha.Context): Promise<Browser> {
  if (!existsSync(path)) {
    if (inCi) throw new Error(missing);
    process.stdout.write(`    Browser tests are skipped. ${missing}\n`);
    test.skip();
  }
  return chromium.launch({
    executablePath: path,
    // Nothing but the page is to be asked for: these switch off what Chromium would look up by itself.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
