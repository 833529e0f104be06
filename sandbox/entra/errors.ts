import { randomUUID } from 'node:crypto';

/** A refusal of the token endpoint. Source: learn.microsoft.com `entra/identity-platform/reference-error-codes`. */
export class EntraRefusal extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }

  /** The body as Entra prints it; `now` in Unix ms. */
  body(now: number): Record<string, unknown> {
    const timestamp = new Date(now)
      .toISOString()
      .replace('T', ' ')
      .replace(/\.\d+Z/, 'Z');
    const [trace_id, correlation_id] = [randomUUID(), randomUUID()];
    return {
      error: this.error,
      error_description:
        `AADSTS${this.code}: ${this.message} Trace ID: ${trace_id} Correlation ID: ${correlation_id} ` +
        `Timestamp: ${timestamp}`,
      error_codes: [this.code],
      timestamp,
      trace_id,
      correlation_id,
      error_uri: `https://login.microsoftonline.com/error?code=${this.code}`,
    };
  }
}

export const entraError = {
  wrongSecret: (app: string) =>
    new EntraRefusal(
      401,
      'invalid_client',
      7000215,
      'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the ' +
        `client secret ID, for a secret added to app '${app}'.`,
    ),
  expiredSecret: (app: string) =>
    new EntraRefusal(
      401,
      'invalid_client',
      7000222,
      `The provided client secret keys for app '${app}' are expired. Visit the Azure portal to create new keys for your app: ` +
        'https://aka.ms/NewClientSecret, or consider using certificate credentials for added security.',
    ),
  unknownCertificate: (thumbprint: Buffer, app: string) =>
    certificateRefusal('The key was not found.', thumbprint, app),
  expiredCertificate: (thumbprint: Buffer, app: string) =>
    certificateRefusal('The key used is expired.', thumbprint, app),
  wrongSignature: () =>
    new EntraRefusal(401, 'invalid_client', 700027, 'Client assertion failed signature validation.'),
  wrongAudience: () =>
    new EntraRefusal(401, 'invalid_client', 700023, 'Client assertion audience claim does not match Realm issuer.'),
  unreadableAssertion: () => new EntraRefusal(401, 'invalid_client', 50027, 'JWT token is invalid or malformed.'),
  outOfTime: (now: number, from: number, to: number) =>
    new EntraRefusal(
      401,
      'invalid_client',
      700024,
      `Client assertion is not within its valid time range. Current time: ${new Date(now).toISOString()}, assertion valid from ` +
        `${new Date(from).toISOString()}, expiry time of assertion ${new Date(to).toISOString()}.`,
    ),
  /** Source: threads of Azure/azure-workload-identity and Azure/login, which quote it. */
  noFederated: (code: 700211 | 700212 | 700213, what: string, value: unknown) =>
    new EntraRefusal(
      401,
      'invalid_client',
      code,
      `No matching federated identity record found for presented assertion ${what} '${printed(value)}'. Check your federated ` +
        'identity credential Subject, Audience and Issuer against the presented assertion. ' +
        'https://learn.microsoft.com/entra/workload-id/workload-identity-federation',
    ),
  missingSecret: () =>
    new EntraRefusal(
      401,
      'invalid_client',
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
  unknownApp: (app: unknown, tenant: string) =>
    new EntraRefusal(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${printed(app)}' was not found in the directory '${tenant}'. This can happen if the ` +
        'application has not been installed by the administrator of the tenant or consented to by any user in the tenant.',
    ),
  unknownTenant: (tenant: string) =>
    new EntraRefusal(
      400,
      'invalid_request',
      90002,
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct ` +
        'cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.',
    ),
  unknownResource: (scope: string, tenant: string) =>
    new EntraRefusal(
      400,
      'invalid_resource',
      500011,
      `The resource principal named ${scope.replace(/\/\.default$/, '')} was not found in the tenant named ${tenant}.`,
    ),
  invalidScope: (scope: string) =>
    new EntraRefusal(
      400,
      'invalid_scope',
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default ` +
        'suffixed to the resource identifier (application ID URI).',
    ),
  unsupportedGrant: (grant: unknown) =>
    new EntraRefusal(
      400,
      'unsupported_grant_type',
      70003,
      `The app requested an unsupported grant type '${printed(grant)}'.`,
    ),
  outage: (status: number) =>
    new EntraRefusal(status, 'temporarily_unavailable', 90033, 'A transient error has occurred. Please try again.'),
};

function certificateRefusal(reason: string, thumbprint: Buffer, app: string): EntraRefusal {
  return new EntraRefusal(
    401,
    'invalid_client',
    700027,
    'The certificate with identifier used to sign the client assertion is not registered on application. ' +
      `[Reason - ${reason}, Thumbprint of key used by client: '${thumbprint.toString('hex').toUpperCase()}', Please visit the ` +
      `Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${app}'.]`,
  );
}

function printed(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
