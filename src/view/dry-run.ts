import type { MachineAction } from '../defender/machine-action.js';
import type { Request } from '../request/request.js';
import type { Inline, Line } from './inline.js';
import type { Note } from './model.js';
import { about, note } from './say.js';

/** What is said of a dry run, from the first moment of a Request to its end. */

export const dryRunWords: readonly Inline[] = [{ bold: 'Dry run' }, ': nothing is sent to Defender.'];

/** What a dry run says of itself where somebody asks how things stand. */
export const dryRunLine: Line = [...dryRunWords, ' Everything else happens: policy, approvals, messages, records.'];

/** The Note with the words above it, where the Request was made in a dry run. */
export function marked({ dryRun }: Pick<Request, 'dryRun'>, said: Note): Note {
  return dryRun === true ? { ...said, lines: [dryRunWords, ...said.lines] } : said;
}

export function rehearsed(request: Request, running: MachineAction | undefined): Note {
  const instead: Line[] =
    running === undefined
      ? []
      : [
          [
            'It would not have been: Defender has the same action already, ',
            { code: running.id },
            ', and Cordon would have followed that one.',
          ],
        ];
  return note('neutral', [...about(request), ': ', { bold: 'would have been sent now' }, '.'], ...instead);
}
