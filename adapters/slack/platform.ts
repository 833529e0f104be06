import type { ChatPostMessageArguments, WebClient } from '@slack/web-api';
import { z } from 'zod';
import { type MessageRef, type Platform, PlatformError, type Target } from '../../src/platform.js';
import type { View } from '../../src/view/model.js';
import { toPlatformError } from './errors.js';
import { type Home, lookUp } from './look-up.js';
import { renderCard } from './render/card.js';
import { type Rendered, renderNote } from './render/note.js';
import type { Respond } from './respond.js';

export interface SlackPlatformOptions {
  readonly client: WebClient;
  readonly home: () => Promise<Home>;
  readonly respond: Respond;
}

type Whisper = Extract<Target, { to: 'whisper' }>;

/** Nothing becomes a link, a mention or a preview unless Cordon wrote it as one; `chat.update` would, if not told. */
const asWritten = { parse: 'none', link_names: false } as const;

const posted = z.object({ channel: z.string(), ts: z.string() });
const opened = z.object({ channel: z.object({ id: z.string() }) });
const postedForOne = z.object({ message_ts: z.string() });

/**
 * Slack as the core sees it. A whisper that went through a `response_url` has no `ts`: its `message` is empty, and nobody can
 * edit it.
 */
export function createSlackPlatform({ client, home, respond }: SlackPlatformOptions): Platform {
  return {
    name: 'slack',

    async send(target, view) {
      const content = render(view);
      switch (target.to) {
        case 'conversation':
          return postInThread(client, target.conversation, target.thread, content);
        case 'person':
          return post(client, await directChannel(client, target.account.user), content);
        case 'whisper':
          return whisper({ client, respond }, target, content);
      }
    },

    async update(ref, view) {
      await call('chat.update', () =>
        client.chat.update({ channel: ref.conversation, ts: ref.message, ...asWritten, ...render(view) }),
      );
    },

    lookUp: (account) => lookUp(client, home, account),
  };
}

export function render(view: View): Rendered {
  return view.kind === 'card' ? renderCard(view.card) : renderNote(view.note);
}

async function post(client: WebClient, channel: string, content: Rendered, thread?: string): Promise<MessageRef> {
  const message: ChatPostMessageArguments = {
    channel,
    ...content,
    ...asWritten,
    unfurl_links: false,
    unfurl_media: false,
    ...(thread === undefined ? {} : { thread_ts: thread }),
  };
  const answer = read(
    posted,
    await call('chat.postMessage', () => client.chat.postMessage(message)),
    'chat.postMessage',
  );
  return { platform: 'slack', conversation: answer.channel, message: answer.ts };
}

/** A thread whose root was deleted takes no more replies: the channel gets to know all the same. */
async function postInThread(
  client: WebClient,
  channel: string,
  thread: string | undefined,
  content: Rendered,
): Promise<MessageRef> {
  try {
    return await post(client, channel, content, thread);
  } catch (error) {
    if (thread === undefined || !(error instanceof PlatformError) || error.kind !== 'gone') throw error;
    return post(client, channel, content);
  }
}

async function directChannel(client: WebClient, user: string): Promise<string> {
  const answer = await call('conversations.open', () => client.conversations.open({ users: user }));
  return read(opened, answer, 'conversations.open').channel.id;
}

/** The first door that is open: the `response_url`, an ephemeral message in the channel, a direct message. */
async function whisper(
  { client, respond }: Pick<SlackPlatformOptions, 'client' | 'respond'>,
  target: Whisper,
  content: Rendered,
): Promise<MessageRef> {
  const { replyUrl, conversation, thread, account } = target;
  if (replyUrl !== undefined) {
    const done = await unlessClosed(async () => {
      await respond(replyUrl, { ...content, thread });
      return { platform: 'slack' as const, conversation, message: '' };
    });
    if (done !== undefined) return done;
  }
  const shown = await unlessClosed(() => postForOne(client, target, content));
  return shown ?? post(client, await directChannel(client, account.user), content);
}

async function postForOne(
  client: WebClient,
  { account, conversation, thread }: Whisper,
  content: Rendered,
): Promise<MessageRef> {
  const answer = await call('chat.postEphemeral', () =>
    client.chat.postEphemeral({
      channel: conversation,
      user: account.user,
      ...content,
      ...asWritten,
      ...(thread === undefined ? {} : { thread_ts: thread }),
    }),
  );
  return { platform: 'slack', conversation, message: read(postedForOne, answer, 'chat.postEphemeral').message_ts };
}

/** Undefined where that way will never work; an outage is thrown, because the core tries again. */
async function unlessClosed(attempt: () => Promise<MessageRef>): Promise<MessageRef | undefined> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof PlatformError && error.kind !== 'later') return undefined;
    throw error;
  }
}

async function call(what: string, method: () => Promise<unknown>): Promise<unknown> {
  try {
    return await method();
  } catch (error) {
    throw toPlatformError(error, what);
  }
}

/** A message that was sent must never be sent twice because of an odd answer, so that is final. */
function read<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new PlatformError('refused', 'slack_unreadable', `${what}: ${parsed.error.message}`);
}
