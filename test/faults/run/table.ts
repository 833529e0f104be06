import type { Outcome } from './scenario.js';
import type { Start } from '../../../bench/start.js';

/** One scenario in the table: how it went, or why it was left out. */
export interface Row {
  readonly name: string;
  readonly outcome?: Outcome;
  readonly says?: string;
  readonly leftOut?: string;
  readonly broken?: boolean;
}

const head = [
  'scenario',
  'promises',
  'commands',
  'requests',
  'ends',
  'calls that did the work',
  'twice',
  '429 for quota',
  'interruptions',
  'messages',
  'posted twice',
  'stale cards',
  'seconds',
];

/** A Markdown table, as it stands in docs/reliability.md. */
export function table(rows: readonly Row[]): string {
  return markdown(head, rows.map(cellsOf));
}

export function startTable(starts: readonly Start[]): string {
  return markdown(
    ['database', 'open requests', 'ready after (ms)', 'resident (MiB)'],
    starts.map(({ database, open, readyMs, residentMiB }) => [database, open, readyMs, residentMiB].map(String)),
  );
}

function markdown(titles: readonly string[], lines: readonly (readonly string[])[]): string {
  return [titles, titles.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellsOf({ name, outcome, says = '', leftOut }: Row): string[] {
  if (outcome === undefined) return [name, `left out: ${leftOut ?? ''}`, ...head.slice(2).map(() => '')];
  const { verdict, interruptions, tookMs } = outcome;
  const ends = Object.entries(verdict.ends).map(([end, count]) => `${count} ${end}`);
  const numbers = [verdict.done, verdict.doubled, verdict.refusedForQuota, interruptions, verdict.messages];
  return [
    name,
    says,
    String(verdict.commands),
    String(verdict.requests),
    ends.join(', '),
    ...[...numbers, verdict.postedTwice, verdict.staleCopies].map(String),
    (tookMs / 1_000).toFixed(0),
  ];
}
