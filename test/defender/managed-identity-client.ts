import { createInterface } from 'node:readline';
import { createTokenSource, entraCredential } from '../../src/defender/credentials.js';
import { DefenderError } from '../../src/defender/errors.js';

/**
 * Asks for tokens of a managed identity and prints each, or what a person would read. A program of its own, because MSAL finds out once
 * in a process where identities come from, and keeps their tokens for all of it. Each line of input is a request.
 */
export interface Asked {
  readonly tenantId: string;
  readonly clientId?: string;
  readonly scope: string;
  /** How often it is asked with `force`. */
  readonly times: number;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { tenantId, clientId, scope, times } = JSON.parse(line) as Asked;
  const credential = entraCredential(
    {
      kind: 'managed-identity',
      tenantId,
      clientId,
      authorityHost: 'https://login.microsoftonline.com',
      disableInstanceDiscovery: false,
    },
    { client: { retryOptions: { maxRetries: 0 } } },
  );
  const token = createTokenSource({ credential, scope, now: Date.now, timeoutMs: 5_000 });
  const answers: string[] = [];
  for (let time = 0; time < times; time += 1) {
    answers.push(
      await token(true).catch((thrown: unknown) =>
        thrown instanceof DefenderError ? thrown.userText : String(thrown),
      ),
    );
  }
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
// A connection that nobody answers would keep it alive.
process.exit(0);
