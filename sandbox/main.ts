import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { settingNames } from '../src/config.js';
import { messageOf } from '../src/errors.js';
import { boot } from './boot.js';
import { sandboxPolicy } from './cast.js';
import { startPage } from './page/server.js';
import { Prompt, usage } from './prompt.js';
import { teamsTranscriber, transcriber } from './transcript.js';

/** After the last line of a piped script, the sandbox waits until nothing has happened for so long. */
const quietMs = 8_000;
const credentials = settingNames.filter((name) => /^(SLACK|AZURE|DEFENDER)_|^Microsoft|^DATABASE_URL$/.test(name));

function whyNot(env: NodeJS.ProcessEnv): string | undefined {
  if (env.NODE_ENV === 'production') return 'NODE_ENV is production';
  const set = credentials.filter((name) => (env[name] ?? '') !== '');
  return set.length === 0 ? undefined : `${set.join(', ')} ${set.length === 1 ? 'is' : 'are'} set`;
}

async function run(): Promise<void> {
  const interactive = process.stdin.isTTY;
  const playground = process.argv.includes('--playground');
  const sandbox = await boot(
    playground
      ? { policy: sandboxPolicy, settings: { CORDON_PLAYGROUND: 'true', PORT: '3978' } }
      : { policy: sandboxPolicy, teams: {} },
  );
  // The Playground is a page of its own.
  const page = playground ? undefined : await startPage({ ...sandbox, teams: sandbox.teams() });
  const input = createInterface({ input: process.stdin, output: process.stdout, terminal: interactive });
  let last = Date.now();
  const print = (line: string): void => {
    last = Date.now();
    if (interactive) process.stdout.write('\r\u001b[K');
    process.stdout.write(`${line}\n`);
    if (interactive) input.prompt(true);
  };
  const prompt = new Prompt(sandbox, print);
  sandbox.slack.onMessage(transcriber(sandbox.slack, print));
  if (!playground) sandbox.teams().onMessage(teamsTranscriber(sandbox.teams(), print));

  const played = playground ? 'Slack, Entra and Defender' : 'Slack, Teams, Entra and Defender';
  print(`Cordon runs at ${sandbox.cordon().url}, with ${played} played on loopback. Nothing leaves this machine.`);
  print(
    page === undefined
      ? 'It takes Microsoft 365 Agents Playground: npx @microsoft/m365agentsplayground, see docs/playground.md.'
      : `Open ${page.url} to see and use all of it, or type here.`,
  );
  print(usage);
  let closing: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    input.close();
    closing ??= Promise.all([page?.close(), sandbox.close()]).then(() => undefined);
    return closing;
  };
  process.once('SIGTERM', () => void stop());
  input.once('SIGINT', () => void stop());

  let lines = 0;
  input.setPrompt(prompt.label);
  if (interactive) input.prompt();
  for await (const line of input) {
    lines += 1;
    if (!interactive) process.stdout.write(`${prompt.label}${line}\n`);
    if (!(await prompt.line(line))) return stop();
    input.setPrompt(prompt.label);
    if (interactive) input.prompt();
    else await delay(300);
  }
  // Started in the background, without a keyboard: it runs until it is stopped.
  if (closing !== undefined || (lines === 0 && !interactive)) return;
  while (Date.now() - last < quietMs) await delay(200);
  await stop();
}

const refusal = whyNot(process.env);
if (refusal === undefined) {
  await run().catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  });
} else {
  process.stderr.write(
    `The sandbox does not start, because ${refusal}: it is for trying Cordon out, away from everything real.\n`,
  );
  process.exitCode = 1;
}
