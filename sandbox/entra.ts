import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:https';
import express, { type Request, type Response } from 'express';
import { generate } from 'selfsigned';
import { type AssertionRules, checkAssertion } from './entra/assertion.js';
import { entraError, EntraRefusal } from './entra/errors.js';
import { metadata } from './entra/metadata.js';
import { FaultPlan, type Fault } from './faults.js';
import { listenOnLoopback } from './loopback.js';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export const sandboxTenantId = '8c7e2d1a-1111-4222-8333-444455556666';

export interface EntraOptions {
  /** Unix ms. */
  readonly now: () => number;
  readonly tenantId?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** The resource that tokens may be asked for; `/.default` is added to it. */
  readonly resource?: string;
  /** The app roles that were granted. */
  readonly roles?: readonly string[];
  /** One hour when missing, as Microsoft's are. */
  readonly lifetimeMs?: number;
}

/**
 * An app registration beside the first, or a managed identity, which has no credential here: which resources it may ask tokens for, and
 * the app roles that they carry.
 */
export interface EntraApp extends AssertionRules {
  readonly clientSecret?: string;
  readonly secretExpired?: boolean;
  /** Of its service principal in the tenant; the client id where missing. */
  readonly objectId?: string;
  readonly resources: readonly string[];
  readonly roles?: readonly string[];
}

/** `429`, `500` and `503` refuse; `error` is a wrong secret's refusal; `timeout` never answers; `reset` cuts the connection. */
export type EntraFaultKind = '429' | '500' | '503' | 'error' | 'timeout' | 'reset';

/**
 * Microsoft Entra's token endpoint on loopback. Its tokens mean something to the other stand-ins alone: each to the one whose
 * resource it was asked for.
 */
export interface EntraStandIn {
  /** For `AZURE_AUTHORITY_HOST`; needs `disableInstanceDiscovery`. */
  readonly url: string;
  readonly tenantId: string;
  /** The first app, which is the one for Defender. */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  /** PEM for the file that `NODE_EXTRA_CA_CERTS` names. */
  readonly caPem: string;
  /** How many tokens were handed out. */
  issued(): number;
  /** Lets the first app ask for tokens for one more resource. */
  allow(resource: string): void;
  /** Adds an app registration, or changes the one with that client id. */
  register(app: EntraApp): void;
  /** Changes the first app: its credentials, or its roles. */
  change(over: Partial<Omit<EntraApp, 'clientId' | 'resources'>>): void;
  /** A token as the endpoint would hand it out, for callers that do not go through it. For the first app's resource when missing. */
  issue(resource?: string): string;
  /** The same for one app or managed identity; `resourcesOf` says what it may have tokens for, nothing where it is not known. */
  issueAs(clientId: string, resource: string): string;
  resourcesOf(clientId: string): readonly string[];
  /** Signed here for this resource (the first app's when missing), not expired, not withdrawn. */
  readonly validToken: (token: string, resource?: string) => boolean;
  readonly rolesOf: (token: string) => readonly string[];
  /** Of the first app. */
  setRoles(roles: readonly string[]): void;
  /** Withdraws every token handed out so far, as if an hour had passed at once; with a `clientId`, those of that app alone. */
  expireAll(clientId?: string): void;
  /** With a `clientId`, only requests of that app go wrong. */
  fault(fault: Omit<Fault<'token', EntraFaultKind>, 'operation'>, clientId?: string): void;
  /** All of them, or those for one app. */
  clearFaults(clientId?: string): void;
  close(): Promise<void>;
}

interface Claims {
  readonly aud: string;
  readonly iss: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly appid: string;
  readonly oid: string;
  readonly roles: readonly string[];
  readonly tid: string;
  readonly ver: '1.0';
  readonly uti: string;
}

