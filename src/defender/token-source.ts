import type { TokenCredential } from '@azure/identity';
import type { CredentialKind } from '../config/entra.js';
import { messageOf } from '../errors.js';
import { within } from '../time.js';
import { credentialText } from './credential-advice.js';
import { DefenderError } from './errors.js';
import { redact } from './redact.js';

/**
 * A bearer token for Defender; with `force`, never one that was given before, as far as the credential can have another. Throws
 * `DefenderError` code `token_failed`.
 */
export type TokenSource = (force?: boolean) => Promise<string>;

export interface TokenSourceOptions {
  /** Has to ask anew on every call, as `entraCredential`'s do: the cache is here. Its `kind` is for the texts of its failures. */
  readonly credential: TokenCredential & { readonly kind?: CredentialKind };
  readonly scope: string;
  /** Unix ms. */
  readonly now: () => number;
  /** How long to wait for Entra. */
  readonly timeoutMs?: number;
}

/** A token is not used any more when it has less than this left. */
const reserveMs = 5 * 60_000;

/** However many calls need a token at the same time, Entra is asked once. */
export function createTokenSource({ credential, scope, now, timeoutMs = 30_000 }: TokenSourceOptions): TokenSource {
  let cached: { readonly token: string; readonly expiresAt: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    try {
      const answer = await within(timeoutMs, credential.getToken(scope));
      if (answer === null) throw new Error('the credential gave no token');
      cached = { token: answer.token, expiresAt: answer.expiresOnTimestamp };
      return answer.token;
    } catch (thrown) {
      cached = undefined;
      throw new DefenderError('token_failed', `token: ${redact(messageOf(thrown), 500)}`, {
        taken: 'no',
        cause: thrown,
        userText: `${credentialText(thrown, credential.kind ?? 'client-secret')} Nothing was changed.`,
      });
    }
  }

  return (force = false) => {
    if (!force && cached !== undefined && now() < cached.expiresAt - reserveMs) return Promise.resolve(cached.token);
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}
