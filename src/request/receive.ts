import { type AuditEvent, personActor } from '../audit/event.js';
import type { Command, Said } from '../command/model.js';
import { parseCommand } from '../command/parse.js';
import { DefenderError } from '../defender/errors.js';
import { identify } from '../people/identify.js';
import { accountKey, type Person } from '../people/person.js';
import { PlatformError } from '../platform.js';
import type { PendingIncoming, StoredButton } from '../store/store.js';
import * as answers from '../view/answers.js';
import type { Note } from '../view/model.js';
import { ask } from './ask.js';
import { cancel } from './cancel.js';
import { answer } from './commit.js';
import type { Context } from './context.js';
import { link } from './link.js';
import { retireCopy } from './retire-copy.js';
import { resolve } from './resolve.js';
import { show } from './show.js';
import { resume, stop } from './stop.js';
import { unlink } from './unlink.js';
import { vote } from './vote.js';
import { withdraw } from './withdraw.js';

type World = Pick<
  Context,
  | 'store'
  | 'defender'
  | 'platforms'
  | 'policy'
  | 'policyNow'
  | 'now'
  | 'newId'
  | 'newToken'
  | 'newCode'
  | 'limits'
  | 'dryRun'
  | 'wake'
  | 'logger'
>;

/** How long an Incoming is kept trying to find out who it is from. */
const identifyMs = 120_000;
const retryMs = 2_000;

/**
 * Carries out what a platform sent: who is it, may they speak at all, what did they mean, which use case is it for. Ends with
 * the Incoming settled or postponed; throws only what a later attempt may mend (the store).
 */
export async function receive(world: World, pending: PendingIncoming): Promise<void> {
  const { key, account } = pending.incoming;
  let person: Person;
  try {
    person = await identify(world, account);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return unidentified(world, pending, error);
  }
  if (person.standing !== 'member') {
    return reply(world, pending, answers.outsider(person.standing), [
      { at: world.now(), what: 'person.refused', actor: personActor(person), detail: { standing: person.standing } },
    ]);
  }
  try {
    await understand(world, pending, person);
  } catch (error) {
    if (!(error instanceof DefenderError)) throw error;
    world.logger.warn({ key, code: error.code, target: error.target }, 'Defender could not be asked for a command');
    await reply(world, pending, answers.failedAnswer(error.userText));
  }
}

async function unidentified(world: World, pending: PendingIncoming, error: PlatformError): Promise<void> {
  const { incoming, receivedAt } = pending;
  if (error.kind === 'later' && world.now() - receivedAt < identifyMs) {
    return world.store.postponeIncoming(pending, world.now() + (error.retryAfterMs ?? retryMs));
  }
  const actor = {
    kind: 'person' as const,
    id: accountKey(incoming.account),
    name: 'not identified',
    account: accountKey(incoming.account),
  };
  return reply(world, pending, answers.notIdentified(error.userText ?? `${incoming.account.platform} does not say.`), [
    { at: world.now(), what: 'person.not-identified', actor, detail: { code: error.code } },
  ]);
}

async function understand(world: World, pending: PendingIncoming, person: Person): Promise<void> {
  const { incoming } = pending;
  const { said } = incoming;
  switch (said.kind) {
    case 'command':
      return carryOut(world, pending, person, said.command);
    case 'text': {
      const parsed = parseCommand(said.text, { markup: incoming.origin.platform === 'slack' ? 'slack' : 'none' });
      return parsed.ok
        ? carryOut(world, pending, person, parsed.command)
        : reply(world, pending, answers.usage(parsed.problem));
    }
    case 'press': {
      const button = await world.store.button(said.token);
      return button ? press(world, pending, person, button, said) : reply(world, pending, answers.unknownButton());
    }
  }
}

/** What a button means is in the store; nothing else in the payload is believed. */
async function press(
  world: World,
  pending: PendingIncoming,
  person: Person,
  { meaning, expiresAt }: StoredButton,
  { reason, on }: Extract<Said, { kind: 'press' }>,
): Promise<void> {
  const { incoming } = pending;
  if (meaning.kind !== 'choose' && on !== undefined) await retireCopy(world, meaning.requestId, on);
  switch (meaning.kind) {
    case 'vote': {
      const { requestId, decision, revision } = meaning;
      const why = reason === undefined ? {} : { reason };
      return vote(world, { key: incoming.key, person, origin: incoming.origin, requestId, decision, revision, ...why });
    }
    case 'resolve': {
      const { requestId, decision, attempt } = meaning;
      return resolve(world, { key: incoming.key, person, origin: incoming.origin, requestId, decision, attempt });
    }
    case 'choose':
      if (accountKey(meaning.account) !== accountKey(person.account))
        return reply(world, pending, answers.notYourButton());
      if (world.now() >= expiresAt) return reply(world, pending, answers.unknownButton());
      return carryOut(world, pending, person, meaning.command, meaning.origin);
  }
}

async function carryOut(
  world: World,
  { incoming }: PendingIncoming,
  person: Person,
  command: Command,
  from = incoming.origin,
): Promise<void> {
  const common = {
    key: incoming.key,
    person,
    origin: { ...from, ...(incoming.origin.replyUrl === undefined ? {} : { replyUrl: incoming.origin.replyUrl }) },
  };
  switch (command.kind) {
    case 'restrict':
    case 'release':
      return ask(world, { ...common, action: command.kind, device: command.device, comment: command.comment });
    case 'approve':
      return vote(world, { ...common, requestId: command.request, decision: 'approve' });
    case 'deny':
      return vote(world, { ...common, requestId: command.request, decision: 'deny', reason: command.reason });
    case 'withdraw':
      return withdraw(world, { ...common, requestId: command.request });
    case 'cancel':
      return cancel(world, {
        ...common,
        requestId: command.request,
        ...(command.reason === undefined ? {} : { reason: command.reason }),
      });
    case 'sent':
      return resolve(world, { ...common, requestId: command.request, decision: 'sent' });
    case 'resend':
      return resolve(world, { ...common, requestId: command.request, decision: 'again' });
    case 'link':
      return link(world, { ...common, ...(command.code === undefined ? {} : { code: command.code }) });
    case 'unlink':
      return unlink(world, common);
    case 'stop':
      return stop(world, { ...common, reason: command.reason });
    case 'resume':
      return resume(world, { ...common, ...(command.reason === undefined ? {} : { reason: command.reason }) });
    case 'status':
    case 'list':
    case 'history':
    case 'help':
      return show(world, { ...common, question: command });
  }
}

function reply(
  world: World,
  { incoming }: PendingIncoming,
  note: Note,
  audit: readonly AuditEvent[] = [],
): Promise<void> {
  return answer(world, incoming, note, { audit });
}
