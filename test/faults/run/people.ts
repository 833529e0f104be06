import { setTimeout as delay } from 'node:timers/promises';
import type { Sandbox } from '../../../sandbox/boot.js';
import { objectIds, teamsIds } from '../../../sandbox/cast.js';
import type { StoredMessage } from '../../../sandbox/slack.js';
import type { TeamsMessage } from '../../../sandbox/teams.js';
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

/** Does it again, as people do whose client says that it did not work, until the answer is a 2xx. */
export async function untilTaken(
  act: () => Promise<{ readonly status: number }>,
  stopped: () => boolean = () => false,
): Promise<Taken> {
  for (let tries = 1; ; tries += 1) {
    const status = await act().then(
      (answer) => answer.status,
      () => 0,
    );
    if (status >= 200 && status < 300) return { tries, at: Date.now() };
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
): Promise<{ readonly status: number }> {
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
): Promise<{ readonly status: number }> {
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
