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
];

/** What no test can run, and why. */
export const notRun: readonly (readonly [command: string, why: string])[] = [
  ['npx @microsoft/m365agentsplayground', 'it would be fetched from the network, and is licensed for evaluation alone'],
];
