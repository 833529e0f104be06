import { constants, createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { entraError } from './errors.js';

/** A federated credential of an app: whose tokens are taken in place of a secret. */
export interface FederatedCredential {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  /** Of the issuer, which Entra would fetch from there. PEM. */
  readonly publicKey: string;
}

/** Trusts every certificate with this subject that this authority issued, if its chain comes along. */
export interface TrustedSubject {
  readonly commonName: string;
  /** PEM. */
  readonly authority: string;
}

export interface AssertionRules {
  readonly clientId: string;
  /** PEM. */
  readonly certificates?: readonly string[] | undefined;
  readonly trustedSubjects?: readonly TrustedSubject[] | undefined;
  readonly federated?: readonly FederatedCredential[] | undefined;
}

interface Jwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: string;
  readonly signature: Buffer;
}

/**
 * The checks of a `client_assertion`: of one that the app signed with its certificate (it has a thumbprint in its header), or of a
 * platform's token. Throws the refusal. `endpoint` is the audience of the first; `now` is in Unix ms.
 */
export function checkAssertion(assertion: string, app: AssertionRules, endpoint: string, now: number): void {
  const jwt = read(assertion);
  if ('x5t#S256' in jwt.header || 'x5t' in jwt.header) checkSigned(jwt, app, endpoint, now);
  else checkFederated(jwt, app, now);
}

function checkSigned(jwt: Jwt, app: AssertionRules, endpoint: string, now: number): void {
  const thumbprint = Buffer.from(String(jwt.header['x5t#S256'] ?? jwt.header.x5t), 'base64url');
  const certificate = registered(thumbprint, app) ?? trusted(jwt, thumbprint, app);
  if (certificate === undefined) throw entraError.unknownCertificate(thumbprint, app.clientId);
  if (Date.parse(certificate.validTo) <= now) throw entraError.expiredCertificate(thumbprint, app.clientId);
  if (!signedBy(jwt, certificate.publicKey)) throw entraError.wrongSignature();
  if (jwt.claims.iss !== app.clientId || jwt.claims.sub !== app.clientId) throw entraError.unreadableAssertion();
  if (jwt.claims.aud !== endpoint) throw entraError.wrongAudience();
  checkTime(jwt, now);
}

/** Issuer, audience and subject in turn, letter by letter. */
function checkFederated(jwt: Jwt, { federated = [] }: AssertionRules, now: number): void {
  const { iss, aud, sub } = jwt.claims;
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  const ofIssuer = federated.filter(({ issuer }) => issuer === iss);
  if (ofIssuer.length === 0) throw entraError.noFederated(700211, 'issuer', iss);
  const ofAudience = ofIssuer.filter(({ audience }) => audiences.includes(audience));
  if (ofAudience.length === 0) throw entraError.noFederated(700212, 'audience', audiences[0]);
  const found = ofAudience.find(({ subject }) => subject === sub);
  if (found === undefined) throw entraError.noFederated(700213, 'subject', sub);
  if (!signedBy(jwt, createPublicKey(found.publicKey))) throw entraError.unreadableAssertion();
  checkTime(jwt, now);
}

function checkTime({ claims }: Jwt, now: number): void {
  const [from, to] = [Number(claims.nbf ?? 0) * 1_000, Number(claims.exp) * 1_000];
  // Entra lets five minutes pass for clocks that differ.
  if (!(from - 300_000 <= now && now < to + 300_000)) throw entraError.outOfTime(now, from, to);
}

function registered(thumbprint: Buffer, { certificates = [] }: AssertionRules): X509Certificate | undefined {
  return certificates.map((pem) => new X509Certificate(pem)).find((each) => has(each, thumbprint));
}

function trusted(
  { header }: Jwt,
  thumbprint: Buffer,
  { trustedSubjects = [] }: AssertionRules,
): X509Certificate | undefined {
  const [leaf] = Array.isArray(header.x5c) ? (header.x5c as unknown[]) : [];
  if (typeof leaf !== 'string') return undefined;
  const certificate = new X509Certificate(Buffer.from(leaf, 'base64'));
  const known = trustedSubjects.some(({ commonName, authority }) => {
    const issuer = new X509Certificate(authority);
    return certificate.subject === `CN=${commonName}` && certificate.verify(issuer.publicKey);
  });
  return known && has(certificate, thumbprint) ? certificate : undefined;
}

function has({ fingerprint, fingerprint256 }: X509Certificate, thumbprint: Buffer): boolean {
  const hex = thumbprint.toString('hex').toUpperCase();
  return [fingerprint, fingerprint256].some((each) => each.replaceAll(':', '') === hex);
}

function signedBy({ header, signed, signature }: Jwt, key: KeyObject): boolean {
  const data = Buffer.from(signed);
  switch (header.alg) {
    case 'PS256':
      return verify('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature);
    case 'RS256':
      return verify('sha256', data, key, signature);
    default:
      return false;
  }
}

function read(assertion: string): Jwt {
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  try {
    return {
      header: objectOf(header),
      claims: objectOf(payload),
      signed: `${header}.${payload}`,
      signature: Buffer.from(signature, 'base64url'),
    };
  } catch {
    throw entraError.unreadableAssertion();
  }
}

function objectOf(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}
