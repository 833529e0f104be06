import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createInstruments } from '../../src/ops/metrics/instruments.js';

const folder = 'deploy/prometheus';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description?: string; readonly runbook: string };
}

const rules = (parse(readFileSync(`${folder}/alerts.yaml`, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

/** Every series that a scrape can give, with what histograms and Prometheus itself add. */
async function exposed(): Promise<ReadonlySet<string>> {
  const metrics = await createInstruments().registry.getMetricsAsJSON();
  const names = metrics.flatMap(({ name, type }) =>
    String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  return new Set([...names, 'up']);
}

/** The names of metrics in an expression. */
function metricsIn(expr: string): string[] {
  return expr.replaceAll(/"[^"]*"/g, '').match(/\b(?:cordon|nodejs|process)_\w+|\bup\b/g) ?? [];
}

describe('the alert rules', function () {
  this.timeout(120_000);
  let promtool = '';

  before(function () {
    const { status, stdout, stderr } = spawnSync('test/deploy/promtool.sh', [join(tmpdir(), 'cordon-promtool')], {
      encoding: 'utf8',
    });
    promtool = stdout.trim().split('\n').at(-1) ?? '';
    if (status === 0) return;
    if (process.env['CI'] === 'true') throw new Error(`no promtool: ${stderr}`);
    console.warn('      skipped without promtool: install Debian’s package prometheus, or put promtool into the PATH');
    this.skip();
  });

  it('are understood by Prometheus, as is the example of its settings', () => {
    execFileSync(promtool, ['check', 'rules', `${folder}/alerts.yaml`], { stdio: 'pipe' });
    execFileSync(promtool, ['check', 'config', `${folder}/prometheus.yaml`], { stdio: 'pipe' });
  });

  it('fire when they should, each alone, and not before', () => {
    const { status, stdout, stderr } = spawnSync(promtool, ['test', 'rules', 'alerts.test.yaml'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout + stderr);
  });
});

describe('what watches Cordon', () => {
  it('tests every alert rule', () => {
    const { tests } = parse(readFileSync(`${folder}/alerts.test.yaml`, 'utf8')) as { tests: { name: string }[] };
    assert.deepEqual(
      tests
        .slice(1)
        .map(({ name }) => name)
        .sort(),
      rules.map(({ alert }) => alert).sort(),
    );
  });

  it('asks in its rules for metrics that Cordon has, and for no others', async () => {
    const known = await exposed();
    for (const { alert, expr } of rules) {
      const names = metricsIn(expr);
      assert.ok(names.length > 0, alert);
      for (const name of names) assert.ok(known.has(name), `${alert}: ${name}`);
    }
  });

  it('has a section of the runbook for each alert, under the path that the alert gives, and no other section', () => {
    const sections = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (Cordon\w+)$/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual([...sections].sort(), rules.map(({ alert }) => alert).sort());
    for (const { alert, annotations } of rules) {
      assert.equal(annotations.runbook, `docs/runbook.md#${alert.toLowerCase()}`);
      assert.match(annotations.summary, /\S/);
    }
  });

  it('needs no editing: nothing in it stands for something of whoever runs it', () => {
    for (const file of ['alerts.yaml', 'prometheus.yaml'])
      assert.doesNotMatch(readFileSync(`${folder}/${file}`, 'utf8'), /\b(?:OWNER|TODO|CHANGEME|example\.com)\b|<[a-z]/);
  });

  it('says in each section what it means, what to look at, what to do and how to know that it is over', () => {
    const [, ...parts] = readFileSync('docs/runbook.md', 'utf8').split(/^## /m);
    for (const part of parts.filter((each) => each.startsWith('Cordon'))) {
      for (const heading of ['**Means**', '**Look at**', '**Do**', '**Over when**'])
        assert.ok(part.includes(heading), `${part.slice(0, 30)}: ${heading}`);
    }
  });

  it('draws in its dashboard what Cordon has, each panel with a title, a description and a unit', async () => {
    const known = await exposed();
    const dashboard = JSON.parse(readFileSync('deploy/grafana/cordon.json', 'utf8')) as {
      panels: {
        type: string;
        title: string;
        description?: string;
        fieldConfig?: { defaults: { unit?: string } };
        targets?: { expr: string }[];
      }[];
    };
    const panels = dashboard.panels.filter(({ type }) => type !== 'row');
    assert.ok(panels.length > 10);
    for (const { title, description, fieldConfig, targets = [] } of panels) {
      assert.match(description ?? '', /\S/, title);
      assert.ok(fieldConfig?.defaults.unit !== undefined, title);
      assert.ok(targets.length > 0, title);
      for (const { expr } of targets) {
        const names = metricsIn(expr);
        assert.ok(names.length > 0, `${title}: ${expr}`);
        for (const name of names) assert.ok(known.has(name), `${title}: ${name}`);
      }
    }
  });
});
