import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { CordonError } from '../errors.js';

/**
 * The certificate with which an app proves itself to Entra. Guarantees: what is handed out is one RSA key and the certificate that
 * fits it, valid at this moment. Does not: tell whether Entra knows the certificate (it answers AADSTS700027), or who issued it. The
 * key leaves this file in the PEM alone; no text has a part of the file or the password in it.
 */
export interface AppCertificate {
  /** The certificate, the rest of its chain, and the key as PKCS #8 without a password, whatever the file's order was. */
  readonly pem: string;
  /** Unix ms. */
  readonly expiresAt: number;
  /** SHA-1 in upper case hex, as the Entra admin centre shows it. */
  readonly thumbprint: string;
}

export interface CertificateNames {
  /** The settings that the texts name. */
  readonly path: string;
  readonly password: string;
}

export const appCertificateNames: CertificateNames = {
  path: 'AZURE_CLIENT_CERTIFICATE_PATH',
  password: 'AZURE_CLIENT_CERTIFICATE_PASSWORD',
};

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const keyBlock = /-----BEGIN ((?:[A-Z]+ )*PRIVATE KEY)-----[\s\S]+?-----END \1-----/g;
/** What `@azure/identity` signs with takes no shorter key, nor does Entra. */
const leastBits = 2_048;

/** Throws `CordonError` code `certificate_unusable`, whose text names the setting and says what to do. `now` is in Unix ms. */
export function readCertificate(
  file: Uint8Array,
  password: string | undefined,
  now: number,
  names: CertificateNames = appCertificateNames,
): AppCertificate {
  const text = Buffer.from(file).toString('latin1');
  const blocks = [...text.matchAll(certificateBlock)].map(([block]) => block);
  const keys = [...text.matchAll(keyBlock)].map(([block]) => block);
  if (blocks.length === 0 && keys.length === 0) throw noPem(file, names);
  if (blocks.length === 0)
    throw unusable(`${names.path} holds a key but no certificate: put both into the one PEM file`);
  const [block, ...more] = keys;
  if (block === undefined) {
    throw unusable(`${names.path} holds a certificate but no private key: put both into the one PEM file`);
  }
  if (more.length > 0)
    throw unusable(`${names.path} holds more than one private key: leave only the certificate's own`);
  const key = privateKey(block, password, names);
  const chain = blocks.map((each) => certificate(each, names));
  const own = chain.find((each) => each.checkPrivateKey(key));
  if (own === undefined) {
    throw unusable(
      `the private key in ${names.path} belongs to none of the certificates there: put the pair into the file`,
    );
  }
  const [startsAt, expiresAt] = [Date.parse(own.validFrom), Date.parse(own.validTo)];
  if (!(now < expiresAt)) {
    throw unusable(
      `the certificate in ${names.path} expired on ${day(expiresAt)}: make a new one, upload it to the app registration and replace the file`,
    );
  }
  if (now < startsAt) {
    throw unusable(`the certificate in ${names.path} is valid from ${day(startsAt)} only: check this machine's clock`);
  }
  const ordered = [own, ...chain.filter((each) => each !== own)];
  return {
    pem: [...ordered.map(String), key.export({ type: 'pkcs8', format: 'pem' })].join(''),
    expiresAt,
    thumbprint: own.fingerprint.replaceAll(':', ''),
  };
}

function privateKey(pem: string, password: string | undefined, names: CertificateNames): KeyObject {
  const encrypted = /ENCRYPTED/.test(pem.slice(0, 120));
  if (encrypted && password === undefined) {
    throw unusable(`the private key in ${names.path} is encrypted: put its password into ${names.password}`);
  }
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: 'pem', ...(encrypted ? { passphrase: password } : {}) });
  } catch (thrown) {
    const why = encrypted
      ? `${names.password} is not the password of the private key in ${names.path}`
      : `the private key in ${names.path} cannot be read: write it anew as PKCS #8, PEM`;
    throw unusable(why, thrown);
  }
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== 'rsa' || modulusLength < leastBits) {
    throw unusable(
      `the private key in ${names.path} has to be an RSA key of ${leastBits} bits or more: make a new certificate`,
    );
  }
  return key;
}

function certificate(pem: string, names: CertificateNames): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (thrown) {
    throw unusable(`a certificate in ${names.path} cannot be read: write the file anew`, thrown);
  }
}

/** PFX is binary and begins with an ASN.1 sequence; so does DER. `@azure/identity` reads neither. */
function noPem(file: Uint8Array, names: CertificateNames): CordonError {
  if (file.length === 0) return unusable(`the file of ${names.path} is empty`);
  return unusable(
    file[0] === 0x30
      ? `${names.path} names no PEM file but a binary one: make PEM of a PFX with openssl pkcs12 -in cordon.pfx -out cordon.pem -nodes`
      : `${names.path} names a file that is no PEM: it has to hold the certificate and its private key`,
  );
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function unusable(why: string, cause?: unknown): CordonError {
  return new CordonError('certificate_unusable', why, { cause, userText: `Cordon cannot sign in to Entra: ${why}.` });
}
