import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { boot, type Sandbox } from '../boot.js';
import type { StoredMessage } from '../slack.js';
import { buttonsOf } from '../slack/door.js';
import { page, type Pane } from './page.js';
import { readerIn } from './reader.js';

/**
 * Takes the README's picture: one real request in the sandbox, its stored messages as HTML, and Chromium's view of it.
 * Run by hand where `chromium` (Debian's package), or what `CHROMIUM` names, and a colour emoji font are installed.
 */

const out = 'docs/images/card.png';
const chromium = process.env.CHROMIUM ?? 'chromium';
const size = { width: 1000, height: 690 };
const text = 'desktop-5o2hkn5 beacon to 203.0.113.9 after a phishing mail';
const waitMs = 30_000;

const sandbox = await boot({
  slack: { rateLimits: false },
  defender: { pace: { pendingMs: 1_500, inProgressMs: 3_000 } },
});
try {
  const columns = await takePlace(sandbox);
  const reader = readerIn(sandbox.slack.workspace, 'America/New_York', Date.now());
  await photograph(page(columns, reader));
  process.stdout.write(`${out}\n`);
} finally {
  await sandbox.close();
}

/** Alice asks, Bob approves, Defender carries it out. */
async function takePlace(sandbox: Sandbox): Promise<Pane[][]> {
  const { slack } = sandbox;
  const channel = 'C0INC4711';
  await sandbox.door().slashCommand({
    user: 'U0ALICE',
    channel,
    command: '/restrict',
    text,
  });
  const asked = await seen('the card', () => slack.messages(channel).find((stored) => buttonsOf(stored).length > 0));
  await sandbox.door().press({ user: 'U0BOB', message: asked, label: 'Approve' });
  await seen('Defender’s confirmation', () => {
    const thread = slack.thread(channel, asked.message.ts);
    const told = [thread[0], thread.at(-1), slack.dm('U0ALICE').at(-1)];
    return told.every((stored) => stored?.message.text.includes('app execution is restricted')) || undefined;
  });
  const thread: readonly StoredMessage[] = slack.thread(channel, asked.message.ts);
  return [
    [
      { title: '# inc-4711', caption: `alice: /restrict ${text}`, messages: [asked] },
      { title: 'cordon', caption: 'direct message to alice', messages: slack.dm('U0ALICE') },
    ],
    [{ title: 'Thread', caption: '# inc-4711, after bob pressed Approve', messages: thread }],
  ];
}

async function seen<T>(what: string, look: () => T | undefined): Promise<T> {
  for (let waited = 0; waited < waitMs; waited += 50) {
    const found = look();
    if (found !== undefined) return found;
    await delay(50);
  }
  throw new Error(`The sandbox did not show ${what} within ${waitMs} ms.`);
}

async function photograph(html: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-picture-'));
  const file = join(folder, 'page.html');
  try {
    await writeFile(file, html);
    await mkdir(dirname(out), { recursive: true });
    // No sandbox of its own: Chromium refuses to run as root in a container with it, and the page is ours.
    const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
    const shot = [`--user-data-dir=${join(folder, 'profile')}`, '--hide-scrollbars', '--force-device-scale-factor=1.4'];
    await promisify(execFile)(chromium, [
      ...['--headless', '--no-sandbox', '--disable-gpu', ...quiet, ...shot],
      `--window-size=${size.width},${size.height}`,
      `--screenshot=${out}`,
      pathToFileURL(file).href,
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
