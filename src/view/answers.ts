import type { DeviceRef } from '../command/model.js';
import type { UsageError } from '../command/parse.js';
import { machineName, type Machine } from '../defender/machine.js';
import type { Reason } from '../policy/policy.js';
import { type Cancelling, displayId, type Request } from '../request/request.js';
import { statusLine, voteLine } from './card.js';
import type { Line } from './inline.js';
import type { Button, Note } from './model.js';
import { pastLines, whereOf } from './past.js';
import { actionNoun, deviceInline, idInline, lastSeen, note, undoing, who } from './say.js';

/** What one person is told in answer to a command. */

/** Says what was understood and shows one right example. */
export function usage({ understood, problem, example }: UsageError): Note {
  return note('warning', [problem], [understood], ['For example: ', { code: example }]);
}

export function outsider(standing: string): Note {
  const kind: Readonly<Record<string, string>> = {
    guest: 'Guests',
    external: 'People of another organisation',
    bot: 'Bots',
    deactivated: 'Deactivated accounts',
  };
  return note('danger', [
    `${kind[standing] ?? 'You'} can neither request nor approve here. Nothing was done, and this was recorded.`,
  ]);
}

export function notIdentified(because: string): Note {
  return note('danger', [
    `I could not find out who you are, so nothing was done. ${because}`,
    ' Try again in a minute.',
  ]);
}

export function noDevice(ref: DeviceRef): Note {
  const kinds = { deviceId: 'device id', name: 'host name', entraId: 'Entra device id', ip: 'IP address' };
  return note(
    'warning',
    [`Defender knows no device with the ${kinds[ref.by]} `, { code: ref.value }, '. Nothing was done.'],
    [
      'Check the spelling, or use the device id from the device page in the Defender portal. Only devices that the app may see and that reported recently are found.',
    ],
  );
}

export function notOnThisSystem(machine: Machine): Note {
  return note(
    'warning',
    [
      { bold: machineName(machine) },
      ` runs ${machine.osPlatform ?? 'an unknown system'}, where Defender cannot restrict app execution. Nothing was done.`,
    ],
    [
      'It can on Windows 10 (1709 or later), Windows 11 and Windows Server 2019 or later. Isolating the device from the Defender portal works on more systems.',
    ],
  );
}

/** Several devices match: none is taken. Each is described so that a person can tell them apart. */
export function pickList(
  ref: DeviceRef,
  machines: readonly Machine[],
  buttons: readonly Button[],
  shown: number,
): Note {
  const lines = machines.slice(0, shown).map((machine, index): Line => {
    const seen = lastSeen(machine);
    return [
      `${index + 1}. `,
      { bold: machineName(machine) },
      `: ${[machine.osPlatform, machine.version].filter(Boolean).join(' ') || 'system not known'}, `,
      `${machine.healthStatus ?? 'health not known'}, last report `,
      seen ?? 'not known',
      `, group ${machine.rbacGroupName ?? 'none'}, id `,
      { code: machine.id },
    ];
  });
  const more: Line[] =
    machines.length > shown
      ? [[`… and ${machines.length - shown} more. Use the full host name or the device id.`]]
      : [];
  return {
    ...note(
      'warning',
      [`${machines.length} devices match `, { code: ref.value }, '. Nothing was done: which one do you mean?'],
      ...lines,
      ...more,
    ),
    buttons,
  };
}

/** The branches of the policy's explanation that say no, as sentences. */
export function whyNot(reason: Reason): string[] {
  if (reason.outcome !== 'no') return [];
  const below = (reason.parts ?? []).flatMap(whyNot);
  return below.length > 0 ? below : [reason.because];
}

export function notAllowed(reason: Reason): Note {
  const because = whyNot(reason);
  return note(
    'danger',
    ['Not allowed, nothing was done.'],
    ...(because.length > 0 ? because : [reason.because]).map((text): Line => [text]),
  );
}

export function noPlace(): Note {
  return note(
    'warning',
    [
      'Nobody could see a request made in a direct message, because the policy names no approvals channel for it. Nothing was done.',
    ],
    ['Ask in an incident channel, or have an operator add a channel to ', { code: 'announce' }, ' in the policy file.'],
  );
}

