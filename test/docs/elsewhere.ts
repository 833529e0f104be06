/**
 * Commands of the documentation that `commands.test.ts` does not run as they are, and what does. The key is the beginning of the command;
 * an entry for which there is no command any more fails the test.
 */
export const elsewhere: readonly (readonly [command: string, where: string])[] = [
  ['npm ci && npm run sandbox', 'test/docs/transcript.test.ts'],
  ['npm ci && npm test', '.ci/run'],
  ['npm run sandbox -- --playground', 'test/sandbox/playground.test.ts'],
  ['npm run faults', 'test/faults/run.test.ts'],
  ['npm ci --prefix test/mutation', 'docs/mutation.md'],
  ['npm run mutation', 'docs/mutation.md'],
  ['npm run bench', 'test/bench/run.test.ts'],
  ['set -eu\nprincipal=', 'test/defender/grant-script.test.ts'],
  ['cordon backup', 'test/e2e/backup.test.ts'],
  ['pg_dump', 'test/e2e/backup.test.ts'],
  ['createdb', 'test/e2e/backup.test.ts'],
  ['pg_restore', 'test/e2e/backup.test.ts'],
  ['psql cordon_restored', 'test/e2e/backup.test.ts'],
  ['sqlite3 data/cordon.db "delete from control', 'test/e2e/backup.test.ts'],
  ['docker build', 'test/deploy/dockerfile.test.ts'],
  ['docker compose', 'test/deploy/compose.test.ts'],
  ['kubectl', 'test/deploy/kubernetes.test.ts'],
];

/** What no test can run, and why. */
export const notRun: readonly (readonly [command: string, why: string])[] = [
  ['npx @microsoft/m365agentsplayground', 'it would be fetched from the network, and is licensed for evaluation alone'],
  ['sudo chown', 'it gives a file to another user'],
];
