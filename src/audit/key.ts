import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { CordonError } from '../errors.js';

/**
 * The audit key: one Ed25519 key, which signs checkpoints and exports, and from which the key of the record's MACs is derived
 * (HKDF-SHA-256). Whoever has it can write any record; who has the public half can check an export and no more.
 */
export interface AuditKey extends PublicAuditKey {
  /** HMAC-SHA-256 in hex. */
  mac(text: string): string;
  /** Whether `mac` is this key's over `text`; takes the same time whatever is wrong. */
  hasMac(text: string, mac: string): boolean;
  /** Ed25519, base64url. */
  sign(text: string): string;
}

export interface PublicAuditKey {
  /** The first 16 hex digits of SHA-256 over the public key (SPKI, DER). */
  readonly id: string;
  /** SPKI, PEM. */
  readonly publicPem: string;
  hasSigned(text: string, signature: string): boolean;
}

/** The first key of the setting writes; what any of them has written is accepted. */
export interface AuditKeys {
  readonly signer: AuditKey;
  find(id: string): AuditKey | undefined;
  /** Ids, the signer's first. */
  readonly ids: readonly string[];
}

export function auditKeys(signer: AuditKey, ...others: readonly AuditKey[]): AuditKeys {
  const all = [signer, ...others];
  return { signer, find: (id) => all.find((key) => key.id === id), ids: all.map(({ id }) => id) };
}

/** Reads a private key, PKCS #8 in PEM. Throws `CordonError` code `audit_key`, which names `from` and repeats nothing of the key. */
export function readAuditKey(pem: string, from: string): AuditKey {
  return toAuditKey(ed25519(() => createPrivateKey(pem), from, 'an Ed25519 private key (PKCS #8, PEM)'));
}

/** Reads a public key, or the public half of a private one. Throws as `readAuditKey` does. */
export function readPublicKey(pem: string, from: string): PublicAuditKey {
  return toPublicKey(ed25519(() => createPublicKey(pem), from, 'an Ed25519 public key (PEM)'));
}

/** A new key, as the PEM that goes into its file. */
export function newAuditKeyPem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function ed25519(read: () => KeyObject, from: string, wanted: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch {
    // What OpenSSL says of a wrong file helps nobody.
  }
  if (key?.asymmetricKeyType === 'ed25519') return key;
  const text = `${from} is not ${wanted}. openssl genpkey -algorithm ed25519 makes a key; npx cordon audit key shows the public half of Cordon’s.`;
  throw new CordonError('audit_key', text, { userText: text });
}

function toPublicKey(key: KeyObject): PublicAuditKey {
  return {
    id: createHash('sha256')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest('hex')
      .slice(0, 16),
    publicPem: key.export({ type: 'spki', format: 'pem' }).toString(),
    hasSigned: (text, signature) => {
      const bytes = Buffer.from(signature, 'base64url');
      // One spelling alone: Node passes over what is no base64url.
      return bytes.toString('base64url') === signature && verify(null, Buffer.from(text), key, bytes);
    },
  };
}

function toAuditKey(key: KeyObject): AuditKey {
  const { d = '' } = key.export({ format: 'jwk' });
  const derived = hkdfSync('sha256', Buffer.from(d, 'base64url'), '', 'cordon audit mac 1', 32);
  const macKey = createSecretKey(Buffer.from(derived));
  const mac = (text: string) => createHmac('sha256', macKey).update(text).digest();
  return {
    ...toPublicKey(createPublicKey(key)),
    mac: (text) => mac(text).toString('hex'),
    hasMac: (text, other) => {
      const given = Buffer.from(other, 'hex');
      const right = mac(text);
      return other.length === 64 && given.length === right.length && timingSafeEqual(given, right);
    },
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64url'),
  };
}