export async function startEntra(options: EntraOptions): Promise<EntraStandIn> {
  const {
    now,
    tenantId = sandboxTenantId,
    clientId = '5f1d7c3b-aaaa-4bbb-8ccc-ddddeeeeffff',
    clientSecret = 'sandbox-client-secret',
    resource = 'https://api.securitycenter.microsoft.com',
    lifetimeMs = 3_600_000,
  } = options;
  const scope = `${resource}/.default`;
  const key = randomBytes(32);
  const apps = new Map<string, EntraApp>();
  /** By client id; the plan for every app is under the empty one. */
  const plans = new Map<string, FaultPlan<'token', EntraFaultKind>>();
  const live = new Set<string>();
  const resources = [resource];
  let issued = 0;
  const register = (app: EntraApp): void => {
    apps.set(app.clientId, app);
  };
  register({
    clientId,
    clientSecret,
    resources,
    roles: options.roles ?? ['Machine.Read.All', 'Machine.RestrictExecution'],
  });
  const change: EntraStandIn['change'] = (over) => {
    register({ clientId, clientSecret, ...apps.get(clientId), ...over, resources });
  };

  const signatureOf = (signed: string): Buffer => createHmac('sha256', key).update(signed).digest();

  function issue(audience = resource): string {
    const app = [...apps.values()].find(({ resources }) => resources.includes(audience));
    if (app === undefined) throw new Error(`No app may ask for ${audience}.`);
    return sign(app, audience);
  }

  function sign(app: EntraApp, aud: string): string {
    const iat = Math.floor(now() / 1_000);
    const claims: Claims = {
      aud,
      iss: `https://sts.windows.net/${tenantId}/`,
      iat,
      nbf: iat,
      exp: iat + Math.floor(lifetimeMs / 1_000),
      appid: app.clientId,
      oid: app.objectId ?? app.clientId,
      roles: app.roles ?? [],
      tid: tenantId,
      ver: '1.0',
      uti: randomUUID(),
    };
    const signed = `${base64url({ typ: 'JWT', alg: 'HS256' })}.${base64url(claims)}`;
    const token = `${signed}.${signatureOf(signed).toString('base64url')}`;
    live.add(token);
    issued += 1;
    return token;
  }

  function claimsOf(token: string): Claims | undefined {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const [expected, given] = [signatureOf(`${header}.${payload}`), Buffer.from(signature, 'base64url')];
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
  }

  /** The checks of a client-credentials grant, in the order in which Entra makes them; then the token. */
  function redeem(tenant: string, form: Readonly<Record<string, unknown>>): string {
    if (tenant !== tenantId) throw entraError.unknownTenant(tenant);
    if (form.grant_type !== 'client_credentials') throw entraError.unsupportedGrant(form.grant_type);
    const app = apps.get(String(form.client_id));
    if (app === undefined) throw entraError.unknownApp(form.client_id, tenantId);
    prove(app, form, `https://localhost:${port}/${tenant}/oauth2/v2.0/token`);
    const asked = typeof form.scope === 'string' ? form.scope.split(' ') : [];
    const ofResource = asked.filter((each) => !['openid', 'profile', 'offline_access'].includes(each));
    if (ofResource.some((each) => !each.endsWith('/.default'))) throw entraError.invalidScope(ofResource.join(' '));
    const wanted = app.resources.find((each) => ofResource.length === 1 && ofResource[0] === `${each}/.default`);
    if (wanted === undefined) throw entraError.unknownResource(ofResource.join(' '), tenantId);
    return sign(app, wanted);
  }

  /** By a secret, or by what the app or its platform signed. */
  function prove(app: EntraApp, form: Readonly<Record<string, unknown>>, endpoint: string): void {
    if (typeof form.client_assertion === 'string' && form.client_assertion_type === assertionType) {
      checkAssertion(form.client_assertion, app, endpoint, now());
      return;
    }
    if (typeof form.client_secret !== 'string') throw entraError.missingSecret();
    if (form.client_secret !== app.clientSecret) throw entraError.wrongSecret(app.clientId);
    if (app.secretExpired === true) throw entraError.expiredSecret(app.clientId);
  }

  function takeFault(client: unknown): Fault<'token', EntraFaultKind> | undefined {
    return (typeof client === 'string' ? plans.get(client)?.take('token') : undefined) ?? plans.get('')?.take('token');
  }

  function token(request: Request<{ tenant: string }>, response: Response): void {
    const form = (request.body ?? {}) as Record<string, unknown>;
    const fault = takeFault(form.client_id);
    if (fault?.kind === 'timeout') return;
    if (fault?.kind === 'reset') {
      response.socket?.destroy();
      return;
    }
    try {
      if (fault?.kind === 'error') throw entraError.wrongSecret(String(form.client_id));
      if (fault !== undefined) throw entraError.outage(Number(fault.kind));
      const access_token = redeem(request.params.tenant, form);
      const expires_in = Math.floor(lifetimeMs / 1_000) - 1;
      response.json({ token_type: 'Bearer', expires_in, ext_expires_in: expires_in, access_token });
    } catch (thrown) {
      if (!(thrown instanceof EntraRefusal)) throw thrown;
      response.status(thrown.status).json(thrown.body(now()));
    }
  }

  const app = express();
  app.disable('x-powered-by');
  app.post('/:tenant/oauth2/v2.0/token', express.urlencoded({ extended: false }), token);
  app.get('/:tenant/v2.0/.well-known/openid-configuration', (request, response) => {
    const { tenant } = request.params;
    if (tenant === tenantId) response.json(metadata(`https://localhost:${port}`, tenant));
    else response.status(400).json(entraError.unknownTenant(tenant).body(now()));
  });

  const { private: privateKey, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const { port, close } = await listenOnLoopback(createServer({ key: privateKey, cert }, app));
  return {
    url: `https://localhost:${port}`,
    tenantId,
    clientId,
    clientSecret,
    scope,
    caPem: cert,
    issued: () => issued,
    allow: (more) => {
      resources.push(more);
    },
    register,
    change,
    issue,
    issueAs: (id, audience) => {
      const app = apps.get(id);
      if (app?.resources.includes(audience) !== true) throw new Error(`${id} may not ask for ${audience}.`);
      return sign(app, audience);
    },
    resourcesOf: (id) => apps.get(id)?.resources ?? [],
    validToken: (each, audience = resource) => {
      const claims = claimsOf(each);
      return claims?.aud === audience && live.has(each) && claims.exp * 1_000 > now();
    },
    rolesOf: (each) => claimsOf(each)?.roles ?? [],
    setRoles: (roles) => {
      change({ roles });
    },
    expireAll: (client) => {
      for (const each of live) if (client === undefined || claimsOf(each)?.appid === client) live.delete(each);
    },
    fault: (fault, client = '') => {
      const plan = plans.get(client) ?? new FaultPlan();
      plans.set(client, plan);
      plan.add(fault);
    },
    clearFaults: (client) => {
      if (client === undefined) plans.clear();
      else plans.delete(client);
    },
    close,
  };
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
