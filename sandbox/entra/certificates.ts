import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

export interface MadeCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8, PEM, without a password. */
  readonly key: string;
}

export interface CertificateOptions {
  readonly commonName?: string;
  /** Unix ms. */
  readonly from?: number;
  readonly to?: number;
  /** Missing: signed by itself. */
  readonly authority?: MadeCertificate;
}

/** A certificate of an app, with a new RSA key, as an administrator makes one; valid for a year unless said otherwise. */
export async function makeCertificate(options: CertificateOptions = {}): Promise<MadeCertificate> {
  const {
    commonName = 'cordon',
    from = Date.now() - 86_400_000,
    to = Date.now() + 365 * 86_400_000,
    authority,
  } = options;
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keySize: 2_048,
    algorithm: 'sha256',
    notBeforeDate: new Date(from),
    notAfterDate: new Date(to),
    ...(authority === undefined ? {} : { ca: { key: authority.key, cert: authority.certificate } }),
  });
  return { certificate: new X509Certificate(made.cert).toString(), key: made.private };
}
