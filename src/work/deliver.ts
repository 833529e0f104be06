import { messageOf } from '../errors.js';
import type { Account, PlatformName } from '../people/person.js';
import {
  type MessageRef,
  type Platform,
  PlatformError,
  type PlatformErrorKind,
  platformOff,
  platformTitle,
  type Target,
} from '../platform.js';
import { insist } from '../request/claimed.js';
import { nothing } from '../request/commit.js';
import type { Context } from '../request/context.js';
import { isFinal } from '../request/life.js';
import { answeredBy, retire, updateAgain } from '../request/effects.js';
import type { Request } from '../request/request.js';
import type { Delivery, Effects, Message, NewDelivery } from '../store/store.js';
import { backOff } from '../time.js';
import type { Work } from '../trace.js';
import { cardOf } from '../view/card.js';
import * as notes from '../view/notes.js';
import { createPool, type Pool } from './pool.js';
import { lost, undelivered } from './undelivered.js';

type World = Pick<Context, 'store' | 'platforms' | 'replica' | 'now' | 'logger' | 'tracer' | 'portalUrl' | 'wake'>;

const atOnce = 16;
const firstPauseMs = 1_000;
/** What may be there already is in less of a hurry, and the next try must not meet the same disturbance: 15 s, 1 min, 4 min. */
const unsurePauseMs = 15_000;
const longestPauseMs = 60_000;
/** While the bot is not invited, or its token not taken, it is tried this often at first: people are told what to do and expect it to work then. */
const inviteMs = 10_000;
const longestInviteMs = 300_000;
/**
 * So often a message may have been posted without our knowing; then it is not sent again. One disturbance in the midst of a message is
 * common, two for the same message were seen in a run with 20 kills and 13,000 messages, and each costs a copy at most.
 */
const mostUnsure = 4;
/** A message that could not be sent for so long is given up; the record says so. */
const keptMs = 86_400_000;

/** Sends what is owed: in order within a lane, lanes side by side. Nothing here can stop or change an action. */
export function createDeliverer(world: World): Pool {
  const { store, replica, now, wake } = world;
  return createPool({
    atOnce,
    claim: (limit) => replica.claim((owner) => store.claimDeliveries(owner, now(), limit)),
    work: (delivery) => world.tracer.run(workOf(delivery), () => deliver(world, delivery)),
    nextDue: () => store.nextDeliveryDue(),
    now,
    again: () => {
      wake('deliver');
    },
  });
}

function workOf({ platform, message, requestId, lane, attempts }: Delivery): Work {
  const event = answeredBy(lane);
  return {
    name: 'delivery',
    attributes: { platform, kind: message.kind, attempts },
    ...(requestId === undefined ? {} : { request: requestId }),
    ...(event === undefined ? {} : { event }),
  };
}

async function deliver(world: World, delivery: Delivery): Promise<void> {
  const { store, now, logger, replica } = world;
  const { requestId } = delivery;
  let request: Request | undefined;
  let end: () => Promise<void>;
  try {
    request = requestId === undefined ? undefined : await store.request(requestId);
    // Another replica may be sending it by now.
    if (!replica.alive()) return;
    const outcome = await attempt(world, delivery, request);
    end = async () => {
      const noted = await store.delivered(delivery, { ...outcome, at: now() });
      const owed = noted ? [] : afterAll(delivery, outcome.ref);
      if (owed.length > 0) await store.owe(owed);
    };
  } catch (error) {
    if (!(error instanceof PlatformError)) {
      logger.error({ err: error, delivery: delivery.id }, `a message could not be delivered: ${messageOf(error)}`);
    }
    end = () => retryOrDrop(world, delivery, request, error);
  }
  await insist(world, end);
}

async function attempt(
  { store, platforms, portalUrl }: World,
  { platform: name, message, unsure }: Delivery,
  request: Request | undefined,
): Promise<{ ref?: MessageRef; renderedVersion?: number }> {
  const platform = platforms.get(name);
  if (platform === undefined) throw platformOff(name);
  if (unsure > 0 && !isEdit(message)) await assertWorthSending(platform, message, request, unsure);
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
    const ref = await platform.send(target, { kind: 'card', card: cardOf(request, portalUrl, place) });
    return { ref, renderedVersion: request.version };
  }
  const card = await store.card(request.id, place);
  if (message.kind === 'retire') {
    if (card?.ref.message === message.copy.message) return {};
    await platform.update(message.copy, { kind: 'note', note: notes.secondCopy(request) });
    return {};
  }
  if (card === undefined) return {};
  if (message.kind === 'update') {
    if (card.renderedVersion >= request.version && message.again !== true) return {};
    await platform.update(card.ref, { kind: 'card', card: cardOf(request, portalUrl, place) });
    return { ref: card.ref, renderedVersion: request.version };
  }
  const target: Target = {
    to: 'conversation',
    conversation: place.conversation,
    thread: place.thread ?? card.ref.message,
  };
  return { ref: await platform.send(target, { kind: 'note', note: message.note }) };
}

