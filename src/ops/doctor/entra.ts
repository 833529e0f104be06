import { z } from 'zod';
import { createTokenSource, type TokenSourceOptions } from '../../defender/credentials.js';
import { defenderAppId, grantScript } from '../../defender/grant-script.js';
import { isGuid } from '../../defender/odata.js';
import { parseJson } from '../../defender/parse.js';
import { type Check, type Outcome, failed, inWords, ok, once, Skip, warning } from './check.js';
import { howToGrant } from './grant.js';

export interface EntraDoctorOptions {
  /** Asks Entra on every call. */
  readonly credential: TokenSourceOptions['credential'];
  /** Defender's, with `/.default`. */
  readonly scope: string;
  /** `AZURE_TENANT_ID`, where there is one. */
  readonly tenantId: string | undefined;
  readonly authorityHost: string;
  /** Microsoft Graph of the tenant's cloud. */
  readonly graphUrl: string;
  readonly fetch: typeof globalThis.fetch;
  /** Unix ms. */
  readonly now: () => number;
}

export interface EntraDoctor {
  readonly checks: readonly Check[];
  /** A token for Defender, asked for once. Throws a `Skip` where there is none. */
  readonly token: () => Promise<string>;
}

/** What a token of Entra says of itself, in the names of `access-token-claims-reference`. Nothing here is verified: that is Defender's part. */
const claimsOf = z.object({
  aud: z.string().optional(),
  tid: z.string().optional(),
  oid: z.string().optional(),
  exp: z.number().optional(),
  roles: z.array(z.string()).optional(),
  scp: z.string().optional(),
  /** Only managed identities have it. */
  xms_mirid: z.string().optional(),
});
type Claims = z.infer<typeof claimsOf>;

interface Needed {
  readonly permission: string;
  /** What else would do. */
  readonly or: readonly string[];
}

/** Source: `restrict-code-execution.md`, `get-machines.md` of defender-docs. */
const neededRoles: readonly Needed[] = [
  { permission: 'Machine.RestrictExecution', or: [] },
  { permission: 'Machine.Read.All', or: ['Machine.ReadWrite.All'] },
];
/** The same for a token that stands for a person. */
const neededScopes: readonly Needed[] = [
  { permission: 'Machine.RestrictExecution', or: [] },
  { permission: 'Machine.Read', or: ['Machine.ReadWrite', 'Machine.Read.All', 'Machine.ReadWrite.All'] },
];

export function createEntraDoctor(options: EntraDoctorOptions): EntraDoctor {
  const { credential, scope, now } = options;
  const source = createTokenSource({ credential, scope, now, timeoutMs: 15_000 });
  const asked = once(() => source());
  const token = (): Promise<string> =>
    asked().catch(() => {
      throw new Skip('Entra gave no token, so Defender cannot be asked: see entra.token.');
    });
  return {
    token,
    checks: [
      {
        id: 'entra.authority',
        area: 'entra',
        title: 'Authority and tenant',
        run: (signal) => authority(options, signal),
      },
      {
        id: 'entra.token',
        area: 'entra',
        title: 'Token for Defender',
        run: async () => {
          let text: string;
          try {
            text = await asked();
          } catch (error) {
            return failed(inWords(error), 'Put that right in the settings and run cordon doctor again: docs/entra.md.');
          }
          return judgeToken(readClaims(text), options);
        },
      },
      {
        id: 'entra.roles',
        area: 'entra',
        title: 'Permissions in the token',
        run: async () => judgeRoles(readClaims(await token()), options),
      },
    ],
  };
}

async function authority(
  { tenantId, authorityHost, fetch }: EntraDoctorOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  if (tenantId === undefined || tenantId === '') throw new Skip('No tenant is set; the credential knows its own.');
  const host = new URL(authorityHost).host;
  const url = `${authorityHost.replace(/\/+$/, '')}/${encodeURIComponent(tenantId)}/v2.0/.well-known/openid-configuration`;
  let status: number;
  try {
    const response = await fetch(url, { redirect: 'manual', signal });
    await response.text();
    status = response.status;
  } catch (error) {
    return failed(
      `${host} cannot be reached: ${inWords(error)}`,
      'Check AZURE_AUTHORITY_HOST and DEFENDER_CLOUD, DNS, proxy and firewall; for a private authority also NODE_EXTRA_CA_CERTS.',
    );
  }
  if (status === 200) return ok(`${host} knows the tenant ${tenantId}.`);
  if (status === 400 || status === 404) {
    return failed(
      `${host} does not know the tenant ${tenantId}.`,
      'Set AZURE_TENANT_ID to the Directory (tenant) ID on the app registration’s Overview page; for a government cloud set DEFENDER_CLOUD as well.',
    );
  }
  return warning(`${host} answers ${status} when asked about the tenant ${tenantId}.`, 'Try again in a few minutes.');
}

