import { createServer } from 'node:http';
import express, { type Request, type Response } from 'express';
import { FaultPlan, type Fault } from './faults.js';
import { listenOnLoopback } from './loopback.js';

/** What tokens for the stand-in are asked for; `/.default` is added to it. */
export const graphResource = 'https://graph.microsoft.com';

/** An object in a group as Graph lists one. */
export interface GraphMember {
  readonly id: string;
  readonly type: 'user' | 'group' | 'device';
  readonly accountEnabled?: boolean;
}

/** `403`, `404`, `429`, `500` and `503` refuse; `timeout` never answers; `reset` cuts the connection; `elsewhere` names a next page on another host. */
export type GraphFaultKind = '401' | '403' | '404' | '429' | '500' | '503' | 'timeout' | 'reset' | 'elsewhere';

export interface GraphOptions {
  readonly validToken: (token: string, resource: string) => boolean;
  /** The most that one page has, whatever was asked for; 999 as in Graph. */
  readonly pageSize?: number;
}

/** Microsoft Graph on loopback: the members of groups, and nothing else. */
export interface GraphStandIn {
  readonly url: string;
  /** Paths as they were asked for. */
  readonly calls: readonly string[];
  putGroup(id: string, members: readonly GraphMember[]): void;
  /** The application permissions that were granted; both at first. */
  setPermissions(permissions: readonly ('GroupMember.Read.All' | 'User.Read.All')[]): void;
  fault(fault: Omit<Fault<'members', GraphFaultKind>, 'operation'>): void;
  clearFaults(): void;
  close(): Promise<void>;
}

export async function startGraph({ validToken, pageSize = 999 }: GraphOptions): Promise<GraphStandIn> {
  const groups = new Map<string, readonly GraphMember[]>();
  const calls: string[] = [];
  const faults = new FaultPlan<'members', GraphFaultKind>();
  let permissions: readonly string[] = ['GroupMember.Read.All', 'User.Read.All'];

  function members(request: Request<{ id: string }>, response: Response): void {
    calls.push(request.originalUrl);
    const fault = faults.take('members');
    if (fault?.kind === 'timeout') return;
    if (fault?.kind === 'reset') {
      response.socket?.destroy();
      return;
    }
    const [, token = ''] = /^Bearer (.+)$/.exec(request.get('authorization') ?? '') ?? [];
    if (!validToken(token, graphResource)) {
      refuse(response, 401, 'InvalidAuthenticationToken');
      return;
    }
    if (fault !== undefined && fault.kind !== 'elsewhere') {
      refuse(response, Number(fault.kind), 'Fault');
      return;
    }
    if (!permissions.includes('GroupMember.Read.All')) {
      refuse(response, 403, 'Authorization_RequestDenied');
      return;
    }
    const group = groups.get(request.params.id.toLowerCase());
    if (group === undefined) {
      refuse(response, 404, 'Request_ResourceNotFound');
      return;
    }
    const from = Number(request.query['$skiptoken'] ?? 0);
    const size = Math.min(pageSize, Number(request.query['$top'] ?? 100));
    const to = from + size;
    const host = fault?.kind === 'elsewhere' ? 'https://elsewhere.example' : `http://127.0.0.1:${port}`;
    const next = `${host}/v1.0/groups/${request.params.id}/transitiveMembers?$select=id,accountEnabled&$top=${size}&$skiptoken=${to}`;
    response.json({
      '@odata.context': `${graphResource}/v1.0/$metadata#directoryObjects(id,accountEnabled)`,
      ...(to < group.length || fault?.kind === 'elsewhere' ? { '@odata.nextLink': next } : {}),
      value: group.slice(from, to).map(({ id, type, accountEnabled = true }) => ({
        '@odata.type': `#microsoft.graph.${type}`,
        id,
        // Limited information: without the right to read the type, only its id.
        accountEnabled: type === 'user' && !permissions.includes('User.Read.All') ? null : accountEnabled,
      })),
    });
  }

  const app = express();
  app.disable('x-powered-by');
  app.get('/v1.0/groups/:id/transitiveMembers', members);
  const { port, close } = await listenOnLoopback(createServer(app));
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    putGroup: (id, list) => {
      groups.set(id.toLowerCase(), list);
    },
    setPermissions: (list) => {
      permissions = list;
    },
    fault: (fault) => {
      faults.add(fault);
    },
    clearFaults: () => {
      faults.clear();
    },
    close,
  };
}

function refuse(response: Response, status: number, code: string): void {
  response.status(status).json({ error: { code, message: 'Insufficient privileges to complete the operation.' } });
}
