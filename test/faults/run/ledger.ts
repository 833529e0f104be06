import type { Sandbox } from '../../../sandbox/boot.js';
import type { StoredMessage } from '../../../sandbox/slack.js';
import { buttonsOf } from '../../../sandbox/slack/door.js';
import type { TeamsMessage } from '../../../sandbox/teams.js';
import { executablesOf, titleOf } from '../../../sandbox/teams/cards.js';
import { wordsOf } from '../../../sandbox/teams/words.js';

/** One message of Cordon as people see it now, the same of both platforms. */
export interface Post {
  readonly key: string;
  readonly platform: 'slack' | 'teams';
  readonly conversation: string;
  /** The thread that it is in, or that it heads. */
  readonly thread: string;
  /** Unix ms of its first appearance. */
  readonly at: number;
  readonly text: string;
  readonly buttons: readonly string[];
  /** Only this person sees it, by login. */
  readonly onlyFor: string | undefined;
  /** In the direct conversation with this person, by login. */
  readonly directTo: string | undefined;
  readonly source: StoredMessage | TeamsMessage;
}

/** A Request's card: the message that has its number among the facts. `end` is its first word when the Request has ended. */
export interface ShownCard {
  readonly post: Post;
  readonly requestId: string;
  readonly action: 'restrict' | 'release';
  readonly device: string;
  readonly status: string;
  readonly end: End | undefined;
}

export type End = (typeof ends)[number];

const ends = ['Done', 'Failed', 'Timed out', 'Cancelled', 'Denied', 'Expired', 'Withdrawn', 'Refused'] as const;

/** Everything that Cordon said on both platforms, kept from the platforms' own events. */
export interface Ledger {
  posts(): Post[];
  cards(): ShownCard[];
  /** Of one device, oldest first. */
  cardsOf(device: string): ShownCard[];
  /** Told of every new or changed card. Returns the function that stops listening. */
  onCard(listener: (card: ShownCard) => void): () => void;
  /** Told of every new or changed message. */
  onPost(listener: (post: Post) => void): () => void;
  close(): void;
}

export function keepLedger(sandbox: Sandbox): Ledger {
  const posts = new Map<string, Post>();
  const cards = new Map<string, ShownCard>();
  const listeners = new Set<(card: ShownCard) => void>();
  const postListeners = new Set<(post: Post) => void>();
  const put = (post: Post): void => {
    posts.set(post.key, { ...post, at: posts.get(post.key)?.at ?? post.at });
    for (const listener of postListeners) listener(post);
    const card = readCard(post);
    if (card === undefined) return;
    cards.set(post.key, card);
    for (const listener of listeners) listener(card);
  };
  const drop = (key: string): void => {
    posts.delete(key);
    cards.delete(key);
  };

  const stopSlack = sandbox.slack.onMessage(({ what, stored }) => {
    if (stored.message.bot_id === undefined) return;
    const post = slackPost(sandbox, stored);
    if (what === 'deleted') drop(post.key);
    else put(post);
  });
  const stopTeams = sandbox.teams().onMessage(({ what, message }) => {
    if (message.from !== undefined) return;
    const post = teamsPost(sandbox, message);
    if (what === 'deleted') drop(post.key);
    else put(post);
  });
  return {
    posts: () => [...posts.values()],
    cards: () => [...cards.values()],
    cardsOf: (device) => [...cards.values()].filter((card) => card.device === device),
    onCard: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onPost: (listener) => {
      postListeners.add(listener);
      return () => postListeners.delete(listener);
    },
    close: () => {
      stopSlack();
      stopTeams();
    },
  };
}

function slackPost({ slack }: Sandbox, stored: StoredMessage): Post {
  const { channel, message, ephemeralTo } = stored;
  const nameOf = (id: string | undefined): string | undefined =>
    slack.workspace.users().find((user) => user.id === id)?.name;
  return {
    key: `slack/${channel}/${message.ts}`,
    platform: 'slack',
    conversation: channel,
    thread: message.thread_ts ?? message.ts,
    at: Number(message.ts) * 1_000,
    text: message.text,
    buttons: buttonsOf(stored).map(({ button }) => (button['text'] as { text: string }).text),
    onlyFor: nameOf(ephemeralTo),
    directTo: nameOf(slack.workspace.findChannel(channel)?.im),
    source: stored,
  };
}

function teamsPost(sandbox: Sandbox, message: TeamsMessage): Post {
  const { chats } = sandbox.teams();
  const conversation = chats.findConversation(message.conversation);
  const loginOf = (id: string | undefined): string | undefined =>
    id === undefined ? undefined : chats.findUser(id)?.email.split('@')[0];
  return {
    key: `teams/${message.id}`,
    platform: 'teams',
    conversation: message.conversation,
    thread: message.root ?? message.id,
    at: message.at,
    text: wordsOf(message),
    buttons: executablesOf(message).map(titleOf),
    onlyFor: loginOf(message.targetedTo),
    directTo: conversation?.type === 'personal' ? loginOf(conversation.members[0]) : undefined,
    source: message,
  };
}

/** The display id of a Request, as it stands in cards, notes and Defender's comments. */
export const displayedId = /[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}/;

function readCard(post: Post): ShownCard | undefined {
  const [title = '', status = ''] = post.text.split('\n');
  const [, noun, device = ''] = /^(Restrict app execution|Remove the app restriction): (\S+)$/.exec(title) ?? [];
  const [, id] = new RegExp(`^Request: \\W?(${displayedId.source})`, 'm').exec(post.text) ?? [];
  if (noun === undefined || id === undefined) return undefined;
  const words = status.replace(/^[^A-Za-z]+/, '');
  return {
    post,
    requestId: id,
    action: noun.startsWith('Restrict') ? 'restrict' : 'release',
    device,
    status: words,
    end: ends.find((end) => words.startsWith(end)),
  };
}
