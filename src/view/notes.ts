import { finalStatus, type MachineAction } from '../defender/machine-action.js';
import { displayId, type Request, type Vote } from '../request/request.js';
import { outcome } from './cancelling.js';
import { approvalsSoFar } from './card.js';
import type { Inline, Line } from './inline.js';
import type { Note } from './model.js';
import { about, actionDone, actionNoun, deviceInline, idInline, isAway, lastSeen, note, who } from './say.js';

/** What is said in a Request's thread, one function for each thing that happens. The same words go to the requester at the end. */

export function voteCounted(request: Request, vote: Vote): Note {
  return note('progress', [
    who(vote.person),
    ` approved ${approvalsSoFar(request)}. Not sent yet: it needs more approvals.`,
  ]);
}

export function reminder(request: Request): Note {
  return note('progress', [
    `Still waiting ${approvalsSoFar(request)}, ${whoIsMissing(request)}. It expires `,
    { at: request.expiresAt },
    '.',
  ]);
}

/** As the policy said it; a Request of before it did has only the groups. */
function whoIsMissing({ progress, approvers }: Request): string {
  return /: (needs .*)$/.exec(progress ?? '')?.[1] ?? `from ${approvers.join(' or ')}`;
}

/** `stopped`: nothing is sent for now, and the thread will say so. */
export function approved(request: Request, last: Vote | undefined, stopped = false): Note {
  const then: Line = stopped || request.dryRun === true ? [] : [{ bold: 'Sending to Defender.' }];
  if (last === undefined) return note('progress', ['The policy asks for no approval here. ', ...then]);
  return note('progress', [who(last.person), ` approved ${approvalsSoFar(request)}. `, ...then]);
}

export function waiting(estimate: { ahead: number; at: number }): Note {
  const ahead =
    estimate.ahead === 0 ? 'no call is' : estimate.ahead === 1 ? '1 call is' : `${estimate.ahead} calls are`;
  return note('progress', [
    `Defender's call limit is used up for the moment: ${ahead} ahead. This one is expected to leave about `,
    { at: estimate.at },
    '.',
  ]);
}

/** One device's calls are made one after the other. */
export function waitsForDevice(running: Request): Note {
  return note('progress', [
    'Another request for this device has to end first: ',
    idInline(running),
    `, ${actionNoun[running.action]}, ${running.state}. This one is sent after it.`,
  ]);
}

/** Carried out in either order, the two would leave the device in a state that nobody asked for. */
export function waitsForAction(action: MachineAction): Note {
  const owner = action.requestor ?? 'somebody whom Defender does not name';
  return {
    ...note('progress', [
      'Defender has an unfinished ',
      { code: action.type ?? 'action' },
      ` for this device, ${action.status ?? 'status not given'}, requested by ${owner}: MachineAction `,
      { code: action.id },
      '. This request is sent when it has ended; its requester can withdraw it.',
    ]),
    ...(action.requestorComment === null ? {} : { quote: action.requestorComment }),
  };
}

export function denied(request: Request, vote: Vote): Note {
  return {
    ...note('neutral', [
      ...about(request),
      ': ',
      { bold: 'denied' },
      ' by ',
      who(vote.person),
      '. Nothing was sent to Defender.',
    ]),
    ...(vote.reason === undefined ? {} : { quote: vote.reason }),
  };
}

export function expired(request: Request): Note {
  return note(
    'neutral',
    [
      ...about(request),
      ': ',
      { bold: 'expired' },
      ` without enough approvals ${approvalsSoFar(request)} at `,
      { at: request.expiresAt },
      '.',
    ],
    ['Nothing was sent to Defender. Ask again if it is still needed.'],
  );
}

export function withdrawn(request: Request): Note {
  return note('neutral', [
    ...about(request),
    ': ',
    { bold: 'withdrawn' },
    ' by ',
    who(request.requester),
    '. Nothing was sent to Defender.',
  ]);
}

export function refused(request: Request, because: string): Note {
  return note(
    'danger',
    [...about(request), ': ', { bold: 'refused' }, ` before anything was sent to Defender. ${because}`],
    ['Ask again if it is still needed.'],
  );
}

/** 201 is "submitted", never "restricted". */
export function submitted(request: Request, action: MachineAction): Note {
  const line: Line = [
    { bold: 'Submitted to Defender' },
    ` (${action.status ?? 'status not given'}). The device has not confirmed it yet.`,
  ];
  return note('progress', line, ...awayLines(request));
}

/** Somebody else's unfinished action does the same thing: it is followed instead of a second call. */
export function adopted(request: Request, action: MachineAction): Note {
  const owner = action.requestor ?? 'somebody whom Defender does not name';
  return {
    ...note(
      'progress',
      [
        'Defender already has an unfinished action of this kind for the device: MachineAction ',
        { code: action.id },
        `, ${action.status ?? 'status not given'}, requested by ${owner}. Cordon follows it instead of asking twice.`,
      ],
      ...awayLines(request),
    ),
    ...(action.requestorComment === null ? {} : { quote: action.requestorComment }),
  };
}

