import { setTimeout as delay } from 'node:timers/promises';
import type { Sandbox } from '../../../sandbox/boot.js';
import { objectIds, teamsIds } from '../../../sandbox/cast.js';
import type { StoredMessage } from '../../../sandbox/slack.js';
import type { TeamsMessage } from '../../../sandbox/teams.js';
import type { Errand } from './plan.js';
import type { Ledger, Post } from './ledger.js';

const slackChannel = 'C0INC4711';
const againMs = 250;
const slackCommands = { restrict: '/restrict', release: '/release', withdraw: '/cordon' } as const;

/** How often a person did something until it was taken, and when that was. */
export interface Taken {
  readonly tries: number;
  readonly at: number;
}

/** What Cordon says, in the answer or in a message right after it, where it could not store what a person did. */
const notStored = /could not store this/;
const readingMs = 500;

/**
 * Does it again, as people do whom their client or Cordon tells that it did not work, until the answer is a 2xx and nothing of the
 * sort is said. Where several do something at once, each takes such a message for theirs: done twice it does no harm.
 */
export async function untilTaken(
  ledger: Pick<Ledger, 'posts'>,
  act: () => Promise<{ readonly status: number; readonly body?: unknown }>,
  stopped: () => boolean = () => false,
): Promise<Taken> {
  const complaints = (): number => ledger.posts().filter(({ text }) => notStored.test(text)).length;
  for (let tries = 1; ; tries += 1) {
    const before = complaints();
    const { status, body } = await act().catch(() => ({ status: 0, body: undefined }));
    if (status >= 200 && status < 300 && !notStored.test(JSON.stringify(body ?? ''))) {
      const at = Date.now();
      await delay(readingMs);
      if (complaints() === before) return { tries, at };
    }
    if (stopped()) throw new Error(`not taken after ${tries} tries, the last answer was ${status}`);
    await delay(againMs);
  }
}

/** Alice's words in the incident channel of the errand's platform. */
export function say(
  sandbox: Sandbox,
  { platform, how }: Errand,
  verb: keyof typeof slackCommands,
  rest: string,
): Promise<{ readonly status: number; readonly body?: unknown }> {
  if (platform === 'teams') {
    const what = { user: objectIds.alice, conversation: teamsIds.incident, text: `${verb} ${rest}` };
    return sandbox.teamsDoor().say({ ...what, slash: how === 'slash' });
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
