import type { Person } from '../people/person.js';
import type { Past, Request, Vote } from '../request/request.js';
import type { Line } from './inline.js';
import { who } from './say.js';

/** What became of votes, for the card and for `status`. */

/** Why votes that people remember are not there. */
export function pastLines({ past = [] }: Request): Line[] {
  return past.map(pastLine);
}

function pastLine(past: Past): Line {
  if (past.kind === 'taken back') return [who(past.by), ' took their vote back ', { at: past.at }];
  const lost: Line = past.dropped.length === 0 ? [] : [' Votes dropped: ', ...names(past.dropped), '.'];
  return ['Changed ', { at: past.at }, `: ${past.because}`, ...lost];
}

/** Where a vote was cast. */
export function whereOf({ where }: Vote): Line {
  if (where === undefined) return [];
  if (where.direct) return [` (in a direct message in ${where.platform === 'slack' ? 'Slack' : 'Teams'})`];
  return [' (in ', { channel: where.conversation, on: where.platform }, ')'];
}

export function names(people: readonly Person[]): Line {
  return people.flatMap((person, index): Line => [index === 0 ? '' : ', ', who(person)]);
}
