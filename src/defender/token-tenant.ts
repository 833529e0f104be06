import { z } from 'zod';
import { CordonError } from '../errors.js';
import { isGuid } from './odata.js';

const claims = z.object({ tid: z.string() });

/**
 * A managed identity is of the tenant of its Azure subscription, whatever the settings say, and the groups that Graph names would be
 * taken for those of `AZURE_TENANT_ID`. Undefined where the token is of that tenant, or where it cannot be told: a token's content is
 * promised to nobody but its API. The error has code `other_tenant`.
 */
export function otherTenant(token: string, tenantId: string): CordonError | undefined {
  const tenant = tenantOf(token);
  if (tenant === undefined || !isGuid(tenantId) || tenant.toLowerCase() === tenantId.toLowerCase()) return undefined;
  const why = 'the managed identity belongs to another tenant than AZURE_TENANT_ID says';
  return new CordonError('other_tenant', why, {
    userText: `Cordon cannot sign in to Entra: ${why}. Set AZURE_TENANT_ID to the tenant of its Azure subscription, or use another credential.`,
  });
}

function tenantOf(token: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const read = claims.safeParse(payload);
    return read.success ? read.data.tid : undefined;
  } catch {
    return undefined;
  }
}
