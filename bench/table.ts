import type { Row } from './benchmark.js';
import { threeDigits } from './stats.js';

const head = ['what', 'unit', 'Cordon', 'spread', 'held against', 'median', 'spread', 'ratio', 'goal'];

/** One Markdown table of all rows, columns aligned, so that it reads the same in a terminal and in the documentation. */
export function toTable(rows: readonly Row[]): string {
  const cells = [head, ...rows.map(cellsOf)];
  const widths = head.map((_, column) => Math.max(3, ...cells.map((line) => (line[column] ?? '').length)));
  const lineOf = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [lineOf(first), rule, ...others.map(lineOf)].join('\n');
}

function cellsOf({ what, unit, median, spread, peer, ratio, goal }: Row): string[] {
  return [
    what,
    unit,
    amount(median),
    range(spread),
    peer?.what ?? '',
    peer === undefined ? '' : amount(peer.median),
    peer === undefined ? '' : range(peer.spread),
    ratio === undefined || Number.isNaN(ratio) ? '' : ratio.toFixed(ratio < 10 ? 2 : 0),
    goal === undefined ? '' : `${goal.text}: ${goal.met ? 'met' : 'MISSED'}`,
  ];
}

function range([least, greatest]: readonly [number, number]): string {
  return least === greatest ? '' : `${amount(least)}–${amount(greatest)}`;
}

function amount(value: number): string {
  if (Number.isNaN(value)) return 'not known';
  return threeDigits(value).toLocaleString('en-US', { maximumFractionDigits: 3 });
}
