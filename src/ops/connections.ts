import { Agent as HttpAgent, type AgentOptions, globalAgent as nodesHttpAgent } from 'node:http';
import { Agent as HttpsAgent, globalAgent as nodesHttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import crossFetch from 'cross-fetch';
import { systemCode } from '../network.js';

/**
 * The connections on which Cordon's own calls leave. Guarantees: an idle one is used again only within `idleMs` of its last answer, by
 * the clock as well as by the timer, which is late in a process that was paused; a server that keeps its connections for longer
 * than that has not hung up meanwhile, unless it is being stopped. A call made apart has a connection that nothing else used or
 * will use. Does not guarantee that no answer is lost: a server that is being stopped may hang up on a call that it never read, which
 * looks like any lost answer. So a call that must not be in doubt for that is made apart: see `fetchOnce`.
 */
export interface Connections {
  /**
   * Over kept connections. Where one of these broke before it answered a GET, the GET is made once more, apart: it changes
   * nothing, and a connection that was never used before gets no second try.
   */
  readonly fetch: typeof globalThis.fetch;
  /** For callers that count their calls: one call, whatever happens. A GET goes over a kept connection, all else apart. */
  readonly fetchOnce: typeof globalThis.fetch;
}

export interface ConnectionsOptions {
  /** Unix ms, the machine's own: it has to move on while the process or the machine is paused. */
  readonly now: () => number;
  readonly idleMs?: number;
}

/** Node's servers and those of the same design keep an idle connection for 5 s, load balancers for a minute and more. */
const usualIdleMs = 1_500;
/** Of one host. More than Cordon's loops do side by side, so that a burst leaves no pile. */
const mostIdle = 16;

/** What a connection that the server closed meanwhile ends with; node-fetch passes Node's code on, "socket hang up" is the first. */
const broken: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/** node-fetch's option beside those of the standard. */
type Init = RequestInit & { readonly agent: (url: URL) => HttpAgent };

export function createConnections({ now, idleMs = usualIdleMs }: ConnectionsOptions): Connections {
  const idleSince = new WeakMap<Duplex, number>();
  let usedAgain = 0;

  function keep<A extends HttpAgent>(agent: A): A {
    agent.on('free', (socket: Duplex) => idleSince.set(socket, now()));
    agent.reuseSocket = (socket, request) => {
      HttpAgent.prototype.reuseSocket.call(agent, socket, request);
      usedAgain += 1;
    };
    return agent;
  }

  const kept = { keepAlive: true, timeout: idleMs, maxFreeSockets: mostIdle, scheduling: 'lifo' } as const;
  const keptHttp = keep(new HttpAgent({ ...fromNode(nodesHttpAgent), ...kept }));
  const keptHttps = keep(new HttpsAgent({ ...fromNode(nodesHttpsAgent), ...kept }));
  // Its own as well: an agent for https remembers TLS sessions, which makes the next handshake shorter.
  const apartHttp = new HttpAgent({ ...fromNode(nodesHttpAgent), keepAlive: false, timeout: 0 });
  const apartHttps = new HttpsAgent({ ...fromNode(nodesHttpsAgent), keepAlive: false, timeout: 0 });

  const overKept = ({ protocol }: URL): HttpAgent => {
    const agent = protocol === 'https:' ? keptHttps : keptHttp;
    closeStale(agent, (socket) => {
      const idleMsNow = now() - (idleSince.get(socket) ?? 0);
      return !socket.writable || idleMsNow < 0 || idleMsNow >= idleMs;
    });
    return agent;
  };
  const apart = ({ protocol }: URL): HttpAgent => (protocol === 'https:' ? apartHttps : apartHttp);

  function call(input: RequestInfo | URL, init: RequestInit | undefined, agent: Init['agent']): Promise<Response> {
    const withAgent: Init = { ...init, agent };
    return crossFetch(input, withAgent);
  }

  return {
    async fetch(input, init) {
      const before = usedAgain;
      const answer = call(input, init, overKept);
      // node-fetch takes its connection before it returns: so what was counted meanwhile is this call.
      const onUsed = usedAgain > before;
      try {
        return await answer;
      } catch (error) {
        if (!onUsed || !isRead(input, init) || !broken.has(systemCode(error) ?? '')) throw error;
        return call(input, init, apart);
      }
    },
    fetchOnce: (input, init) => call(input, init, isRead(input, init) ? overKept : apart),
  };
}

function isRead(input: RequestInfo | URL, init: RequestInit | undefined): boolean {
  const method = init?.method ?? (typeof input === 'string' || input instanceof URL ? 'GET' : input.method);
  return method.toUpperCase() === 'GET';
}

/**
 * The last that was used is the first to be used again, and Node passes over closed ones at the front of its list alone: so with one
 * that is stale, all before it are closed.
 */
function closeStale(agent: HttpAgent, isStale: (socket: Duplex) => boolean): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    if (sockets === undefined) continue;
    for (const socket of sockets.slice(0, sockets.findLastIndex(isStale) + 1)) socket.destroy();
  }
}

/** What Node's own agent was made with, such as the proxy that Node 24 takes from the environment where it is told to. */
function fromNode(agent: HttpAgent): AgentOptions {
  return 'options' in agent ? (agent.options as AgentOptions) : {};
}
