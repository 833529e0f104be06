import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createInstruments } from '../../src/ops/metrics/instruments.js';

/** `name type labels` of each row of the tables of metrics. */
function documented(): string[] {
  const rows = readFileSync('docs/monitoring.md', 'utf8').matchAll(
    /^\| `(cordon_\w+)` \| (gauge|counter|histogram)(?:, shared)? \| ([^|]*)\| \S/gm,
  );
  return [...rows].map(([, name = '', type = '', labels = '']) => {
    const names = [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label);
    return `${name} ${type} ${names.sort().join(',')}`.trim();
  });
}

describe('the table of metrics', () => {
  it('has every metric of Cordon with its type and labels, and no other', () => {
    const { registry } = createInstruments();
    const real = registry
      .getMetricsAsArray()
      .filter(({ name }) => name.startsWith('cordon_'))
      .map((metric) => {
        const { labelNames } = metric as unknown as { labelNames: string[] };
        return `${metric.name} ${String(metric.type)} ${[...labelNames].sort().join(',')}`.trim();
      });
    assert.deepEqual(documented().sort(), real.sort());
  });

  it('names no metric of Node that is not there', () => {
    const names = new Set(
      createInstruments()
        .registry.getMetricsAsArray()
        .map(({ name }) => name),
    );
    for (const file of ['docs/monitoring.md', 'docs/runbook.md']) {
      const said = readFileSync(file, 'utf8').match(/\b(?:nodejs|process|cordon)_[a-z0-9_]+/g) ?? [];
      for (const name of said) assert.ok(names.has(name), `${file}: ${name}`);
    }
  });
});
