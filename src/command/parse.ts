import { readId } from '../request/request.js';
import { readDevice } from './device.js';
import { readCode } from './link-code.js';
import type { ActionKind, Command, DeviceRef } from './model.js';
import { nearest } from './nearest.js';
import { undoSlackMarkup } from './slack-markup.js';
import {
  exampleCode,
  exampleComment,
  exampleId,
  exampleReason,
  knownWords,
  verbFor,
  verbs,
  type Verb,
} from './verbs.js';
import { excerpt, isBlank, takeWord, withoutAddress, withPlainHyphens, type Word } from './words.js';

/** Why a text is not a command, in full sentences; `example` is one right command, without slash or mention. */
export interface UsageError {
  /** Undefined where not even the command was understood. */
  readonly verb: Verb | undefined;
  readonly understood: string;
  readonly problem: string;
  readonly example: string;
}

export type Parsed =
  { readonly ok: true; readonly command: Command } | { readonly ok: false; readonly problem: UsageError };

export interface ParseOptions {
  /** `none` for platforms that hand over plain text, where `<https://a|b>` is what the person typed. Default `slack`. */
  readonly markup?: 'slack' | 'none';
}

/**
 * Reads one command, as typed on any platform, with or without mention and slash. Never throws. A comment or reason comes
 * back verbatim, line breaks included, but for Slack's markup and outer white space.
 */
export function parseCommand(text: string, options: ParseOptions = {}): Parsed {
  const addressed = withoutAddress(text);
  const word = takeWord(options.markup === 'none' ? addressed : undoSlackMarkup(addressed));
  if (word === undefined) return success({ kind: 'help' });
  const verb = verbFor(word.text);
  if (verb === undefined) return unknownVerb(word);
  switch (verb) {
    case 'restrict':
    case 'release':
      return parseAction(verb, word.rest);
    case 'status':
      return parseStatus(word.rest);
    case 'approve':
    case 'explain':
    case 'unvote':
    case 'withdraw':
    case 'sent':
    case 'resend':
      return parseForRequest(verb, word.rest);
    case 'cancel':
      return parseCancel(word.rest);
    case 'deny':
      return parseDeny(word.rest);
    case 'edit':
      return parseEdit(word.rest);
    case 'history':
      return parseHistory(word.rest);
    case 'link':
      return parseLink(word.rest);
    case 'stop':
      return parseStop(word.rest);
    case 'resume':
      return success(isBlank(word.rest) ? { kind: 'resume' } : { kind: 'resume', reason: word.rest });
    case 'list':
    case 'unlink':
      return isBlank(word.rest) ? success({ kind: verb }) : tooMuch(verb, verb, word.rest, verbs[verb].example);
    case 'help':
      return success({ kind: 'help' });
  }
}

function parseAction(verb: ActionKind, text: string): Parsed {
  const word = takeWord(text);
  if (word === undefined) return failure(verb, verb, 'The device and the comment are missing.');
  const read = readDevice(word.text);
  if (!read.ok) return failure(verb, verb, read.why);
  if (isBlank(word.rest)) {
    const said = `${verb} ${read.device.value}`;
    const problem = 'The comment is missing. Defender keeps it with the action, and approvers decide by it.';
    return failure(verb, said, problem, `${said} ${exampleComment}`);
  }
  return success({ kind: verb, device: read.device, comment: word.rest });
}

function parseDeny(text: string): Parsed {
  const word = takeWord(text);
  if (word === undefined) return failure('deny', 'deny', 'The request and the reason are missing.');
  const request = readRequestId(word.text);
  if (request === undefined) return badId('deny', word.text);
  if (isBlank(word.rest)) {
    const said = `deny ${excerpt(word.text)}`;
    return failure('deny', said, 'The reason is missing. The requester will read it.', `${said} ${exampleReason}`);
  }
  return success({ kind: 'deny', request, reason: word.rest });
}

function parseForRequest(
  verb: 'approve' | 'explain' | 'unvote' | 'withdraw' | 'sent' | 'resend',
  text: string,
): Parsed {
  const read = readRequestThen(verb, text);
  if ('ok' in read) return read;
  const { request, rest, said } = read;
  return isBlank(rest) ? success({ kind: verb, request }) : tooMuch(verb, said, rest, said);
}

function parseEdit(text: string): Parsed {
  const read = readRequestThen('edit', text);
  if ('ok' in read) return read;
  const { request, rest, said } = read;
  if (!isBlank(rest)) return success({ kind: 'edit', request, comment: rest });
  return failure('edit', said, 'The new comment is missing.', `${said} ${exampleComment}`);
}

