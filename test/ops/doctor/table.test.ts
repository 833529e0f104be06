import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Finding } from '../../../src/ops/doctor/check.js';
import { reportOf } from '../../../src/ops/doctor/report.js';
import { renderTable } from '../../../src/ops/doctor/table.js';

const findings: readonly Finding[] = [
  { id: 'settings', area: 'settings', title: 'Settings', status: 'ok', seen: 'They fit together, for Slack.' },
  {
    id: 'clock.host',
    area: 'clock',
    title: 'Clock of this machine',
    status: 'warning',
    seen: 'The clock of this machine is 40 seconds ahead of Slack.',
    next: 'Set it by NTP.',
  },
  {
    id: 'slack.channels',
    area: 'slack',
    title: 'Channels of the policy',
    about: 'C0APPROVE',
    status: 'failed',
    seen: 'Cordon is not in #soc-approvals (C0APPROVE): no card can be posted there.',
    next: 'In #soc-approvals type /invite @cordon.',
  },
  {
    id: 'entra.roles',
    area: 'entra',
    title: 'Permissions in the token',
    status: 'failed',
    seen: 'The token lacks Machine.Read.All.',
    next: 'Run this:\nprincipal=1\nfor role in Machine.Read.All; do echo "a line of a script is left as it is, however long it may become, because it is to be copied"; done\nThen restart Cordon.',
  },
  { id: 'store.quota', area: 'store', title: 'Calls that are left', status: 'skipped', seen: 'It is not set up yet.' },
];

function assertGolden(name: string, text: string): void {
  const path = `test/golden/doctor/${name}.txt`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'));
}

describe('the table of the doctor', () => {
  const report = reportOf(findings, Date.UTC(2026, 10, 25));

  for (const columns of [60, 100]) {
    it(`fits into ${columns} columns`, () => {
      assertGolden(`table-${columns}`, renderTable(report, columns));
    });
  }

  it('is as wide where nobody knows how wide the terminal is', () => {
    assert.equal(renderTable(report), renderTable(report, 100));
  });

  it('loses no word and breaks no line too late, whatever was seen', () => {
    const word = fc.stringMatching(/^[a-z✔.:/-]{1,20}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 40, max: 120 }),
        (words, columns) => {
          const finding: Finding = {
            id: 'slack.token',
            area: 'slack',
            title: 'T',
            status: 'ok',
            seen: words.join(' '),
          };
          const text = renderTable(reportOf([finding], 0), columns);
          assert.ok(text.replaceAll(/\s+/g, ' ').includes(words.join(' ')));
          for (const line of text.split('\n')) assert.ok(line.length <= columns, line);
        },
      ),
    );
  });

  it('is of the worst outcome, what was skipped aside', () => {
    const of = (...statuses: Finding['status'][]) =>
      reportOf(
        statuses.map((status) => ({ id: 'slack.token', area: 'slack', title: 'T', status, seen: 'S' })),
        0,
      ).outcome;
    assert.deepEqual(
      [of('ok', 'skipped'), of('ok', 'warning'), of('warning', 'failed'), of()],
      ['ok', 'warning', 'failed', 'ok'],
    );
  });
});
