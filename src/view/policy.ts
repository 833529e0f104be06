import type { PolicyProblem } from '../policy/watch.js';
import type { Line } from './inline.js';
import type { Note } from './model.js';
import { note } from './say.js';

/** What the owners of the policy are told about its file. */
export function policyRejected({ mistakes, more }: PolicyProblem, revision: string): Note {
  const rest: Line[] = more === 0 ? [] : [[`And ${more} more.`]];
  return note(
    'danger',
    [
      'The policy file was changed and cannot be used. Cordon goes on with the policy of before (',
      { code: revision },
      '). Put the file right: it is read again by itself.',
    ],
    ...mistakes.map((mistake): Line => [{ code: mistake }]),
    ...rest,
  );
}
