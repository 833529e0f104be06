// After `npm ci`: compiles better-sqlite3 once more where what was installed would abort on Node 24.19 and newer.
// docs/decisions/2026-11-25-node-24.md
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const binding = new URL('../node_modules/better-sqlite3/build/Release/better_sqlite3.node', import.meta.url);
const header = fileURLToPath(new URL('object-wrap.h', import.meta.url));

if (existsSync(binding) && readFileSync(binding).includes('RemoveEnvironmentCleanupHook')) {
  process.stderr.write('Compiling better-sqlite3 for this Node, once …\n');
  const { status } = spawnSync('npm', ['rebuild', 'better-sqlite3'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 2, 2],
    // A path with a space would be two words.
    env: {
      ...process.env,
      npm_config_build_from_source: 'true',
      CXXFLAGS: `-include ${header.replaceAll(' ', '\\ ')}`,
    },
  });
  if (status !== 0) process.exit(1);
}
