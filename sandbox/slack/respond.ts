import { SlackError } from './model.js';
import { readContent, type Arguments } from './methods.js';
import type { Tickets } from './tickets.js';
import type { Workspace } from './workspace.js';

/**
 * What a post to a `response_url` does. It reaches the conversation of the interaction even where the bot was never invited.
 * Throws `expired_url`, `used_url`, and the errors of a message's content.
 */
export function respond(id: string, args: Arguments, workspace: Workspace, tickets: Tickets): void {
  const { channel: channelId, user, source } = tickets.useUrl(id);
  const channel = workspace.findChannel(channelId);
  if (channel === undefined) throw new SlackError('channel_not_found');
  const current = source && workspace.find(source.channel, source.message.ts);
  if (args.delete_original === true) {
    if (current !== undefined) workspace.remove(current);
    return;
  }
  const content = readContent(args, workspace);
  if (args.replace_original === true && current !== undefined) workspace.replace(current, content);
  else {
    const thread_ts = typeof args.thread_ts === 'string' ? args.thread_ts : undefined;
    if (args.response_type === 'in_channel') workspace.postAsBot(channel, { ...content, thread_ts });
    else workspace.whisper(channel, user, { ...content, thread_ts });
  }
}
