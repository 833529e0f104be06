import { slackCommands, slackShortcut } from '../../commands.js';
import type { SlackState } from '../../model.js';
import type { Block, SlackUser, StoredMessage } from '../../../slack/model.js';
import { act } from '../act.js';
import type { Chat, Desk, Place, Post, Someone } from '../chat/model.js';
import type { Theme } from '../theme.js';
import { Blocks } from './blocks.js';
import type { Outcome } from '../../model.js';

/** The conversation with Cordon alone, which exists before its first message. */
const direct = 'dm';

interface SlackChatOptions {
  readonly slack: SlackState;
  readonly desk: Desk;
  readonly theme: Theme;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Slack as the person at the desk sees it: what others see alone is left out. */
export function slackChat({ slack, desk, theme, onOutcome }: SlackChatOptions): Chat {
  const { person: user, place, thread } = desk;
  const channel = place === direct ? directChannel(slack, user) : place;
  const visible = slack.messages.filter(({ ephemeralTo }) => ephemeralTo === undefined || ephemeralTo === user);
  const post = (stored: StoredMessage, replies: readonly StoredMessage[] = []): Post => {
    const { message, ephemeralTo } = stored;
    const press = (actionId: string): void =>
      void act({ on: 'slack', do: 'press', user, channel: stored.channel, ts: message.ts, actionId }).then(onOutcome);
    return {
      id: message.ts,
      author: slack.users.find(({ id }) => id === message.user)?.real_name ?? message.user,
      isBot: message.bot_id !== undefined || ephemeralTo !== undefined,
      at: milliseconds(message.ts),
      edited: message.edited !== undefined,
      onlyYou: ephemeralTo === undefined ? undefined : 'Only visible to you',
      version: JSON.stringify([message.text, message.blocks]),
      body: <Blocks blocks={blocksOf(stored)} slack={slack} theme={theme} onPress={press} />,
      replies: replies.map((reply) => post(reply)),
      menu:
        ephemeralTo === undefined && message.bot_id === undefined && place !== direct
          ? {
              name: slackShortcut.name,
              run: () => act({ on: 'slack', do: 'shortcut', user, channel: stored.channel, ts: message.ts }),
            }
          : undefined,
    };
  };
  return {
    platform: 'slack',
    name: 'Slack',
    people: slack.users.filter(({ is_bot, deleted }) => !is_bot && !deleted).map((each) => someone(each, slack)),
    places: placesOf(slack, user, visible),
    posts: threads(visible.filter((stored) => stored.channel === channel)).map(([root, replies]) =>
      post(root, replies),
    ),
    offers: [...(thread === undefined ? slackCommands : []), { insert: '@cordon ', hint: 'restrict, status, help, …' }],
    prompt: place === direct ? 'Message Cordon' : '/restrict <device> <comment>',
    empty:
      place === direct ? (
        <p>Cordon answers here in private. Try “help”.</p>
      ) : (
        <p>
          Nothing has been said here. Type <code>/restrict</code>, a device and why, as in an incident.
        </p>
      ),
    say: (text) =>
      act({
        on: 'slack',
        do: 'say',
        user,
        channel: place,
        text,
        ...(thread === undefined ? {} : { thread_ts: thread }),
      }),
  };
}

/** Roots with their replies. A reply whose root was deleted stands for itself. */
function threads(messages: readonly StoredMessage[]): [StoredMessage, StoredMessage[]][] {
  const roots = new Map(messages.filter((stored) => !isReply(stored)).map((root) => [root.message.ts, root]));
  return messages
    .filter((stored) => !isReply(stored) || !roots.has(stored.message.thread_ts ?? ''))
    .map((root) => [
      root,
      messages.filter((stored) => isReply(stored) && stored.message.thread_ts === root.message.ts),
    ]);
}

function isReply({ message: { ts, thread_ts } }: StoredMessage): boolean {
  return thread_ts !== undefined && thread_ts !== ts;
}

function placesOf(slack: SlackState, user: string, visible: readonly StoredMessage[]): Place[] {
  const latest = (channel: string | undefined): number =>
    milliseconds(visible.findLast((stored) => stored.channel === channel)?.message.ts ?? '0');
  const channels = slack.channels
    .filter(({ im, members }) => im === undefined && members.includes(user))
    .map(({ id, name, is_private }): Place => ({
      id,
      name,
      kind: is_private ? 'private' : 'channel',
      latest: latest(id),
    }));
  return [...channels, { id: direct, name: 'Cordon', kind: 'direct', latest: latest(directChannel(slack, user)) }];
}

function directChannel({ channels }: SlackState, user: string): string | undefined {
  return channels.find(({ im }) => im === user)?.id;
}

function someone(
  { id, real_name, team_id, is_restricted, is_ultra_restricted }: SlackUser,
  slack: SlackState,
): Someone {
  const about =
    team_id !== slack.team.id ? 'another company' : is_restricted || is_ultra_restricted ? 'guest' : undefined;
  return { id, name: real_name, ...(about === undefined ? {} : { about }) };
}

/** Blocks, or the text as Slack shows a message without any. */
function blocksOf({ message: { text, blocks } }: StoredMessage): readonly Block[] {
  if (blocks !== undefined && blocks.length > 0) return blocks;
  return [{ type: 'section', text: { type: 'mrkdwn', text } }];
}

function milliseconds(ts: string): number {
  return Math.floor(Number(ts) * 1_000);
}
