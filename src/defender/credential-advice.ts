import type { CredentialKind } from '../config/entra.js';
import { CordonError, messageOf } from '../errors.js';
import { systemCode } from '../network.js';

/** `AADSTS7000215` where Entra says why it gave no token. */
export function entraErrorNumber(thrown: unknown): string | undefined {
  return /\bAADSTS\d+/.exec(messageOf(thrown))?.[0];
}

/**
 * Why there is no token, which setting it is about and what to do, in sentences for people in a chat. No part of what Entra said but
 * its number: its texts carry ids.
 */
export function credentialText(thrown: unknown, kind: CredentialKind): string {
  if (thrown instanceof CordonError && thrown.userText !== undefined) return thrown.userText;
  const number = entraErrorNumber(thrown);
  if (number === undefined) return `Entra gave Cordon no token: ${networkAdvice(thrown, kind)}.`;
  const found =
    (kind === 'certificate' && number === 'AADSTS700027' && certificateAdvice(messageOf(thrown))) || advice[number];
  return `Entra gave Cordon no token (${number}): ${found || otherAdvice(kind)}.`;
}

const federatedMismatch = (what: string): string =>
  `the federated credential of AZURE_CLIENT_ID has another ${what} than the token in AZURE_FEDERATED_TOKEN_FILE. Compare them letter by letter (Certificates & secrets > Federated credentials); a change takes minutes to work`;

/**
 * Entra's numbers for what an administrator can put right. Sources: Microsoft's AADSTS error code reference; for 7002xx the threads of
 * Azure/azure-workload-identity and Azure/login, whose older number for all of them is 70021.
 */
const advice: Readonly<Record<string, string>> = {
  AADSTS7000215: "the client secret is wrong. Put the secret's value, not its id, into AZURE_CLIENT_SECRET",
  AADSTS7000222:
    'the client secret has expired. Make a new one in the app registration and put its value into AZURE_CLIENT_SECRET',
  AADSTS700016:
    'the tenant does not know the application. Check AZURE_CLIENT_ID, and that AZURE_TENANT_ID is the tenant of that app registration',
  AADSTS7000229:
    'the application of AZURE_CLIENT_ID has no service principal in the tenant of AZURE_TENANT_ID. Grant admin consent there',
  AADSTS7000112:
    'the application of AZURE_CLIENT_ID is disabled. Switch it on in the Entra admin centre (Enterprise applications)',
  AADSTS90002:
    'it does not know the tenant. Check AZURE_TENANT_ID, and that AZURE_AUTHORITY_HOST is the one of your cloud',
  AADSTS900023:
    'AZURE_TENANT_ID is neither the id nor a domain of a tenant. Copy the Directory (tenant) ID of the app registration',
  AADSTS500011:
    'it does not know the API of the scope. Check DEFENDER_SCOPE and DEFENDER_CLOUD, and that the tenant has Defender for Endpoint',
  AADSTS53003:
    'a Conditional Access policy of the tenant forbids it. Except the application of AZURE_CLIENT_ID, or call from where the policy allows',
  AADSTS700027:
    'it does not know the certificate. Upload the one in AZURE_CLIENT_CERTIFICATE_PATH to the app registration (Certificates & secrets > Certificates), and check AZURE_CLIENT_ID',
  AADSTS700024:
    'what Cordon signed in with is not valid at this time. Check the clock of this machine; with AZURE_FEDERATED_TOKEN_FILE, that the platform renews the file',
  AADSTS50027:
    'it cannot read the token in AZURE_FEDERATED_TOKEN_FILE. Check that the file is the one that the platform writes for this workload',
  AADSTS70021: federatedMismatch('issuer, subject or audience'),
  AADSTS700211: federatedMismatch('issuer'),
  AADSTS700212: federatedMismatch('audience'),
  AADSTS700213: federatedMismatch('subject, audience or issuer'),
  AADSTS7002137: federatedMismatch('subject'),
  AADSTS7002138: federatedMismatch('subject (upper and lower case count)'),
};

/** Entra has one number for a certificate that it does not know and for one that it knows to be over. */
function certificateAdvice(message: string): string | undefined {
  return /expired/i.test(message)
    ? 'the certificate has expired. Make a new one, upload it to the app registration and replace the file of AZURE_CLIENT_CERTIFICATE_PATH'
    : undefined;
}

const settingsOf: Readonly<Record<CredentialKind, string>> = {
  'client-secret': 'AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_AUTHORITY_HOST',
  certificate: 'AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_CERTIFICATE_PATH and AZURE_AUTHORITY_HOST',
  'workload-identity': 'AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE and AZURE_AUTHORITY_HOST',
  'managed-identity': 'CORDON_CREDENTIAL and AZURE_CLIENT_ID',
};

function otherAdvice(kind: CredentialKind): string {
  return kind === 'managed-identity'
    ? 'no known reason was given. Check AZURE_CLIENT_ID, DEFENDER_SCOPE and the identities of the machine that Cordon runs on'
    : `no known reason was given. Check ${settingsOf[kind]}, and that Cordon can reach Entra over the network`;
}

const identityUnknown = /identity not found|no managed identity|identity isn.t (found|assigned)|invalid_request/i;

/** OpenSSL's for a chain that ends nowhere, and Node's own for a name that does not fit. */
const untrusted = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT)/;

function networkAdvice(thrown: unknown, kind: CredentialKind): string {
  const code = systemCode(thrown instanceof CordonError ? thrown.cause : thrown);
  if (kind === 'managed-identity') {
    return identityUnknown.test(messageOf(thrown)) && code === undefined
      ? 'the machine has no such managed identity. Assign it to the machine, and check that AZURE_CLIENT_ID is its client id (leave it empty for the system assigned one)'
      : 'no managed identity answered here. CORDON_CREDENTIAL=managed-identity works on an Azure machine or service to which an identity is assigned; elsewhere use another credential';
  }
  if (code !== undefined && untrusted.test(code)) {
    return `the certificate of AZURE_AUTHORITY_HOST is not trusted (${code}). If a proxy or a private authority is meant, name its CA in NODE_EXTRA_CA_CERTS and restart`;
  }
  if (code !== undefined) {
    return `it cannot be reached (${code}). Check AZURE_AUTHORITY_HOST, DNS, proxy and firewall`;
  }
  return otherAdvice(kind);
}
