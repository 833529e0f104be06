import { areas, type Area, type Finding, type Status } from './check.js';
import type { Report } from './report.js';

const signs: Readonly<Record<Status, string>> = {
  ok: '✔ ok',
  warning: '! warning',
  failed: '✖ FAILED',
  skipped: '- skipped',
};

const titles: Readonly<Record<Area, string>> = {
  settings: 'Settings',
  policy: 'Policy',
  slack: 'Slack',
  teams: 'Teams',
  entra: 'Entra',
  defender: 'Defender',
  clock: 'Clocks',
  store: 'Database',
  endpoint: 'Running Cordon',
  samples: 'Samples',
};

const narrowest = 40;
const widest = 120;
const signWidth = 10;

/** For people: by area, the sign and the word of each finding, what was seen and what to do next, wrapped to so many columns. */
export function renderTable({ findings, counts }: Report, columns = 100): string {
  const width = Math.min(widest, Math.max(narrowest, columns));
  const blocks = areas.flatMap((area) => {
    const ofArea = findings.filter((finding) => finding.area === area);
    return ofArea.length === 0
      ? []
      : [[titles[area], ...ofArea.flatMap((finding) => lines(finding, width))].join('\n')];
  });
  const said = [
    `${counts.ok} ok`,
    ...(counts.warning === 0 ? [] : [counts.warning === 1 ? '1 warning' : `${counts.warning} warnings`]),
    ...(counts.failed === 0 ? [] : [`${counts.failed} failed`]),
    ...(counts.skipped === 0 ? [] : [`${counts.skipped} skipped`]),
  ].join(', ');
  return `${[...blocks, `${said}.`].join('\n\n')}\n`;
}

function lines({ status, id, title, seen, next }: Finding, width: number): string[] {
  const indent = ' '.repeat(signWidth + 3);
  const [first = '', ...rest] = wrap(`${title}: ${seen}`, width - indent.length);
  return [
    `  ${signs[status].padEnd(signWidth)} ${first}`,
    ...rest.map((line) => `${indent}${line}`),
    ...(next === undefined ? [] : wrap(`→ ${next}`, width - indent.length).map((line) => `${indent}${line}`)),
    ...(status === 'ok' ? [] : [`${indent}[${id}]`]),
  ];
}

/** Line breaks stay; lines of a script, which begin after the first one, are not wrapped, so that they can be copied. */
function wrap(text: string, width: number): string[] {
  const [first = '', ...others] = text.split('\n');
  const script = others.slice(0, -1);
  const last = others.slice(-1);
  return [...fill(first, width), ...script, ...last.flatMap((line) => fill(line, width))];
}

function fill(text: string, width: number): string[] {
  const filled: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      filled.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...filled, line];
}
