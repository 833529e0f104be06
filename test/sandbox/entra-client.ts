import { ClientSecretCredential } from '@azure/identity';

/**
 * Asks the authority for a token with the real credential and prints it, or the error. A program of its own, because Node reads
 * NODE_EXTRA_CA_CERTS only when it starts. Arguments: authority, tenant, client id, secret, scope.
 */
const [authorityHost = '', tenant = '', clientId = '', secret = '', scope = ''] = process.argv.slice(2);
const credential = new ClientSecretCredential(tenant, clientId, secret, {
  authorityHost,
  disableInstanceDiscovery: true,
  retryOptions: { maxRetries: 0 },
});
try {
  process.stdout.write((await credential.getToken(scope)).token);
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : String(error));
}
