import { z } from 'zod';
import { asTyped, type Sent } from '../../slack/door.js';
import type { OpenView, StoredMessage } from '../../slack/model.js';
import type { SlackAction } from '../action.js';
import { slackCommands, slackShortcut } from '../commands.js';
import type { Outcome } from '../model.js';
import type { PageParts } from '../parts.js';

type Do<Name extends SlackAction['do']> = Extract<SlackAction, { do: Name }>;

const fieldErrors = z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) });

export async function actInSlack(action: SlackAction, parts: PageParts): Promise<Outcome> {
  const { user } = action;
  switch (action.do) {
    case 'say':
      return say(action, parts);
    case 'press':
      return outcome(await parts.door().press({ user, message: messageOf(action, parts), actionId: action.actionId }));
    case 'shortcut': {
      const use = { user, message: messageOf(action, parts), callbackId: slackShortcut.callbackId };
      return outcome(await parts.door().messageShortcut(use));
    }
    case 'submit':
      return outcome(await parts.door().submitView({ user, view: viewOf(action, parts), values: action.values }));
    case 'close': {
      const sent = await parts.door().closeView({ user, view: viewOf(action, parts) });
      return sent === undefined ? {} : outcome(sent);
    }
  }
}

/** What Slack's client makes of typed text: a command, a direct message, a mention, or words that only people hear. */
async function say({ user, channel, text, thread_ts }: Do<'say'>, parts: PageParts): Promise<Outcome> {
  const { workspace } = parts.slack;
  const door = parts.door();
  const thread = thread_ts === undefined ? {} : { thread_ts };
  const [, command, rest = ''] = /^(\/\S+)\s*(.*)$/s.exec(text) ?? [];
  if (command !== undefined) {
    if (!slackCommands.some(({ insert }) => insert.trim() === command))
      return { problem: `${command} is not a valid command.` };
    if (thread_ts !== undefined) return { problem: `Slack takes no ${command} in a thread: mention @cordon instead.` };
    const place = channel === 'dm' ? workspace.openDirect(user).id : channel;
    return outcome(await door.slashCommand({ user, channel: place, command, text: asTyped(rest) }));
  }
  if (channel === 'dm') return outcome(await door.directMessage({ user, text: asTyped(text), ...thread }));
  const [, toCordon] = /^@cordon\b[\s,:]*(.*)$/is.exec(text) ?? [];
  if (toCordon !== undefined) return outcome(await door.mention({ user, channel, text: asTyped(toCordon), ...thread }));
  if (/@cordon\b/i.test(text)) return { problem: 'On this page a message to Cordon begins with @cordon.' };
  const found = workspace.findChannel(channel);
  if (found === undefined) throw new Error(`There is no channel ${channel}.`);
  workspace.postAsUser(found, workspace.user(user), { text: asTyped(text), ...thread });
  return {};
}

function messageOf(at: { user: string; channel: string; ts: string }, { slack }: PageParts): StoredMessage {
  const seen = [...slack.messages(at.channel), ...slack.ephemerals(at.user)];
  const found = seen.find(({ channel, message }) => channel === at.channel && message.ts === at.ts);
  if (found === undefined) throw new Error('This message is gone.');
  return found;
}

function viewOf(of: { user: string; view: string }, { slack }: PageParts): OpenView {
  const found = slack.openViews(of.user).find(({ view }) => view.id === of.view);
  if (found === undefined) throw new Error('This form is closed already.');
  return found;
}

function outcome({ status, body }: Sent): Outcome {
  if (status !== 200) return { problem: `Cordon answered HTTP ${status}.` };
  const errors = fieldErrors.safeParse(body).data?.errors;
  return errors === undefined ? {} : { errors };
}
