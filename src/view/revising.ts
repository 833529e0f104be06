import type { Person } from '../people/person.js';
import { displayId, type Request } from '../request/request.js';
import { approvalsSoFar, statusLine } from './card.js';
import type { Line } from './inline.js';
import type { Note } from './model.js';
import { names } from './past.js';
import { about, idInline, note, who } from './say.js';

/** What is said where votes are lost or not taken: a new revision, a vote taken back, a button that is not of use here. */

export const tellOperator = 'Tell whoever runs Cordon: somebody has changed its records.';

/** In every thread: what was changed, and who has to vote again. */
export function revised(request: Request, because: string, dropped: readonly Person[], commentBefore: string): Note {
  const lost: Line =
    dropped.length === 0
      ? ['Nobody had voted on it before.']
      : [...names(dropped), dropped.length === 1 ? ' has' : ' have', ' to vote again: what they voted on is no more.'];
  return {
    ...note('warning', [...about(request), ': ', { bold: 'changed' }, `. ${because}`], lost, [
      'It waits ',
      approvalsSoFar(request),
      ' with new buttons on its card, until ',
      { at: request.expiresAt },
      '.',
    ]),
    ...(request.comment === commentBefore ? {} : { quote: request.comment }),
  };
}

/** To whoever found the difference by voting. */
export function lookAgain(request: Request, because: string): Note {
  return note('warning', [
    'Your vote on ',
    idInline(request),
    ` was not counted. ${because} Look at the card as it is now, and vote again.`,
  ]);
}

export function staleButton(request: Request): Note {
  return note('warning', [
    'Your vote on ',
    idInline(request),
    ' was not counted: the request was changed after this button was made. Look at the card as it is now, and vote again.',
  ]);
}

/** To whoever typed a vote while it was being changed. */
export function changedMeanwhile(request: Request): Note {
  return note('warning', [
    'Your vote on ',
    idInline(request),
    ' was not counted: the request was changed while your vote was on its way. Look at the card as it is now, and vote again.',
  ]);
}

export function expiredButton(request: Request): Note {
  return note('warning', [
    'Your vote on ',
    idInline(request),
    ' was not counted: this button is too old. Look at the card as it is now, or type ',
    { code: `approve ${displayId(request.id)}` },
    '.',
  ]);
}

/** A card that was copied or forwarded, or a press from somewhere else. */
export function misplaced(requestId: string): Note {
  return note('danger', [
    'This button was not made for this place or for you, so nothing was done, and this was recorded. Use the card that Cordon posted, or type ',
    { code: `status ${displayId(requestId)}` },
    '.',
  ]);
}

/** In every thread. */
export function takenBack(request: Request, by: Person, reopened: boolean): Note {
  const line: Line = [who(by), ' ', { bold: 'took back' }, ` their vote ${approvalsSoFar(request)}.`];
  if (!reopened) return note('warning', line);
  return note('warning', line, ['It is not sent: it waits for approval again, until ', { at: request.expiresAt }, '.']);
}

export function tooLateToTakeBack(request: Request): Note {
  const onItsWay = ['sending', 'submitted', 'unknown'].includes(request.state);
  return note(
    'warning',
    ['It is too late to take a vote on ', idInline(request), ' back. ', ...statusLine(request)],
    ...(onItsWay ? [['To have it stopped, type ', { code: `cancel ${displayId(request.id)}` }, '.']] : []),
  );
}

export function noVote(request: Request): Note {
  return note('neutral', ['You have no vote on ', idInline(request), ' to take back. ', ...statusLine(request)]);
}

export function notEdited(request: Request, because: string): Note {
  return note('warning', [idInline(request), ` was not changed. ${because} `, ...statusLine(request)]);
}
