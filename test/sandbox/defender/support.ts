import {
  standInMachine,
  startDefender,
  type DefenderOptions,
  type DefenderStandIn,
} from '../../../sandbox/defender.js';

export const laptop = standInMachine({
  id: '1e5bc9d7e413ddd7902c2932e418702b84d0cc07',
  computerDnsName: 'laptop-7.contoso.com',
  aadDeviceId: '80fe8ff8-2624-418e-9591-41f0491218f9',
  lastIpAddress: '10.1.2.3',
});
export const twin = standInMachine({
  id: '2e5bc9d7e413ddd7902c2932e418702b84d0cc08',
  computerDnsName: 'laptop-7.contoso.com',
  healthStatus: 'Inactive',
  lastIpAddress: '10.1.2.3',
  lastSeen: '2026-11-20T08:00:00.0000000Z',
});
export const mac = standInMachine({ id: '3'.repeat(40), computerDnsName: 'mac-1.contoso.com', osPlatform: 'macOS' });

export const noon = Date.parse('2026-11-23T12:00:00Z');

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** A stand-in whose clock is moved by hand, and the calls a client makes of it. */
export interface Bench {
  readonly defender: DefenderStandIn;
  wait(ms: number): void;
  get(path: string, token?: string): Promise<Reply>;
  post(path: string, body: unknown): Promise<Reply>;
  restrict(id?: string, comment?: string): Promise<Reply>;
}

export async function startBench(options: Partial<DefenderOptions> = {}): Promise<Bench> {
  let now = noon;
  const defender = await startDefender({
    machines: [laptop, twin, mac],
    now: () => now,
    validToken: (token) => token === 'good',
    ...options,
  });
  const call = async (path: string, init: RequestInit, token = 'good'): Promise<Reply> => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const response = await fetch(`${defender.url}${path}`, { ...init, headers });
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json') === true && text !== '';
    const body = json ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, headers: response.headers, text, body };
  };
  const post = (path: string, body: unknown): Promise<Reply> =>
    call(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
  return {
    defender,
    wait: (ms) => {
      now += ms;
    },
    get: (path, token) => call(path, {}, token),
    post,
    restrict: (id = laptop.id, comment = 'Incident 7') =>
      post(`/api/machines/${id}/restrictCodeExecution`, { Comment: comment }),
  };
}

export function codeOf(reply: Reply): unknown {
  return (reply.body.error as { code?: unknown } | undefined)?.code;
}

export function valuesOf(reply: Reply): Record<string, unknown>[] {
  return reply.body.value as Record<string, unknown>[];
}
