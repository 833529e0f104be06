/**
 * Who is in an Entra group, by Microsoft Graph. Guarantees: the token goes to the configured host alone (no redirect is followed,
 * and a next page only there); an answer is complete or an error; an account counts only where Graph says that it is enabled.
 * Source: learn.microsoft.com `graph/api/group-list-transitivemembers`. Its cast to users would need the eventual index, which may
 * be behind: the plain list is read, and the users are picked out here.
 */
import { z } from 'zod';
import type { TokenSource } from '../defender/credentials.js';
import { CordonError, messageOf } from '../errors.js';
import type { GroupRef, GroupSource } from '../policy/groups.js';

export interface GraphOptions {
  /** Without a trailing slash; `/v1.0/...` is appended. */
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  /** For Graph's scope. */
  readonly token: TokenSource;
  /** The tenant that the token is for, in lower case: it says nothing about groups of another. */
  readonly tenantId: string;
  readonly userAgent: string;
}

/** 20 pages of 999: whoever has larger groups of approvers has another problem. */
const mostPages = 20;

const page = z.object({
  value: z.array(
    z.object({
      '@odata.type': z.string().optional(),
      id: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
      accountEnabled: z.boolean().nullish(),
    }),
  ),
  '@odata.nextLink': z.string().optional(),
});
type Page = z.infer<typeof page>;

/** Throws `CordonError`: `graph_http_<status>`, `graph_unreachable`, `graph_unreadable`, `graph_too_large`, `graph_hidden_accounts`, `graph_tenant`, `graph_token`. */
export function createEntraGroups(options: GraphOptions): GroupSource {
  const { baseUrl, tenantId } = options;

  async function get(url: string, signal: AbortSignal, ref: GroupRef, refreshed = false): Promise<Page> {
    const bearer = await options.token(refreshed).catch((thrown: unknown) => {
      throw problem('graph_token', thrown instanceof CordonError ? thrown.userText : undefined, thrown);
    });
    let response: Response;
    let body: string;
    try {
      response = await options.fetch(url, {
        headers: { Authorization: `Bearer ${bearer}`, Accept: 'application/json', 'User-Agent': options.userAgent },
        redirect: 'manual',
        signal,
      });
      body = await response.text();
    } catch (thrown) {
      throw problem('graph_unreachable', 'Microsoft Graph does not answer. Try again in a moment.', thrown);
    }
    if (response.status === 401 && !refreshed) return get(url, signal, ref, true);
    if (response.status !== 200) throw problem(`graph_http_${response.status}`, refusal(response.status, ref));
    const read = page.safeParse(jsonOf(body));
    if (!read.success) throw problem('graph_unreadable', 'Microsoft Graph does not answer with a list of members.');
    return read.data;
  }

  return {
    async members(ref, signal) {
      if (ref.tenant !== tenantId) {
        throw problem('graph_tenant', `it belongs to the tenant ${ref.tenant}, and Cordon signs in to ${tenantId}.`);
      }
      const members: string[] = [];
      let url = `${baseUrl}/v1.0/groups/${ref.id}/transitiveMembers?$select=id,accountEnabled&$top=999`;
      for (let count = 0; count < mostPages; count += 1) {
        const { value, '@odata.nextLink': next } = await get(url, signal, ref);
        for (const { '@odata.type': type, id, accountEnabled } of value) {
          if (type !== '#microsoft.graph.user') continue;
          // Without the right to read users Graph lists them, but says nothing more about them.
          if (typeof accountEnabled !== 'boolean') throw problem('graph_hidden_accounts', hiddenAccounts);
          if (accountEnabled) members.push(`entra:${ref.tenant}:${id.toLowerCase()}`);
        }
        if (next === undefined) return members;
        if (!next.startsWith(`${baseUrl}/v1.0/`))
          throw problem('graph_unreadable', 'its next page is on another host.');
        url = next;
      }
      throw problem('graph_too_large', `it has more than ${mostPages} pages of members: name a smaller group.`);
    },
  };
}

const consent = 'grant admin consent, and restart Cordon: see docs/entra.md.';
const hiddenAccounts = `Microsoft Graph does not say whose accounts are enabled. Give Cordon's app registration the application permission User.Read.All, ${consent}`;

function refusal(status: number, { id }: GroupRef): string {
  switch (status) {
    case 403:
      return `Microsoft Graph does not let Cordon read it. Give Cordon's app registration the application permissions GroupMember.Read.All and User.Read.All, ${consent}`;
    case 404:
      return `Entra has no group ${id}: it was deleted, or the id in the policy is wrong.`;
    case 401:
      return 'Microsoft Graph does not accept the sign-in of Cordon: check CORDON_GRAPH_SCOPE and DEFENDER_CLOUD.';
    default:
      return `Microsoft Graph answers ${status}. Try again in a moment.`;
  }
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function problem(code: string, userText: string | undefined, cause?: unknown): CordonError {
  const message = cause === undefined ? (userText ?? code) : `${code}: ${messageOf(cause)}`;
  return new CordonError(code, message, {
    ...(cause === undefined ? {} : { cause }),
    ...(userText === undefined ? {} : { userText }),
  });
}