/** The reason may be missing: whoever stops something in a hurry is not to be held up. */
function parseCancel(text: string): Parsed {
  const read = readRequestThen('cancel', text);
  if ('ok' in read) return read;
  const { request, rest } = read;
  return success(isBlank(rest) ? { kind: 'cancel', request } : { kind: 'cancel', request, reason: rest });
}

/** The id of a Request and what follows it, or what is wrong with it. */
function readRequestThen(verb: Verb, text: string): Parsed | { request: string; rest: string; said: string } {
  const word = takeWord(text);
  if (word === undefined) return failure(verb, verb, 'The request is missing; its id is on its card.');
  const request = readRequestId(word.text);
  if (request === undefined) return badId(verb, word.text);
  return { request, rest: word.rest, said: `${verb} ${excerpt(word.text)}` };
}

function parseHistory(text: string): Parsed {
  const word = takeWord(text);
  if (word === undefined) return failure('history', 'history', 'The device is missing.');
  const read = readDevice(word.text);
  if (!read.ok) return failure('history', 'history', read.why);
  const said = `history ${read.device.value}`;
  return isBlank(word.rest)
    ? success({ kind: 'history', device: read.device })
    : tooMuch('history', said, word.rest, said);
}

/** A lone “stop” may be meant for anybody in the channel. */
function parseStop(reason: string): Parsed {
  if (isBlank(reason)) return failure('stop', 'stop', 'The reason is missing. The owners will read it.');
  return success({ kind: 'stop', reason });
}

/** People copy a code in quotation marks, in pieces, or read it out. */
function parseLink(text: string): Parsed {
  const word = takeWord(text);
  if (word === undefined) return success({ kind: 'link' });
  const code = readCode(withPlainHyphens(`${word.text} ${word.rest}`));
  if (code !== undefined) return success({ kind: 'link', code });
  const typed = excerpt(`${word.text} ${word.rest}`);
  const problem = `“${typed}” is not a code; one looks like ${exampleCode}. Send me “link” in Slack to get yours.`;
  return failure('link', 'link', problem, `link ${exampleCode}`);
}

function parseStatus(text: string): Parsed {
  const word = takeWord(text);
  if (word === undefined) return success({ kind: 'status' });
  const about = readSubject(word);
  if (typeof about === 'string') return failure('status', 'status', about);
  const said = `status ${excerpt(word.text)}`;
  return isBlank(word.rest) ? success({ kind: 'status', about }) : tooMuch('status', said, word.rest, said);
}

/**
 * An id or a device: `server01` could be both. It is an id when it is written as cards show it (`7K3M-9Q2X`, `#7k3m9q2x`),
 * or when a letter follows a digit, which is usual in ids and rare in host names. In quotation marks it is a device.
 */
function readSubject(word: Word): { request: string } | { device: DeviceRef } | string {
  const asShown = /^#|^.{4}-.{4}$/.test(withPlainHyphens(word.text));
  const request = readRequestId(word.text);
  if (request !== undefined && !word.quoted && (asShown || /\d[a-z]/i.test(word.text))) return { request };
  const read = readDevice(word.text);
  if (read.ok) return { device: read.device };
  return word.text.startsWith('#') ? badIdText(word.text) : read.why;
}

function readRequestId(text: string): string | undefined {
  return readId(withPlainHyphens(text));
}

function unknownVerb(word: Word): Parsed {
  const meant = nearest(word.text, knownWords);
  const verb = meant === undefined ? undefined : verbFor(meant);
  const hint = meant === undefined ? 'Say “help” for all commands.' : `Did you mean “${meant}”?`;
  const problem = `“${excerpt(word.text)}” is not a command. ${hint}`;
  const example = verb === undefined || meant === undefined ? verbs.help.example : withWord(verb, meant);
  return {
    ok: false,
    problem: {
      verb: undefined,
      understood: `I understood “${excerpt(word.text)}”, but no command in it.`,
      problem,
      example,
    },
  };
}

/** The command's example, begun with the word that the person seems to use for it. */
function withWord(verb: Verb, word: string): string {
  return verbs[verb].example.replace(/^\S+/, word);
}

function badId(verb: Verb, typed: string): Parsed {
  return failure(verb, verb, badIdText(typed));
}

function badIdText(typed: string): string {
  return `“${excerpt(typed)}” is not the id of a request; one looks like ${exampleId} and is on its card.`;
}

function tooMuch(verb: Verb, said: string, rest: string, example: string): Parsed {
  return failure(verb, said, `“${excerpt(rest)}” is too much: nothing may follow here.`, example);
}

function failure(verb: Verb, said: string, problem: string, example: string = verbs[verb].example): Parsed {
  return { ok: false, problem: { verb, understood: `I understood “${said}”.`, problem, example } };
}

function success(command: Command): Parsed {
  return { ok: true, command };
}
