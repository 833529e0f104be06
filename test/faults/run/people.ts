import { setTimeout as delay } from 'node:timers/promises';
import type { Sandbox } from '../../../sandbox/boot.js';
import { objectIds, teamsIds } from '../../../sandbox/cast.js';
import type { StoredMessage } from '../../../sandbox/slack.js';
import type { TeamsMessage } from '../../../sandbox/teams.js';
import { wordsOf } from '../../../sandbox/teams/words.js';
import type { Errand } from './plan.js';
import type { Post } from './ledger.js';

const slackChannel = 'C0INC4711';
const againMs = 250;
const slackCommands = { restrict: '/restrict', release: '/release', withdraw: '/cordon' } as const;

/** How often a person did something until it was taken, and when that was. */
export interface Taken {
  readonly tries: number;
  readonly at: number;
}

/** What Cordon says with a 200 when it could not store what a person did: then nothing was taken. */
export const notStored = /could not store this/;

/** Does it again, as people do whose client or Cordon says that it did not work, until it is taken. */
export async function untilTaken(
  act: () => Promise<{ readonly status: number; readonly body?: unknown }>,
  stopped: () => boolean = () => false,
): Promise<Taken> {
  for (let tries = 1; ; tries += 1) {
    const status = await act().then(statusOf, () => 0);
    if (status >= 200 && status < 300) return { tries, at: Date.now() };
    if (stopped()) throw new Error(`not taken after ${tries} tries, the last answer was ${status}`);
    await delay(againMs);
  }
}

/** The status of what was done; 503 where the answer itself says that nothing was. */
function statusOf({ status, body }: { readonly status: number; readonly body?: unknown }): number {
  return notStored.test(JSON.stringify(body ?? null)) ? 503 : status;
}

/** Alice's words in the incident channel of the errand's platform. */
export async function say(
  sandbox: Sandbox,
  { platform, how }: Errand,
  verb: keyof typeof slackCommands,
  rest: string,
): Promise<{ readonly status: number; readonly body?: unknown }> {
  if (platform === 'teams') {
    const conversation = teamsIds.incident;
    const before = sandbox.teams().messages(conversation).length;
    const sent = await sandbox
      .teamsDoor()
      .say({ user: objectIds.alice, conversation, text: `${verb} ${rest}`, slash: how === 'slash' });
    // Teams shows nothing of an answer to a message, so Cordon says it in the chat, before it answers. Whoever reads it of another's
    // message says theirs once more, which does no harm.
    const since = sandbox.teams().messages(conversation).slice(before);
    return since.some((message) => notStored.test(wordsOf(message))) ? { status: 503 } : sent;
  }
  if (how === 'mention')
    return sandbox.door().mention({ user: 'U0ALICE', channel: slackChannel, text: `${verb} ${rest}` });
  const text = verb === 'withdraw' ? `withdraw ${rest}` : rest;
  return sandbox.door().slashCommand({ user: 'U0ALICE', channel: slackChannel, command: slackCommands[verb], text });
}

/** Presses a button of the message as it is now; a status of 200 where it has no such button any more. */
export async function press(
  sandbox: Sandbox,
  { platform, source, conversation, key }: Post,
  label: string,
): Promise<{ readonly status: number; readonly body?: unknown }> {
  try {
    if (platform === 'slack') {
      const { ts } = (source as StoredMessage).message;
      const message = sandbox.slack.workspace.find(conversation, ts);
      if (message === undefined) throw new Error(`No message ${key}`);
      return await sandbox.door().press({ user: 'U0BOB', message, label });
    }
    return await sandbox.teamsDoor().press({ user: objectIds.bob, message: source as TeamsMessage, title: label });
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('No button')) return { status: 200 };
    throw error;
  }
}
