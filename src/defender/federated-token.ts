import { z } from 'zod';
import { CordonError } from '../errors.js';

const claims = z.object({ exp: z.number() });

/**
 * What Kubernetes and other platforms put into the file of `AZURE_FEDERATED_TOKEN_FILE`: a JWT of their own. Only its shape and its end
 * are looked at; whether issuer, subject and audience are the ones of the federated credential is Entra's to say. Throws `CordonError`
 * code `federated_token_unusable`. `now` is in Unix ms.
 */
export function readFederatedToken(file: Uint8Array, now: number): string {
  const token = Buffer.from(file).toString('utf8').trim();
  if (token === '') throw unusable(`the file of AZURE_FEDERATED_TOKEN_FILE is empty: ${mount}`);
  const parts = token.split('.');
  const payload = parts.length === 3 ? claims.safeParse(jsonOf(parts[1] ?? '')) : undefined;
  if (payload?.success !== true) {
    throw unusable('AZURE_FEDERATED_TOKEN_FILE names a file that holds no token of the platform (a JWT)');
  }
  const expiresAt = payload.data.exp * 1_000;
  if (now >= expiresAt) {
    throw unusable(
      `the token in AZURE_FEDERATED_TOKEN_FILE expired at ${new Date(expiresAt).toISOString()} and was not renewed: check the projected volume, and this machine's clock`,
    );
  }
  return token;
}

export const mount =
  'check that the pod has the label azure.workload.identity/use: "true" and the service account of the identity';

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function unusable(why: string): CordonError {
  return new CordonError('federated_token_unusable', why, { userText: `Cordon cannot sign in to Entra: ${why}.` });
}
