import { z } from 'zod';
import { reasonModal } from '../modal.js';
import { buttonActions } from '../names.js';
import { id, ignore, malformed, type Received, slackAccount, slackOrigin, webUrl } from './received.js';

const envelope = z.object({ actions: z.array(z.object({ action_id: id })).min(1) });

const press = z.object({
  user: z.object({ id, team_id: id.optional() }),
  team: z.object({ id }).nullish(),
  trigger_id: id,
  response_url: webUrl.optional(),
  channel: z.object({ id }).optional(),
  container: z.object({ channel_id: id.optional(), message_ts: id.optional(), thread_ts: id.optional() }),
  message: z.object({ thread_ts: id.optional() }).optional(),
  actions: z.array(z.object({ action_id: id, value: z.string().min(1).max(2_000) })).length(1),
});

/**
 * A button. Who pressed it is what Slack authenticated; of the button itself nothing is read but its opaque `value`, and of
 * the `action_id` only whether a reason is asked for first. Slack itself says on which message it is.
 */
export function readAction(body: unknown): Received {
  const outer = envelope.safeParse(body);
  if (!outer.success) return malformed(outer.error);
  const ours = Object.values(buttonActions);
  if (!outer.data.actions.every(({ action_id }) => ours.some((start) => action_id.startsWith(start)))) return ignore;

  const read = press.safeParse(body);
  if (!read.success) return malformed(read.error);
  const { user, team, trigger_id, response_url, channel, container, message, actions } = read.data;
  const conversation = channel?.id ?? container.channel_id;
  const tenant = user.team_id ?? team?.id;
  const [action] = actions;
  if (conversation === undefined || tenant === undefined || action === undefined) {
    return { kind: 'malformed', why: 'a button press without channel or team' };
  }
  const thread = container.thread_ts ?? message?.thread_ts;
  const origin = slackOrigin(team?.id ?? tenant, conversation, { thread, replyUrl: response_url });
  if (action.action_id.startsWith(buttonActions.ask)) {
    return {
      kind: 'open',
      triggerId: trigger_id,
      view: reasonModal({ token: action.value, origin }),
      replyUrl: response_url,
      instead: 'Press the button again, or type `deny <request> <reason>` with the id that the card shows.',
    };
  }
  const { message_ts } = container;
  const on = message_ts === undefined ? {} : { on: { platform: 'slack' as const, conversation, message: message_ts } };
  return {
    kind: 'incoming',
    incoming: {
      key: `slack:action:${trigger_id}`,
      account: slackAccount(tenant, user.id),
      origin,
      said: { kind: 'press', token: action.value, ...on },
    },
    answer: { by: 'reply', url: response_url },
  };
}
