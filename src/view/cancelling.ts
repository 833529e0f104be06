import { finalStatus, type MachineAction } from '../defender/machine-action.js';
import { mentionsRequest } from '../defender/comment.js';
import { machineName } from '../defender/machine.js';
import type { Cancelling, Request } from '../request/request.js';
import type { Line } from './inline.js';
import type { Note } from './model.js';
import { about, idInline, note, undoing, who } from './say.js';

/** What is said of cancelling a Request: in its threads, and to the one who asked for it. */

const inPortal = 'the Action center of the Defender portal';

export function cancelAsked(request: Request, { by, reason }: Cancelling): Note {
  const then =
    request.machineAction === undefined
      ? ' Defender is asked for it as soon as it shows the action.'
      : ' Defender is asked for it now.';
  return {
    ...note('progress', [who(by), ' wants this ', { bold: 'cancelled' }, `.${then}`]),
    ...(reason === undefined ? {} : { quote: reason }),
  };
}

/** 200 without `Cancelled` is no more than this. */
export function cancelTaken(action: MachineAction): Note {
  return note('progress', [
    { bold: 'Defender has the cancel request' },
    ` (the action is ${action.status ?? 'without a status'}). It is not cancelled yet; Cordon keeps following the action.`,
  ]);
}

export function cancelLater(again: number): Note {
  return note('warning', ['Defender has not confirmed the cancel request. Cordon asks again ', { at: again }, '.']);
}

export function cancelGivenUp(request: Request, attempts: number): Note {
  return note(
    'danger',
    [
      ...about(request),
      `: Defender was asked ${attempts} times to cancel it and did not confirm. Cordon keeps following the action.`,
    ],
    [`Cancel it in ${inPortal}, or type `, { code: `cancel ${idInline(request).code}` }, ' to have Cordon ask again.'],
  );
}

export function cancelForbidden(request: Request, because: string): Note {
  return note(
    'danger',
    [...about(request), ` is not cancelled. ${because}`],
    [
      `Cordon keeps following the action. Cancel it in ${inPortal}, or type `,
      { code: `cancel ${idInline(request).code}` },
      ' once the permission is there.',
    ],
  );
}

export const adoptedSentence = `Defender's action was not started by Cordon, so Cordon does not cancel it: whoever started it can, in ${inPortal}.`;

export const dryRunSentence = `Cordon runs as a dry run and sends nothing to Defender: cancel the action in ${inPortal}.`;

export function cancelNotOurs(request: Request): Note {
  return note('warning', [...about(request), ` is not cancelled. ${adoptedSentence}`], ['Cordon keeps following it.']);
}

/** It ends without Defender having been asked, because Defender does not have it. */
export function calledOff(request: Request, { by, reason }: Cancelling): Note {
  return {
    ...note('neutral', [...about(request), ': ', { bold: 'cancelled' }, ' by ', who(by), `. ${noAction(request)}`]),
    ...(reason === undefined ? {} : { quote: reason }),
  };
}

/** Why a Request could be cancelled without Defender's help. */
function noAction({ attempts, assumedSent }: Request): string {
  if (attempts === 0) return 'Nothing was sent to Defender.';
  const shown = 'Defender shows no action with the mark of this request, and Cordon sends nothing more.';
  return assumedSent === true
    ? `${shown} Cordon no longer looks for it: if the call arrived after all, cancel its action in ${inPortal}.`
    : shown;
}

/** What a cancel that was asked for has to do with the way the action ended; nothing where none was. */
export function outcome(request: Request, action: MachineAction): Line[] {
  const { cancelling } = request;
  if (cancelling === undefined) return [];
  switch (finalStatus(action)) {
    case 'Cancelled':
      return mentionsRequest(action.cancellationComment, request.id)
        ? [[who(cancelling.by), ' had asked for it.']]
        : [];
    case 'Succeeded':
      return [
        [
          'The cancel came too late: Defender had already carried it out. To undo it, type ',
          { code: `${undoing[request.action]} ${machineName(request.device)} <why>` },
          '.',
        ],
      ];
    default:
      return [['The cancel came too late: Defender had already ended the action.']];
  }
}

/** On the card for good, so that the end can be told from what was wished. */
export function wishLine({ cancelling }: Request): Line[] {
  if (cancelling === undefined) return [];
  const { by, at, reason } = cancelling;
  return [[who(by), ' asked to cancel it ', { at }, ...(reason === undefined ? [] : [`: ${reason}`])]];
}

const wishes: Readonly<Record<NonNullable<Cancelling['answer']> | 'awaited', string>> = {
  awaited: '. To be cancelled: not confirmed by Defender',
  taken: '. Defender has the cancel request, but has not cancelled it yet',
  refused: '. The cancel request did not get through',
  none: '. The cancel request did not get through',
};

/** Continues the line that says where an open Request stands. */
export function wishStatus({ cancelling }: Request): string {
  return cancelling === undefined ? '' : wishes[cancelling.answer ?? 'awaited'];
}
