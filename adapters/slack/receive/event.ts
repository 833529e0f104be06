import { z } from 'zod';
import { id, ignore, malformed, type Received, slackAccount, slackOrigin } from './received.js';

const envelope = z.object({
  event_id: id,
  team_id: id,
  event: z.object({ type: id }),
});

/** `user_team` and `source_team` are there in shared channels, where the author may be of another organisation. */
const author = { user: id, user_team: id.optional(), source_team: id.optional(), team: id.optional() };
const message = { text: z.string(), ts: id, channel: id, thread_ts: id.optional() };
const typed = z.object({ event: z.object({ ...author, ...message }) });

/** What makes a message nothing to act on: not typed by a person, an edit of what was acted on before, another channel. */
const mark = z.unknown().optional();
const aside = z.object({
  event: z.object({ bot_id: mark, subtype: mark, edited: mark, hidden: mark, channel_type: mark }),
});

/** An Events API request: a mention in a channel, or a message in the conversation with the bot. */
export function readEvent(body: unknown): Received {
  const outer = envelope.safeParse(body);
  if (!outer.success) return malformed(outer.error);
  const { type } = outer.data.event;
  if (type !== 'app_mention' && type !== 'message') return ignore;
  const { event: marks } = aside.parse(body);
  if ([marks.bot_id, marks.subtype, marks.edited, marks.hidden].some(Boolean)) return ignore;
  if (type === 'message' && marks.channel_type !== 'im') return ignore;

  const inner = typed.safeParse(body);
  if (!inner.success) return malformed(inner.error);
  const { event } = inner.data;
  const { team_id, event_id } = outer.data;
  return {
    kind: 'incoming',
    incoming: {
      key: `slack:event:${event_id}`,
      account: slackAccount(event.user_team ?? event.source_team ?? event.team ?? team_id, event.user),
      origin: slackOrigin(team_id, event.channel, { thread: event.thread_ts }),
      said: { kind: 'text', text: withoutLeadingMention(event.text) },
    },
    answer: { by: 'redeliver' },
  };
}

function withoutLeadingMention(text: string): string {
  return text.replace(/^\s*<@[UW][A-Z0-9]+(?:\|[^>]*)?>\s*/, '');
}
