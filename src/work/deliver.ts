import { setTimeout as delay } from 'node:timers/promises';
import { cordon } from '../audit/event.js';
import { messageOf } from '../errors.js';
import { type MessageRef, PlatformError, platformOff, type Target } from '../platform.js';
import { nothing } from '../request/commit.js';
import type { Context } from '../request/context.js';
import { directToRequester, reply, requestEvent } from '../request/effects.js';
import { isFinal } from '../request/life.js';
import type { Request } from '../request/request.js';
import type { Delivery, Effects, NewDelivery } from '../store/store.js';
import { backOff } from '../time.js';
import { cardOf } from '../view/card.js';
import * as notes from '../view/notes.js';
import { createPool, type Pool } from './pool.js';

type World = Pick<Context, 'store' | 'platforms' | 'now' | 'logger' | 'portalUrl' | 'wake'>;

const atOnce = 16;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** While the bot is not invited, it is tried this often: people are told to invite it and expect it to work then. */
const inviteMs = 10_000;
/** A message that could not be sent for so long is given up; the record says so. */
const keptMs = 86_400_000;

/** Sends what is owed: in order within a lane, lanes side by side. Nothing here can stop or change an action. */
export function createDeliverer(world: World): Pool {
  const { store, now, wake, logger } = world;
  return createPool({
    atOnce,
    due: (limit) => store.dueDeliveries(now(), limit),
    key: ({ id }) => id,
    work: (delivery) =>
      deliver(world, delivery).catch((error: unknown) => {
        logger.error({ err: error, delivery: delivery.id }, `a delivery could not be noted: ${messageOf(error)}`);
        // It is due still: without a pause the loop would try it without end.
        return delay(firstPauseMs);
      }),
    nextDue: () => store.nextDeliveryDue(),
    now,
    again: () => {
      wake('deliver');
    },
  });
}

async function deliver(world: World, delivery: Delivery): Promise<void> {
  const { store, now, logger } = world;
  const request = delivery.requestId === undefined ? undefined : await store.request(delivery.requestId);
  try {
    const outcome = await attempt(world, delivery, request);
    await store.delivered(delivery, { ...outcome, at: now() });
  } catch (error) {
    if (!(error instanceof PlatformError)) {
      logger.error({ err: error, delivery: delivery.id }, `a message could not be delivered: ${messageOf(error)}`);
    }
    await retryOrDrop(world, delivery, request, error);
  }
}

async function attempt(
  { store, platforms, portalUrl }: World,
  { platform: name, message }: Delivery,
  request: Request | undefined,
): Promise<{ ref?: MessageRef; renderedVersion?: number }> {
  const platform = platforms.get(name);
  if (platform === undefined) throw platformOff(name);
  if (message.kind === 'direct' || message.kind === 'whisper') {
    const target: Target =
      message.kind === 'direct' ? { to: 'person', account: message.account } : whisperTarget(message);
    return { ref: await platform.send(target, { kind: 'note', note: message.note }) };
  }
  if (request === undefined) return {};
  const { place } = message;
  const thread = place.thread === undefined ? {} : { thread: place.thread };
  if (message.kind === 'announce') {
    const target: Target = { to: 'conversation', conversation: place.conversation, ...thread };
    const ref = await platform.send(target, { kind: 'card', card: cardOf(request, portalUrl) });
    return { ref, renderedVersion: request.version };
  }
  const card = await store.card(request.id, place);
  if (card === undefined) return {};
  if (message.kind === 'update') {
    if (card.renderedVersion >= request.version) return {};
    await platform.update(card.ref, { kind: 'card', card: cardOf(request, portalUrl) });
    return { ref: card.ref, renderedVersion: request.version };
  }
  const target: Target = {
    to: 'conversation',
    conversation: place.conversation,
    thread: place.thread ?? card.ref.message,
  };
  return { ref: await platform.send(target, { kind: 'note', note: message.note }) };
}

function whisperTarget({ account, origin }: Extract<Delivery['message'], { kind: 'whisper' }>): Target {
  if (origin.direct) return { to: 'person', account };
  return {
    to: 'whisper',
    account,
    conversation: origin.conversation,
    ...(origin.thread === undefined ? {} : { thread: origin.thread }),
    ...(origin.replyUrl === undefined ? {} : { replyUrl: origin.replyUrl }),
  };
}

async function retryOrDrop(
  { store, now }: World,
  delivery: Delivery,
  request: Request | undefined,
  error: unknown,
): Promise<void> {
  const at = now();
  const kind = error instanceof PlatformError ? error.kind : 'later';
  const because = error instanceof PlatformError ? `${error.code}: ${error.message}` : messageOf(error);
  const tooOld = at - delivery.createdAt > keptMs;
  const announce = delivery.message.kind === 'announce';
  const stillWanted = request === undefined || !isFinal(request.state);

  if (kind === 'not invited' && announce && stillWanted && !tooOld) {
    const first = delivery.attempts === 0 ? tellRequester(request, error, at) : nothing;
    await store.postponeDelivery(delivery.id, at + inviteMs, because, first);
    return;
  }
  if (kind === 'later' && !tooOld) {
    const wait = error instanceof PlatformError ? error.retryAfterMs : undefined;
    await store.postponeDelivery(
      delivery.id,
      at + (wait ?? backOff(delivery.attempts, firstPauseMs, longestPauseMs)),
      because,
    );
    return;
  }
  const told = announce && delivery.attempts === 0 ? tellRequester(request, error, at) : nothing;
  const record = lost(request, delivery, at, because);
  await store.dropDelivery(delivery.id, because, {
    audit: [...record.audit, ...told.audit],
    deliveries: [...told.deliveries, ...tellThreads(request, delivery, error)],
  });
}

/** A person who cannot be written to may still read the thread; the others learn that nobody was told in person. */
function tellThreads(request: Request | undefined, { message }: Delivery, error: unknown): NewDelivery[] {
  if (request === undefined || message.kind !== 'direct') return [];
  const note = notes.notReached(request, whyIn(error));
  return request.places.map((place) => reply(request.id, place, note));
}

function whyIn(error: unknown): string {
  const said = error instanceof PlatformError ? error.userText : undefined;
  return said ?? 'The conversation cannot be reached.';
}

/** Nobody may think that approvals are being asked for where the card never appeared. */
function tellRequester(request: Request | undefined, error: unknown, at: number): Effects {
  if (request === undefined) return nothing;
  return {
    audit: [requestEvent(request, 'card.not-posted', cordon, at, { because: messageOf(error) })],
    deliveries: [directToRequester(request, notes.cardNotPosted(request, whyIn(error)))],
  };
}

/** A card that cannot be edited any more, a reply that cannot be posted: the action goes on, the record says so. */
function lost(request: Request | undefined, delivery: Delivery, at: number, because: string): Effects {
  if (request === undefined) return nothing;
  const what = delivery.message.kind === 'update' ? 'card.lost' : 'message.lost';
  return {
    audit: [requestEvent(request, what, cordon, at, { kind: delivery.message.kind, lane: delivery.lane, because })],
    deliveries: [],
  };
}
