import { requestMark } from '../defender/comment.js';
import type { DefenderErrorCode } from '../defender/errors.js';
import { operationFacts } from '../defender/operation.js';
import type { AnnouncedPlace, Doubt, Request, Resolution, Seen } from '../request/request.js';
import type { Inline, Line } from './inline.js';
import type { Button, Note } from './model.js';
import { about, actionNoun, idInline, note, who } from './say.js';

/** What is said where nobody can tell whether Defender took a call: the evidence, the question to approvers, and their decision. */

/** A person decides by these; the same lines are on the card and in the thread. */
export function evidence(request: Request, { answer, seen }: Doubt): Line[] {
  const { sentAt, attempts } = request;
  return [
    [
      'Sent ',
      ...(sentAt === undefined ? ['at a time that is not known'] : [{ at: sentAt }]),
      attempts > 1 ? `, for the ${nth(attempts)} time. ` : ', once. ',
      `What came back: ${answer}.`,
    ],
    [
      `Looked for: “${actionNoun[request.action]}” on this device with a comment that starts with `,
      { code: requestMark(request.id) },
      '. ',
      ...found(seen),
    ],
  ];
}

const answersInShort: Readonly<Partial<Record<string, string>>> = {
  timed_out: 'no answer in time',
  network_failure: 'the connection failed',
  unreadable_answer: 'an answer that cannot be read',
  unexpected_answer: 'an answer that is not Defender’s',
  no_action_id: 'a yes that names no action',
  token_failed: 'Entra gave Cordon no token',
  InternalServerError: 'an internal error of Defender',
  TooManyRequests: 'Defender takes no more calls for now',
  Unauthorized: 'Defender did not accept Cordon’s sign-in',
  Forbidden: `Cordon is not allowed to read actions; its app registration needs ${operationFacts.listMachineActions.permission}`,
  already_running: 'an action of this kind is already in progress',
} satisfies Partial<Record<DefenderErrorCode | 'already_running', string>>;

/**
 * A failure as a piece of evidence, without advice. The text of the error is for whoever asked: about a search that failed it says
 * “Nothing was changed”, which here would be taken for an answer about the device.
 */
export function inShort(code: string): string {
  return answersInShort[code] ?? `“${code}”`;
}

function found(seen: Seen): Line {
  switch (seen.what) {
    case 'no answer':
      return [`Defender could not be asked: ${seen.because}.`];
    case 'nothing':
      return ['Defender lists no such action.'];
    case 'unmarked': {
      const { id, status, requestor, creationDateTimeUtc } = seen.action;
      const made = creationDateTimeUtc === null ? [] : [', made ', timeOf(creationDateTimeUtc)];
      return [
        'Defender lists MachineAction ',
        { code: id },
        ` without any comment (${status ?? 'status not given'}, by ${requestor ?? 'somebody whom Defender does not name'}`,
        ...made,
        '): it may be this one.',
      ];
    }
  }
}

function timeOf(text: string): Inline {
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : { at };
}

const ordinals: readonly (string | undefined)[] = ['', 'first', 'second', 'third', 'fourth', 'fifth'];

function nth(count: number): string {
  return ordinals[count] ?? `${count}th`;
}

export function cannotTell(request: Request, doubt: Doubt, portalUrl: string): Note {
  return note(
    'danger',
    [
      ...about(request),
      ': Cordon ',
      { bold: 'cannot tell' },
      ' whether Defender took the call. It sends nothing again by itself.',
    ],
    ...evidence(request, doubt),
    whatToDo(request, portalUrl),
  );
}

/** Defender was asked again and says more than before. */
export function seenSince(request: Request, doubt: Doubt, portalUrl: string): Note {
  return note('warning', [...about(request), ': ', ...found(doubt.seen)], whatToDo(request, portalUrl));
}

function whatToDo(request: Request, portalUrl: string): Line {
  const id = idInline(request).code;
  return [
    `Approvers (${request.approvers.join(', ') || 'the policy names none'}): look at the `,
    { link: `${portalUrl}/machines/v2/${request.device.id}`, label: 'device in the Defender portal' },
    ' and press ',
    { bold: labels.sent },
    ' or ',
    { bold: labels.again },
    ' on the card, or type ',
    { code: `sent ${id}` },
    ' or ',
    { code: `resend ${id}` },
    '. Meanwhile Cordon keeps looking.',
  ];
}

export const labels = { sent: 'It was sent', again: 'Send again' } as const;

export function resolveButtons({ doubtTokens: tokens }: AnnouncedPlace): Button[] {
  if (tokens === undefined) return [];
  return [
    { label: labels.sent, style: 'primary', token: tokens.sent },
    { label: labels.again, style: 'danger', token: tokens.again },
  ];
}

export function resolved({ by, decision }: Resolution): Note {
  return decision === 'sent'
    ? note('progress', [
        who(by),
        ' says: ',
        { bold: 'it was sent' },
        '. Cordon never sends it again, and looks for its action in Defender. The device is not known to be changed.',
      ])
    : note('progress', [who(by), ' says: ', { bold: 'send it again' }, '. The policy is asked once more before.']);
}

/** On the card for good. */
export function resolutionLine({ resolved: last }: Request): Line[] {
  if (last === undefined) return [];
  return [[who(last.by), last.decision === 'sent' ? ' took it for sent ' : ' had it sent again ', { at: last.at }]];
}
