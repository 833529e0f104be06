import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import { type MessageRef, PlatformError, platformOff, type Target } from '../platform.js';
import { nothing } from '../request/commit.js';
import type { Context } from '../request/context.js';
import { isFinal } from '../request/life.js';
import type { Request } from '../request/request.js';
import type { Delivery } from '../store/store.js';
import { backOff } from '../time.js';
import { cardOf } from '../view/card.js';
import { createPool, type Pool } from './pool.js';
import { lost, undelivered } from './undelivered.js';

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
    const target: Target =
      place.person === undefined
        ? { to: 'conversation', conversation: place.conversation, ...thread }
        : { to: 'person', account: place.person };
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
  if (kind === 'later' && !tooOld) {
    const wait = error instanceof PlatformError ? error.retryAfterMs : undefined;
    await store.postponeDelivery(
      delivery.id,
      at + (wait ?? backOff(delivery.attempts, firstPauseMs, longestPauseMs)),
      because,
    );
    return;
  }
  const { message } = delivery;
  // A person adds the app for themselves, or not: nobody else can invite it there.
  const invitable = message.kind === 'announce' && message.place.person === undefined;
  const stillWanted = request === undefined || !isFinal(request.state);
  // By its code alone, because the rest may differ from one answer to the next.
  const saidBefore = kind === 'not invited' && delivery.lastError?.split(':')[0] === because.split(':')[0];
  const told = saidBefore ? nothing : undelivered(request, delivery, error, at);

  if (kind === 'not invited' && invitable && stillWanted && !tooOld) {
    await store.postponeDelivery(delivery.id, at + inviteMs, because, told);
    return;
  }
  const record = lost(request, delivery, at, because);
  await store.dropDelivery(delivery.id, because, {
    audit: [...record.audit, ...told.audit],
    deliveries: told.deliveries,
  });
}
