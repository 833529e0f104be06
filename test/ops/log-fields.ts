import { readFileSync } from 'node:fs';

/** The fields that docs/monitoring.md lists for the log. */
export function documentedFields(): Set<string> {
  const text = readFileSync('docs/monitoring.md', 'utf8');
  const table = text.slice(text.search(/^\| field +\| meaning/m), text.indexOf('## Traces'));
  return new Set([...table.matchAll(/^\| `(\w+)` /gm)].map(([, name = '']) => name));
}
