import type { Person } from '../people/person.js';
import type { Crossing } from '../policy/ceilings.js';
import { displayId, type Held, type Request } from '../request/request.js';
import type { Stop, UnderWay } from '../store/control.js';
import type { Line } from './inline.js';
import type { Note } from './model.js';
import { deviceInline, idInline, note, who } from './say.js';

/** What is said of the kill switch and of ceilings: to who uses them, to the owners, and in the threads of what is held. */

/** `stopped by bob today 11:56 PM: looks like a loop`. */
function stopWords(stop: Stop | undefined): Line {
  if (stop === undefined) return ['stopped: what the records say about it cannot be read'];
  return ['stopped by ', who(stop.by), ' ', { at: stop.at }, `: ${stop.reason}`];
}

export const toResume: Line = [
  'Those whom the policy names under ',
  { code: 'stop' },
  ' can type ',
  { code: 'resume' },
  '.',
];

/** Said to whoever asks how things stand. */
export function stoppedLine(stop: Stop | undefined): Line {
  return [{ bold: 'Cordon is ' }, ...stopWords(stop), '. No restriction is sent; releases and cancellations are.'];
}

export function stopped({ running, runningTotal, held, heldTotal }: UnderWay): Note {
  return note(
    'warning',
    [
      { bold: 'Cordon is stopped.' },
      ' No restriction is sent any more, and none can be asked for. Releases and cancellations still work.',
    ],
    ...(runningTotal === 0
      ? [['No restriction is under way in Defender.']]
      : listing(
          `Under way in Defender, which cannot be recalled by this (“cancel <id>” may): ${runningTotal}`,
          running,
          runningTotal,
        )),
    ...(heldTotal === 0
      ? [['Nothing approved is waiting.']]
      : listing(`Approved and held, to go on after “resume”: ${heldTotal}`, held, heldTotal)),
    ['To go on, type ', { code: 'resume' }, '.'],
  );
}

const shown = 10;

function listing(head: string, requests: readonly Request[], total: number): Line[] {
  const lines = requests
    .slice(0, shown)
    .map((request): Line => [
      idInline(request),
      ' ',
      deviceInline(request.device),
      ` (${request.state}), by `,
      who(request.requester),
    ]);
  const more: Line[] = total > lines.length ? [[`… and ${total - lines.length} more.`]] : [];
  return [[head], ...lines, ...more];
}

export function resumed(heldTotal: number, ended: Stop | undefined): Note {
  const held =
    heldTotal === 0
      ? 'Nothing was held.'
      : `${heldTotal} held ${heldTotal === 1 ? 'request goes' : 'requests go'} on, each only if people and policy still carry it.`;
  return note('success', [{ bold: 'Cordon goes on' }, '. It was ', ...stopWords(ended), '.'], [held]);
}

export function ownersStopped(stop: Stop): Note {
  return note(
    'warning',
    [{ bold: 'Cordon was ' }, ...stopWords(stop)],
    ['No restriction is sent until somebody resumes; releases and cancellations are. ', ...toResume],
  );
}

export function ownersResumed(by: Person, at: number, reason: string | undefined): Note {
  return {
    ...note('neutral', [{ bold: 'Cordon goes on' }, ': resumed by ', who(by), ' ', { at }, '.']),
    ...(reason === undefined ? {} : { quote: reason }),
  };
}

export function stoppedAlready(stop: Stop): Note {
  return note('neutral', ['Cordon is stopped already: ', ...stopWords(stop), '. Nothing changed.']);
}

export function notStoppedNow(): Note {
  return note('neutral', ['Cordon is not stopped. Nothing changed.']);
}

export function notStopped(because: string): Note {
  return note('danger', [`Cordon was not stopped. ${because} This was recorded.`]);
}

export function notResumed(because: string): Note {
  return note('danger', [`Cordon was not resumed. ${because} This was recorded.`]);
}

/** A new restriction while Cordon is stopped. */
export function notNow(stop: Stop | undefined): Note {
  return note(
    'danger',
    ['Nothing was done: Cordon is ', ...stopWords(stop), '. No restriction can be asked for until it goes on.'],
    [...toResume, ' In an emergency use the Defender portal.'],
  );
}

export function held({ why, stop }: Held): Note {
  if (why === 'dry run') {
    return note('warning', [
      { bold: 'Held' },
      ': Cordon runs as a dry run now and sends nothing to Defender. This request was made before, and is sent once Cordon runs for real again.',
    ]);
  }
  return note('warning', [
    { bold: 'Held' },
    ': Cordon was ',
    ...stopWords(stop),
    '. Not sent yet; it goes on after a resume.',
  ]);
}

/** On the card, while it is held. */
export function heldStatus({ why, stop }: Held): Line {
  return why === 'dry run'
    ? [{ bold: 'Held' }, ': Cordon runs as a dry run now. Not sent to Defender']
    : [{ bold: 'Held' }, ': ', ...stopWords(stop), '. Not sent to Defender'];
}

export function goesOn(): Note {
  return note('progress', ['No longer held: people and policy are asked anew, then it is sent in its turn.']);
}

export function overtaken(release: Request): string {
  return `While it was held, a release of the same device was sent (${displayId(release.id)}).`;
}

export function outlived(expiresAt: number): string {
  return `It was held until after ${new Date(expiresAt).toISOString()}, the end of its time for approval. Ask again if it is still needed.`;
}

/** To the owners, once in the time of the ceiling. */
export function ceilingCrossed({ ceiling, devices }: Crossing, requester: Person, device: Request['device']): Note {
  const then = ceiling.then === 'forbid' ? 'It was refused.' : 'It needs more approvals than usual.';
  return note(
    'warning',
    [
      { bold: 'A ceiling was crossed' },
      `: “${ceiling.name}”, more than ${ceiling.devices} distinct devices in ${Math.round(ceiling.withinMs / 60_000)} minutes. `,
      who(requester),
      ' asked for number ',
      `${devices}, `,
      deviceInline(device),
      `. ${then}`,
    ],
    ['If this is not what it should be, type ', { code: 'stop <reason>' }, '.'],
  );
}
