import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { FederatedCredential } from './assertion.js';

export interface WorkloadToken {
  readonly subject?: string;
  readonly audience?: string;
  readonly issuer?: string;
  /** Unix ms. */
  readonly expiresAt?: number;
}

/** A platform that vouches for what runs on it, as a Kubernetes cluster does with the tokens of its service accounts. */
export interface WorkloadIssuer {
  /** What the app's federated credential has to be. */
  readonly federated: FederatedCredential;
  /** What stands in the file of `AZURE_FEDERATED_TOKEN_FILE`; an hour long unless said otherwise. */
  token(over?: WorkloadToken): string;
}

export function createWorkloadIssuer(now: () => number): WorkloadIssuer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const federated: FederatedCredential = {
    issuer: 'https://oidc.cluster.example.com/5f1d7c3b',
    subject: 'system:serviceaccount:cordon:cordon',
    audience: 'api://AzureADTokenExchange',
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
  return {
    federated,
    token(over = {}) {
      const iat = Math.floor(now() / 1_000);
      const claims = {
        iss: over.issuer ?? federated.issuer,
        sub: over.subject ?? federated.subject,
        aud: [over.audience ?? federated.audience],
        iat,
        nbf: iat,
        exp: over.expiresAt === undefined ? iat + 3_600 : Math.floor(over.expiresAt / 1_000),
        jti: randomUUID(),
      };
      const signed = [{ alg: 'RS256', typ: 'JWT' }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      return `${signed}.${createSign('sha256').update(signed).sign(privateKey).toString('base64url')}`;
    },
  };
}