export function alreadyAsked(request: Request): Note {
  return note('neutral', [
    'There is already an open request for this device: ',
    idInline(request),
    `, ${actionNoun[request.action]} on `,
    deviceInline(request.device),
    ', by ',
    who(request.requester),
    `: ${request.state}. Nothing new was made.`,
  ]);
}

export function unknownRequest(id: string): Note {
  return note('warning', [
    'I know no request ',
    { code: displayId(id) },
    '. Type ',
    { code: 'list' },
    ' to see the open ones.',
  ]);
}

export function unknownButton(): Note {
  return note('warning', [
    'This button is not one of mine, or it is too old. Nothing was done. Type ',
    { code: 'list' },
    ' to see the open requests.',
  ]);
}

export function notYourButton(): Note {
  return note('danger', ['This list was made for somebody else. Nothing was done.']);
}

export function voteTooLate(request: Request): Note {
  return note('neutral', [idInline(request), ' cannot be voted on any more. ', ...statusLine(request)]);
}

export function voteRefused(request: Request, because: string): Note {
  return note('danger', ['Your vote on ', idInline(request), ` was not counted. ${because}`]);
}

export function alreadyVoted(request: Request, decision: string): Note {
  return note('neutral', [`Your vote to ${decision} `, idInline(request), ' was counted before; it counts once.']);
}

export function cannotWithdraw(request: Request, because: string): Note {
  return note('warning', [idInline(request), ` was not withdrawn. ${because} `, ...statusLine(request)]);
}

export function cannotCancel(request: Request, because: string): Note {
  return note('warning', [idInline(request), ` was not cancelled. ${because} `, ...statusLine(request)]);
}

/** Nothing is left to cancel. */
export function endedAlready(request: Request): Note {
  const undo: Line[] =
    request.state === 'succeeded'
      ? [['To undo it, type ', { code: `${undoing[request.action]} ${machineName(request.device)} <why>` }, '.']]
      : [];
  return note('neutral', [idInline(request), ' has ended already. ', ...statusLine(request)], ...undo);
}

export function cancelledAlready(request: Request, { by, at }: Cancelling): Note {
  return note('neutral', [
    idInline(request),
    ' is being cancelled already: ',
    who(by),
    ' asked for it ',
    { at },
    '. ',
    ...statusLine(request),
  ]);
}

export function notResolved(request: Request, because: string): Note {
  return note('danger', ['Your decision on ', idInline(request), ` was not taken. ${because}`]);
}

/** Too late, pressed twice, or never in doubt. */
export function nothingToResolve(request: Request): Note {
  const by: Line = request.resolved === undefined ? [] : [who(request.resolved.by), ' has decided. '];
  return note('neutral', [
    idInline(request),
    ': there is nothing to decide here any more. ',
    ...by,
    ...statusLine(request),
  ]);
}

export function requestLine(request: Request): Line {
  return [
    idInline(request),
    ` ${actionNoun[request.action]} on `,
    deviceInline(request.device),
    ' by ',
    who(request.requester),
    ', ',
    { at: request.createdAt },
    ': ',
    ...statusLine(request),
  ];
}

export function requestList(requests: readonly Request[], total: number): Note {
  if (requests.length === 0) return note('neutral', ['No request is open.']);
  const head =
    total > requests.length ? `${total} requests are open, the oldest ${requests.length}:` : `Open requests: ${total}`;
  return note('neutral', [head], ...requests.map(requestLine));
}

export function requestStory(request: Request): Note {
  return {
    ...note(
      'neutral',
      requestLine(request),
      ...pastLines(request),
      ...request.votes.map((vote): Line => [...voteLine(vote), ...whereOf(vote)]),
    ),
    quote: request.comment,
  };
}

/** `because` is Defender's trouble in words; many of these texts say by themselves that nothing was changed. */
export function failedAnswer(because: string): Note {
  return note('danger', [because.includes('Nothing was changed') ? because : `${because} Nothing was done.`]);
}
