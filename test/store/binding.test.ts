import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

describe('the compiled SQLite', () => {
  it('removes no clean-up hook, which aborts the process on Node 24.19 and newer', () => {
    const package_ = createRequire(import.meta.url).resolve('better-sqlite3/package.json');
    const binding = readFileSync(join(dirname(package_), 'build/Release/better_sqlite3.node'));
    assert.ok(binding.includes('sqlite3_prepare'), 'this is no SQLite');
    assert.ok(!binding.includes('RemoveEnvironmentCleanupHook'), 'run npm ci, or node native/mend.js');
  });
});
