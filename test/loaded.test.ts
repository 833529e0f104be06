import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** The packages that this compiled module imports, itself or by way of Cordon's other modules, before any of it runs. */
function loadedBy(module: URL, seen = new Map<string, ReadonlySet<string>>()): ReadonlySet<string> {
  const known = seen.get(module.href);
  if (known !== undefined) return known;
  const packages = new Set<string>();
  seen.set(module.href, packages);
  const imports = /^(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"](?<from>[^'"]+)['"]/gm;
  for (const { groups } of readFileSync(module, 'utf8').matchAll(imports)) {
    const from = groups!['from']!;
    const more = from.startsWith('.') ? loadedBy(new URL(from, module), seen) : [from];
    for (const each of more) packages.add(each);
  }
  return packages;
}

describe('what is loaded', () => {
  const dist = new URL('../', import.meta.url);
  const startNeeds = (path: string): string[] => [...loadedBy(new URL(path, dist))];

  it('at every start is no SDK of a platform, no PostgreSQL, no OpenTelemetry and no library of Entra', () => {
    const loaded = startNeeds('src/main.js');
    assert.ok(loaded.includes('express') && loaded.includes('kysely'), 'the imports were read');
    const later = /^(botbuilder|botframework|@slack\/|pg$|@opentelemetry\/|@azure\/|jsonwebtoken|htmlparser2)/;
    assert.deepEqual(
      loaded.filter((name) => later.test(name)),
      [],
    );
  });

  it('for one platform is not what another one needs', () => {
    assert.ok(startNeeds('adapters/teams/adapter.js').includes('botbuilder'));
    assert.deepEqual(
      startNeeds('adapters/slack/adapter.js').filter((name) => /^(botbuilder|botframework|@azure\/)/.test(name)),
      [],
    );
  });
});
