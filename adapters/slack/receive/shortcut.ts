import { z } from 'zod';
import { restrictModal } from '../modal.js';
import { restrictShortcut } from '../names.js';
import { id, ignore, malformed, type Received, slackOrigin, webUrl } from './received.js';

const envelope = z.object({ callback_id: id });

const shortcut = z.object({
  trigger_id: id,
  response_url: webUrl.optional(),
  user: z.object({ id, team_id: id.optional() }),
  team: z.object({ id }),
  channel: z.object({ id }),
  message: z.object({ ts: id, thread_ts: id.optional() }),
});

/** The message shortcut: what is asked for belongs into the thread of that message. */
export function readShortcut(body: unknown): Received {
  const outer = envelope.safeParse(body);
  if (!outer.success) return malformed(outer.error);
  if (outer.data.callback_id !== restrictShortcut.callbackId) return ignore;
  const read = shortcut.safeParse(body);
  if (!read.success) return malformed(read.error);
  const { trigger_id, response_url, team, channel, message } = read.data;
  const origin = slackOrigin(team.id, channel.id, { thread: message.thread_ts ?? message.ts, replyUrl: response_url });
  return {
    kind: 'open',
    triggerId: trigger_id,
    view: restrictModal({ origin }),
    replyUrl: response_url,
    instead: 'Use the shortcut again, or mention Cordon in the thread: `@cordon restrict <device> <comment>`.',
  };
}
