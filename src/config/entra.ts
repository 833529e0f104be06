import type { CloudName } from '../defender/clouds.js';
import type { Settings } from './settings.js';

/** How Cordon proves to Entra that it is the app, or the managed identity, to which the permissions were granted. */
export const credentialKinds = ['client-secret', 'certificate', 'managed-identity', 'workload-identity'] as const;
export type CredentialKind = (typeof credentialKinds)[number];

interface EntraBase {
  /** The tenant whose devices Cordon acts on, and whose groups Graph is asked for. */
  readonly tenantId: string;
  /** https only; `@azure/identity` refuses anything else. A managed identity does not use it: its platform knows its authority. */
  readonly authorityHost: string;
  /** For private authorities that Microsoft's discovery does not know. */
  readonly disableInstanceDiscovery: boolean;
}

export interface ClientSecretSettings extends EntraBase {
  readonly kind: 'client-secret';
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface CertificateSettings extends EntraBase {
  readonly kind: 'certificate';
  readonly clientId: string;
  /** A PEM file with the certificate and its RSA key, read anew for every token. */
  readonly certificatePath: string;
  /** Of an encrypted key. */
  readonly certificatePassword: string | undefined;
  /** Sends the whole chain (`x5c`), for an app that trusts a certificate by subject name and issuer. */
  readonly sendCertificateChain: boolean;
}

export interface ManagedIdentitySettings extends EntraBase {
  readonly kind: 'managed-identity';
  /** Of a user assigned identity; undefined for the system assigned one. */
  readonly clientId: string | undefined;
}

export interface WorkloadIdentitySettings extends EntraBase {
  readonly kind: 'workload-identity';
  readonly clientId: string;
  /** Holds a token of the platform's own issuer; it is renewed there, so it is read anew for every token. */
  readonly federatedTokenPath: string;
}

export type EntraSettings =
  ClientSecretSettings | CertificateSettings | ManagedIdentitySettings | WorkloadIdentitySettings;

/** `set` by `CORDON_CREDENTIAL`, or `inferred` from the one credential whose settings are there. */
export interface CredentialChoice {
  readonly kind: CredentialKind;
  readonly how: 'set' | 'inferred';
}

type Name = keyof Settings;

/** The setting without which there is no credential of that kind; a managed identity has none, so it is never inferred. */
const mainSetting = {
  'client-secret': 'AZURE_CLIENT_SECRET',
  certificate: 'AZURE_CLIENT_CERTIFICATE_PATH',
  'workload-identity': 'AZURE_FEDERATED_TOKEN_FILE',
} as const satisfies Partial<Record<CredentialKind, Name>>;

const ofCertificate = ['AZURE_CLIENT_CERTIFICATE_PASSWORD', 'AZURE_CLIENT_SEND_CERTIFICATE_CHAIN'] as const;

const guide = 'see docs/entra.md';
const others =
  'A certificate (AZURE_CLIENT_CERTIFICATE_PATH), a workload identity (AZURE_FEDERATED_TOKEN_FILE) or a managed identity (CORDON_CREDENTIAL=managed-identity) may take the place of AZURE_CLIENT_SECRET';

/** Undefined where it cannot be told: nothing, or more than one kind is set. */
export function credentialChoice(given: Settings): CredentialChoice | undefined {
  if (given.CORDON_CREDENTIAL !== undefined) return { kind: given.CORDON_CREDENTIAL, how: 'set' };
  const [kind, ...more] = kindsSet(given);
  return kind === undefined || more.length > 0 ? undefined : { kind, how: 'inferred' };
}

/** One sentence per mistake. A setting of a credential that is not used is one: nobody could tell which of them is meant. */
export function entraProblems(given: Settings): string[] {
  const choice = credentialChoice(given);
  if (choice === undefined) return noChoice(given);
  const { kind, how } = choice;
  const problems = missingProblem(given, kind);
  const main = kind === 'managed-identity' ? undefined : mainSetting[kind];
  const loose = kind === 'certificate' ? [] : set(given, ofCertificate);
  if (how === 'inferred') {
    if (loose.length > 0) problems.push(looseProblem(loose));
    return problems;
  }
  const superfluous = [...set(given, Object.values(mainSetting)).filter((name) => name !== main), ...loose];
  if (superfluous.length > 0) {
    problems.push(
      `${list(superfluous)} must not be set with CORDON_CREDENTIAL=${kind}: remove ${them(superfluous)}, or set CORDON_CREDENTIAL to the credential that is meant.`,
    );
  }
  return problems;
}

function looseProblem(names: readonly Name[]): string {
  return `AZURE_CLIENT_CERTIFICATE_PATH is missing, though ${list(names)} ${are(names)} set: set it as the only credential, or remove ${list(names)} (${guide}).`;
}

function noChoice(given: Settings): string[] {
  const kinds = kindsSet(given);
  if (kinds.length > 1) {
    const names = kinds.map((kind) => mainSetting[kind]);
    return [
      `${list(names)} are set, each for a credential of its own: remove all but one, or say with CORDON_CREDENTIAL which is meant and remove the others (${guide}).`,
    ];
  }
  const certificate = set(given, ofCertificate);
  if (certificate.length > 0) return [...missingProblem(given, 'managed-identity'), looseProblem(certificate)];
  return missingProblem(given, 'client-secret').map((problem) => `${problem} ${others}.`);
}

function missingProblem(given: Settings, kind: CredentialKind): string[] {
  const needed: Name[] =
    kind === 'managed-identity' ? ['AZURE_TENANT_ID'] : ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', mainSetting[kind]];
  const missing = needed.filter((name) => given[name] === undefined);
  if (missing.length === 0) return [];
  const why =
    kind === 'client-secret'
      ? 'Cordon calls Defender as an Entra app'
      : `Cordon signs in to Entra with the ${words[kind]}`;
  return [`${list(missing)} ${are(missing)} missing: ${why}, ${guide}.`];
}

const words: Readonly<Record<CredentialKind, string>> = {
  'client-secret': 'client secret of an app',
  certificate: 'certificate of an app',
  'managed-identity': 'managed identity of the machine that it runs on',
  'workload-identity': 'workload identity of its platform',
};

/** Expects settings without problems. */
export function toEntra(given: Settings, cloud: { readonly authorityHost: string }): EntraSettings {
  const kind = credentialChoice(given)?.kind ?? 'client-secret';
  const base = {
    tenantId: given.AZURE_TENANT_ID ?? '',
    authorityHost: given.AZURE_AUTHORITY_HOST ?? cloud.authorityHost,
    disableInstanceDiscovery: given.ENTRA_DISABLE_INSTANCE_DISCOVERY,
  };
  const clientId = given.AZURE_CLIENT_ID ?? '';
  switch (kind) {
    case 'client-secret':
      return { ...base, kind, clientId, clientSecret: given.AZURE_CLIENT_SECRET ?? '' };
    case 'certificate':
      return {
        ...base,
        kind,
        clientId,
        certificatePath: given.AZURE_CLIENT_CERTIFICATE_PATH ?? '',
        certificatePassword: given.AZURE_CLIENT_CERTIFICATE_PASSWORD,
        sendCertificateChain: given.AZURE_CLIENT_SEND_CERTIFICATE_CHAIN ?? false,
      };
    case 'managed-identity':
      return { ...base, kind, clientId: given.AZURE_CLIENT_ID };
    case 'workload-identity':
      return { ...base, kind, clientId, federatedTokenPath: given.AZURE_FEDERATED_TOKEN_FILE ?? '' };
  }
}

/** For the log at the start: which cloud, which credential, and how it was chosen. No secret and no path. */
export function describeChoice(choice: CredentialChoice, cloud: CloudName): string {
  const by = choice.how === 'set' ? 'by CORDON_CREDENTIAL' : 'because its settings are the only ones there';
  return `Cordon signs in to the ${cloud} cloud with the ${words[choice.kind]} (${choice.kind}), chosen ${by}`;
}

type WithSetting = keyof typeof mainSetting;

function kindsSet(given: Settings): WithSetting[] {
  return (Object.keys(mainSetting) as WithSetting[]).filter((kind) => given[mainSetting[kind]] !== undefined);
}

function set(given: Settings, names: readonly Name[]): Name[] {
  return names.filter((name) => given[name] !== undefined);
}

function list(names: readonly Name[]): string {
  return names.join(', ');
}

function are(names: readonly Name[]): string {
  return names.length === 1 ? 'is' : 'are';
}

function them(names: readonly Name[]): string {
  return names.length === 1 ? 'it' : 'them';
}