/** Undefined where it is no JSON Web Token. */
function readClaims(token: string): Claims | undefined {
  const [, payload = ''] = token.split('.');
  return claimsOf.safeParse(parseJson(Buffer.from(payload, 'base64url').toString())).data;
}

function judgeToken(claims: Claims | undefined, { scope, tenantId = '', now }: EntraDoctorOptions): Outcome {
  if (claims === undefined) return ok('Entra gave a token. It cannot be read here, so Defender’s answers have to do.');
  const resource = scope.replace(/\/\.default$/, '');
  const { aud = '', tid, exp } = claims;
  if (bare(aud) !== bare(resource) && aud !== defenderAppId) {
    return failed(
      `The token is for ${aud === '' ? 'nobody' : aud}, and Defender takes those for ${resource}.`,
      'Check DEFENDER_SCOPE and DEFENDER_CLOUD: docs/entra.md has the scope of each cloud.',
    );
  }
  if (tid !== undefined && isGuid(tenantId) && tid.toLowerCase() !== tenantId.toLowerCase()) {
    return failed(
      `The token is of the tenant ${tid}, and AZURE_TENANT_ID is ${tenantId}.`,
      'Set AZURE_TENANT_ID to the tenant whose devices Cordon shall restrict, and register the app there.',
    );
  }
  const minutes = exp === undefined ? undefined : Math.round((exp * 1_000 - now()) / 60_000);
  if (minutes !== undefined && minutes <= 5) {
    return failed(
      `Entra gave a token that ends ${minutes <= 0 ? 'before it begins' : `in ${minutes} minutes`} by the clock of this machine.`,
      'Set the clock of this machine by NTP: see clock.host.',
    );
  }
  return ok(`Entra gave one${minutes === undefined ? '' : ` that is good for ${minutes} minutes`}, for ${resource}.`);
}

function judgeRoles(claims: Claims | undefined, { graphUrl }: EntraDoctorOptions): Outcome {
  if (claims === undefined) throw new Skip('The token cannot be read here: see what Defender answers below.');
  const delegated = claims.roles === undefined && claims.scp !== undefined;
  const held = delegated ? (claims.scp ?? '').split(' ') : (claims.roles ?? []);
  const needed = delegated ? neededScopes : neededRoles;
  const missing = needed.filter(({ permission, or }) => ![permission, ...or].some((each) => held.includes(each)));
  const what = delegated ? 'delegated permission' : 'application permission';
  if (missing.length > 0) {
    const names = missing.map(({ permission }) => permission);
    return failed(
      `The token lacks the ${what}${names.length === 1 ? '' : 's'} ${names.join(' and ')}${held.length === 0 ? '; it has none at all' : `; it has ${held.join(', ')}`}.`,
      adviceFor(claims, names, delegated, graphUrl),
    );
  }
  const known = needed.flatMap(({ permission, or }) => [permission, ...or]);
  const more = held.filter((each) => each.startsWith('Machine.') && !known.includes(each));
  const names = needed.map(({ permission }) => permission).join(' and ');
  if (more.length === 0) return ok(`The token carries ${names}.`);
  return warning(
    `The token carries ${names}, and more than Cordon ever uses: ${more.join(', ')}.`,
    'Take these away from Cordon’s app registration: whoever gets hold of its credential could use them.',
  );
}

function adviceFor(claims: Claims, missing: readonly string[], delegated: boolean, graphUrl: string): string {
  const { xms_mirid: identity, oid = '' } = claims;
  if (delegated) return `Add the delegated permission ${missing.join(' and ')} (WindowsDefenderATP) and grant consent.`;
  if (identity === undefined) return howToGrant(missing);
  const after = 'Then restart Cordon; a managed identity’s token may keep its old permissions for a day.';
  if (!isGuid(oid)) return `It is a managed identity, which gets permissions by the script of docs/entra.md. ${after}`;
  const script = grantScript(oid, missing, { graphUrl });
  return `It is a managed identity, which gets permissions by a script. In a shell where az is signed in as Privileged Role Administrator:\n${script}\n${after}`;
}

function bare(address: string): string {
  return address.replace(/\/+$/, '').toLowerCase();
}