function awayLines(request: Request): Line[] {
  if (!isAway(request.device)) return [];
  const seen = lastSeen(request.device);
  return [
    [
      `Defender lists the device as ${request.device.healthStatus ?? 'away'}`,
      ...(seen ? [', last report ', seen] : []),
      ': the action ',
      { bold: 'will apply when the device returns' },
      '.',
    ],
  ];
}

/** A status on the way; an unknown one is passed on as Defender spells it. */
export function progress(action: MachineAction): Note {
  return note('progress', [`Defender: ${action.status ?? 'status not given'}.`]);
}

/** Defender's final word, and what became of a cancel that was asked for. */
export function settled(request: Request, action: MachineAction): Note {
  const word = finalWord(request, action);
  return { ...word, lines: [...word.lines, ...outcome(request, action)] };
}

function finalWord(request: Request, action: MachineAction): Note {
  switch (finalStatus(action)) {
    case 'Succeeded':
      return note('success', [
        { bold: 'Done' },
        ` (Defender reports Succeeded): ${actionDone[request.action]} on `,
        deviceInline(request.device),
        ' (',
        idInline(request),
        ').',
      ]);
    case 'Cancelled':
      return {
        ...note('neutral', [
          ...about(request),
          ': ',
          { bold: 'cancelled in Defender' },
          action.cancellationRequestor === null ? '.' : ` by ${action.cancellationRequestor}.`,
        ]),
        ...(action.cancellationComment === null ? {} : { quote: action.cancellationComment }),
      };
    case 'TimeOut':
      return note(
        'danger',
        [
          ...about(request),
          ': ',
          { bold: 'timed out' },
          '. Defender gave up waiting for the device; it is not known to be changed.',
        ],
        ['Check that the device is online, then ask again.'],
      );
    default:
      return note(
        'danger',
        [
          ...about(request),
          ': ',
          { bold: 'failed' },
          `. Defender reports ${action.status ?? 'no status'}${hresult(action)}; the device is not known to be changed.`,
        ],
        ['Look at the action in the Action center of the Defender portal, then ask again.'],
      );
  }
}

function hresult(action: MachineAction): string {
  return action.errorHResult === null || action.errorHResult === 0 ? '' : ` (errorHResult ${action.errorHResult})`;
}

/** Defender refused the call: nothing runs. */
export function failed(request: Request, because: string): Note {
  return note('danger', [...about(request), ': ', { bold: 'failed' }, `. ${because}`]);
}

/** The call could not leave Cordon; Defender is known not to have it. */
export function notSentYet(because: string, again: number): Note {
  return note('warning', [`${because} Cordon tries again `, { at: again }, '.']);
}

/** Just before the call somebody could not be asked about. */
export function held(because: string): Note {
  return note('warning', [
    `Not sent yet: it cannot be confirmed that everybody who approved is still a member. ${because} Cordon keeps trying.`,
  ]);
}

/** Cordon was started anew, and Defender cannot be asked whether the call was made before. */
export function notLookedFor(because: string): Note {
  return note('warning', [
    `Not sent yet: since Cordon's restart it cannot be told whether this was sent before, because Defender did not answer. ${because} Cordon keeps asking.`,
  ]);
}

/** Why a Request that may have been sent from another copy of the database is not sent. */
export function maybeSentBefore({ id }: MachineAction): string {
  return `Cordon was restarted since, and Defender lists an action of this kind for the device that has no comment: MachineAction ${id}. It may come from this request, so nothing is sent. Look at the device in the Defender portal, and ask again if it is still needed.`;
}

/** The call was sent and its answer lost. */
export function answerLost(): Note {
  return note('warning', [
    'Defender did not answer the call, so it is ',
    { bold: 'not known' },
    ' whether it was taken. Cordon looks for the action in Defender before anything is sent again.',
  ]);
}

export function foundAgain(action: MachineAction): Note {
  return note('progress', [
    'The call had arrived: Defender has MachineAction ',
    { code: action.id },
    `, ${action.status ?? 'status not given'}.`,
  ]);
}

export function sendingAgain(): Note {
  return note('progress', ['Defender has no trace of the call, so it is sent again.']);
}

export function stillOpen(request: Request, days: number): Note {
  return note(
    'warning',
    [...about(request), `: Defender has given no result for ${days} days. The device is not known to be changed.`],
    ['Cordon keeps looking. Check the device, or cancel the action in the Defender portal.'],
  );
}

/** The requester learns where approvals are being asked for, when that is not where they asked. */
export function announcedElsewhere(request: Request, where: Line): Note {
  return note('neutral', [...about(request), ': approval is asked for in ', ...where, '. You will hear how it ends.']);
}

/** Somebody could not be told in person. */
export function notReached(whom: Inline, why: string): Note {
  return note('warning', ['I could not tell ', whom, ` in a direct message. ${why}`]);
}

/** In place of a card that was posted twice. */
export function secondCopy(request: Request): Note {
  return note('neutral', [
    ...about(request),
    ': this card was posted twice. The other one is kept up to date, and has the buttons while they are needed.',
  ]);
}

export function cardNotPosted(request: Request, why: string): Note {
  return note(
    'warning',
    [...about(request), ` is stored (${request.state}), but its card could not be posted. ${why}`],
    ['Approvers can also send me ', { code: `approve ${displayId(request.id)}` }, ' in a direct message.'],
  );
}
