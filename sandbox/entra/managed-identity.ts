import { createServer } from 'node:http';
import express, { type Request, type Response } from 'express';
import type { EntraStandIn } from '../entra.js';
import { listenOnLoopback } from '../loopback.js';

export interface ManagedIdentityOptions {
  readonly entra: Pick<EntraStandIn, 'issueAs' | 'resourcesOf'>;
  /** Unix ms. */
  readonly now: () => number;
  /** Client id of the system assigned identity, which answers where none is asked for by name; missing where there is none. */
  readonly system?: string;
  /** Client ids of the user assigned identities. */
  readonly assigned?: readonly string[];
}

/**
 * Where a machine in Azure gets the tokens of its managed identities, on loopback: the instance metadata service of virtual machines,
 * and the endpoint of App Service and Container Apps. Both give the same token again until it has expired, as Azure's do for up to a
 * day.
 */
export interface ManagedIdentityStandIn {
  /** What Azure puts into the environment there; `instance` is virtual machines' own way to say another address. */
  readonly settings: {
    readonly instance: Readonly<Record<string, string>>;
    readonly appService: Readonly<Record<string, string>>;
  };
  /** How many requests came in. */
  asked(): number;
  close(): Promise<void>;
}

const lifetimeMs = 3_600_000;
const header = 'sandbox-identity-header';

export async function startManagedIdentity(options: ManagedIdentityOptions): Promise<ManagedIdentityStandIn> {
  const { entra, now, system, assigned = [] } = options;
  const kept = new Map<string, { readonly token: string; readonly expiresAt: number }>();
  let asked = 0;

  function tokenOf(clientId: string, resource: string): { readonly token: string; readonly expiresAt: number } {
    const key = `${clientId} ${resource}`;
    const before = kept.get(key);
    if (before !== undefined && before.expiresAt > now()) return before;
    const fresh = { token: entra.issueAs(clientId, resource), expiresAt: now() + lifetimeMs };
    kept.set(key, fresh);
    return fresh;
  }

  /** `refuse` gets what each of the two services says in its own form. */
  function answer(request: Request, response: Response, refuse: Refuse): void {
    const { resource, client_id } = request.query;
    const clientId = typeof client_id === 'string' ? client_id : system;
    if (clientId === undefined || (client_id !== undefined && !assigned.includes(clientId))) {
      refuse(response, 'identity');
      return;
    }
    if (typeof resource !== 'string' || !entra.resourcesOf(clientId).includes(resource)) {
      refuse(response, 'resource', typeof resource === 'string' ? resource : '');
      return;
    }
    const { token, expiresAt } = tokenOf(clientId, resource);
    const expires_on = String(Math.floor(expiresAt / 1_000));
    response.json({ access_token: token, client_id: clientId, expires_on, resource, token_type: 'Bearer' });
  }

  const app = express();
  app.disable('x-powered-by');
  app.use((_request, _response, next) => {
    asked += 1;
    next();
  });
  app.get('/metadata/identity/oauth2/token', (request, response) => {
    if (request.get('metadata') !== 'true') {
      response
        .status(400)
        .json({ error: 'invalid_request', error_description: 'Required metadata header not specified' });
      return;
    }
    answer(request, response, refuseAsInstance);
  });
  app.get('/msi/token', (request, response) => {
    if (request.get('x-identity-header') !== header) {
      response.status(401).json({ statusCode: 401, message: 'Unauthorized' });
      return;
    }
    answer(request, response, refuseAsAppService);
  });

  const { port, close } = await listenOnLoopback(createServer(app));
  const url = `http://127.0.0.1:${port}`;
  return {
    settings: {
      instance: { AZURE_POD_IDENTITY_AUTHORITY_HOST: url },
      appService: { IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER: header },
    },
    asked: () => asked,
    close,
  };
}

type Refuse = (response: Response, why: 'identity' | 'resource', resource?: string) => void;

/** Source: threads of Azure/aad-pod-identity and the Azure SDKs, which quote it. */
const refuseAsInstance: Refuse = (response, why, resource = '') => {
  response.status(400).json(
    why === 'identity'
      ? { error: 'invalid_request', error_description: 'Identity not found' }
      : {
          error: 'invalid_resource',
          error_description: `AADSTS500011: The resource principal named ${resource} was not found in the tenant named sandbox.`,
        },
  );
};

const refuseAsAppService: Refuse = (response, why, resource = '') => {
  response.status(why === 'identity' ? 400 : 500).json({
    statusCode: why === 'identity' ? 400 : 500,
    message:
      why === 'identity'
        ? 'No Managed Identity found for specified ClientId/ResourceId/PrincipalId.'
        : `AADSTS500011: The resource principal named ${resource} was not found in the tenant named sandbox.`,
  });
};
