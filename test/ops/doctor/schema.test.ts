import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { areas, type Finding } from '../../../src/ops/doctor/check.js';
import { checkIds } from '../../../src/ops/doctor/ids.js';
import { reportOf } from '../../../src/ops/doctor/report.js';
import { asOfNow, asPublished, assertReport, reportSchema } from './report-schema.js';

const finding: Finding = {
  id: 'slack.channels',
  area: 'slack',
  title: 'Channels of the policy',
  status: 'failed',
  about: 'C0APPROVE',
  seen: 'Cordon is not in it.',
  next: 'Type /invite @cordon there.',
};
const report = reportOf([finding], 1_700_000_000_000);

describe('the schema of what the doctor prints for machines', () => {
  it('names each check and each area, and no other', () => {
    const { id, area } = reportSchema.$defs.finding.properties;
    assert.deepEqual(id.anyOf[0]?.enum, [...checkIds]);
    assert.deepEqual(area.anyOf[0]?.enum, [...areas]);
    assert.equal(new Set(checkIds).size, checkIds.length);
  });

  it('has each check in the documentation’s table, in the same order', () => {
    const table = readFileSync('docs/doctor.md', 'utf8').split('## What it looks at')[1]?.split('\n## ')[0] ?? '';
    const rows = [...table.matchAll(/^\| `([a-z.-]+)` \|/gm)].map(([, id]) => id);
    assert.deepEqual(rows, [...checkIds]);
  });

  it('has each field in the documentation', () => {
    const text = readFileSync('docs/doctor.md', 'utf8').split('## For machines')[1] ?? '';
    const { properties, $defs } = reportSchema;
    for (const name of [...Object.keys(properties), ...Object.keys($defs.finding.properties)])
      assert.ok(text.includes(`\`${name}\``), name);
  });

  it('takes a report, and one of a later version with more in it', () => {
    assertReport(report);
    const later = { ...report, host: 'a', findings: [{ ...finding, id: 'slack.later', since: 1 }] };
    assert.ok(asPublished(later));
    assert.ok(!asOfNow(later));
  });

  for (const [what, wrong] of [
    ['has no findings', { ...report, findings: [] }],
    ['is of another format', { ...report, format: 2 }],
    ['lacks an outcome', { ...report, outcome: undefined }],
    ['says nothing of what to do', { ...report, findings: [{ ...finding, next: undefined }] }],
    ['has a status of its own', { ...report, findings: [{ ...finding, status: 'fine' }] }],
    ['has a time of no zone', { ...report, at: '2026-11-25 10:00' }],
  ] as const) {
    it(`takes none that ${what}`, () => {
      assert.ok(!asPublished(JSON.parse(JSON.stringify(wrong))));
    });
  }
});
