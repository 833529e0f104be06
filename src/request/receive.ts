import { type AuditEvent, personActor } from '../audit/event.js';
import type { Command } from '../command/model.js';
import { parseCommand } from '../command/parse.js';
import { DefenderError } from '../defender/errors.js';
import { identify } from '../people/identify.js';
import { accountKey, type Person } from '../people/person.js';
import { PlatformError } from '../platform.js';
import type { PendingIncoming } from '../store/store.js';
import * as answers from '../view/answers.js';
import type { Note } from '../view/model.js';
import { ask } from './ask.js';
import { cancel } from './cancel.js';
import { answer } from './commit.js';
import type { Context } from './context.js';
import { edit } from './edit.js';
import { link } from './link.js';
import { press } from './press.js';
import { resolve } from './resolve.js';
import { show } from './show.js';
import { resume, stop } from './stop.js';
import { unlink } from './unlink.js';
import { unvote } from './unvote.js';
import { vote } from './vote.js';
import { withdraw } from './withdraw.js';

type World = Pick<
  Context,
  | 'store'
  | 'defender'
  | 'throttle'
  | 'platforms'
  | 'unfinished'
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
  const { account } = pending.incoming;
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
    world.logger.warn({ code: error.code, target: error.target }, 'Defender could not be asked for a command');
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
      const choice = await press(world, pending, person, said);
      return choice && carryOut(world, pending, person, choice.command, choice.origin);
    }
  }
}

async function carryOut(
  world: World,
  { incoming, receivedAt }: PendingIncoming,
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
      return vote(world, { ...common, receivedAt, requestId: command.request, decision: 'approve' });
    case 'deny':
      return vote(world, {
        ...common,
        receivedAt,
        requestId: command.request,
        decision: 'deny',
        reason: command.reason,
      });
    case 'unvote':
      return unvote(world, { ...common, requestId: command.request });
    case 'edit':
      return edit(world, { ...common, requestId: command.request, comment: command.comment });
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
    case 'explain':
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