/**
 * This process was silent for so long that another one has taken the delivery over, and then its own call went through after
 * all: an old state over a newer one, or a second card.
 */
function afterAll({ requestId, message }: Delivery, ref: MessageRef | undefined): NewDelivery[] {
  if (requestId === undefined) return [];
  if (message.kind === 'update') return [updateAgain(requestId, message.place)];
  return message.kind === 'announce' && ref !== undefined ? [retire(requestId, message.place, ref)] : [];
}

/**
 * Chat platforms cannot be asked whether a message arrived, so one whose answer was lost is sent again, and so often at most.
 * No try is spent on a platform that is down: it has to answer something else first.
 */
async function assertWorthSending(
  platform: Platform,
  message: Message,
  request: Request | undefined,
  unsure: number,
): Promise<void> {
  if (unsure >= mostUnsure) throw neverConfirmed(platform.name, unsure);
  const somebody = 'account' in message ? message.account : somebodyOn(platform.name, request);
  if (somebody === undefined) return;
  await platform.lookUp(somebody).catch((error: unknown) => {
    if (!(error instanceof PlatformError)) throw error;
    if (error.kind !== 'later') return;
    const { code, message, retryAfterMs } = error;
    throw new PlatformError('later', code, message, {
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  });
}

function neverConfirmed(name: PlatformName, times: number): PlatformError {
  return new PlatformError('refused', `${name}_unsure`, `sent ${times} times and never confirmed`, {
    userText: `${platformTitle[name]} took it ${times} times without an answer: it may be there several times, or not at all.`,
  });
}

/** The second time it changes nothing. */
function isEdit({ kind }: Message): boolean {
  return kind === 'update' || kind === 'retire';
}

function somebodyOn(platform: PlatformName, request: Request | undefined): Account | undefined {
  if (request === undefined) return undefined;
  const people = [request.requester, ...request.votes.map(({ person }) => person)].map(({ account }) => account);
  return people.find((account) => account.platform === platform);
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
  thrown: unknown,
): Promise<void> {
  const { message, unsure } = delivery;
  const at = now();
  const maybeThere = isUnsure(thrown) && !isEdit(message);
  const error = maybeThere && unsure + 1 >= mostUnsure ? neverConfirmed(delivery.platform, unsure + 1) : thrown;
  const kind = error instanceof PlatformError ? error.kind : 'later';
  const because = error instanceof PlatformError ? `${error.code}: ${error.message}` : messageOf(error);
  const tooOld = at - delivery.createdAt > keptMs;
  const again = (wait: number, effects?: Effects): Promise<void> =>
    store.postponeDelivery(delivery, at + wait, { error: because, unsure: isUnsure(error) }, effects);
  if (kind === 'later' && !tooOld) {
    const wait = error instanceof PlatformError ? error.retryAfterMs : undefined;
    const pause = wait ?? backOff(delivery.attempts, firstPauseMs, longestPauseMs);
    return again(maybeThere ? Math.max(pause, unsurePauseMs * 4 ** unsure) : pause);
  }
  // By its code alone, because the rest may differ from one answer to the next. Of a direct message nothing is said while it waits.
  const saidBefore =
    mayBeMended(kind) && message.kind !== 'direct' && delivery.lastError?.split(':')[0] === because.split(':')[0];
  const told = saidBefore ? nothing : undelivered(request, delivery, error, at);
  if (mayBeMended(kind) && isWanted(kind, message, request) && !tooOld) {
    // Whoever is told in person a little later need not be told by others.
    const meanwhile = message.kind === 'direct' ? nothing : told;
    return again(backOff(delivery.attempts, inviteMs, longestInviteMs), meanwhile);
  }
  const record = lost(request, delivery, at, because);
  await store.dropDelivery(delivery, because, {
    audit: [...record.audit, ...told.audit],
    deliveries: told.deliveries,
  });
}

/** What somebody is told to put right, and expects to work then. */
function mayBeMended(kind: PlatformErrorKind): kind is 'not invited' | 'credentials' {
  return kind === 'not invited' || kind === 'credentials';
}

/** Whether the message is still of use to anybody once that is put right. */
function isWanted(kind: 'not invited' | 'credentials', message: Message, request: Request | undefined): boolean {
  if (message.kind === 'announce') {
    if (request !== undefined && isFinal(request.state)) return false;
    // A person adds the app for themselves, or not: nobody else can invite it there.
    return kind === 'credentials' || message.place.person === undefined;
  }
  // Where the card is, the bot has been: what is owed there arrives, in order, when somebody invites it again.
  return 'place' in message || (kind === 'credentials' && message.kind === 'direct');
}

/** What is no error of the platform broke on our side, before anything left. */
function isUnsure(error: unknown): boolean {
  return error instanceof PlatformError && error.unsure;
}
