import type { Reason, Verdict } from '../policy/policy.js';
import type { Request } from '../request/request.js';
import type { Line } from './inline.js';
import type { Note } from './model.js';
import { about, note } from './say.js';

/** The policy's answer as a tree of lines, in chat and on the command line. */

const marks: Readonly<Record<Reason['outcome'], string>> = { yes: '✓', no: '✗', waiting: '…', skipped: '–' };

/** A message takes no more lines than this; the tree of a long policy is cut, and says so. */
const mostLines = 40;

/** One line a node, two spaces a level: `✓ Rule: Rule “a” applies to restrict.` */
export function reasonLines({ what, outcome, because, parts = [] }: Reason, depth = 0): string[] {
  const line = `${'  '.repeat(depth)}${marks[outcome]} ${what}: ${because}`;
  return [line, ...parts.flatMap((part) => reasonLines(part, depth + 1))];
}

const decisions: Readonly<Record<Verdict['decision'], string>> = {
  forbidden: 'it is not allowed',
  'needs approvals': 'it waits for approvals',
  approved: 'it has the approvals that it needs',
  vetoed: 'it is denied',
};

/** What the policy says about a Request at this moment. What has ended stays as it is, whatever the policy says now. */
export function explanation(request: Request, verdict: Verdict): Note {
  const { state } = request;
  const lines = reasonLines(verdict.reason).slice(1);
  // Chat platforms swallow leading blanks.
  const tree = lines.map((line): Line => [line.replace(/^ +/, (blanks) => '\u00A0'.repeat(2 * (blanks.length - 2)))]);
  const rest = tree.length - mostLines;
  const more: Line[] =
    rest > 0 ? [[`… and ${rest} more. `, { code: 'cordon policy explain' }, ' shows all of them.']] : [];
  return note(
    'neutral',
    [
      ...about(request),
      ': ',
      { bold: state },
      `. By the policy as it is now (${verdict.policyRevision}) ${decisions[verdict.decision]}.`,
    ],
    ...(verdict.policyRevision === request.policyRevision
      ? []
      : [[`It was asked under policy ${request.policyRevision}, rule “${request.rule}”.`]]),
    ...tree.slice(0, mostLines),
    ...more,
    ['✓ yes, ✗ no, … missing, – does not count'],
  );
}
