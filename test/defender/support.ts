import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import crossFetch, { Response } from 'cross-fetch';
import sinon from 'sinon';
import { createDefenderClient, type DefenderClientOptions } from '../../src/defender/client.js';
import type { Operation } from '../../src/defender/defender.js';
import { DefenderError, type DefenderErrorCode } from '../../src/defender/errors.js';
import type { Call, TakeOptions } from '../../src/defender/throttle.js';

export const machineId = '1e5bc9d7e413ddd7902c2932e418702b84d0cc07';
export const actionId = '78d408d1-384c-4c19-8b57-ba39e378011a';
export const correlation = '43f4cb08-8fac-4b65-9db1-745c2ae65f3a';
export const now = Date.parse('2026-11-23T09:00:00Z');

/** A live body (MicrosoftDocs/microsoft-365-docs issue 12638), with this action's type. */
export function wireAction(over: object = {}): object {
  return {
    '@odata.context': 'https://api.securitycenter.microsoft.com/api/$metadata#MachineActions/$entity',
    id: actionId,
    type: 'RestrictCodeExecution',
    title: null,
    requestor: 'Customer App',
    requestorComment: 'Ransomware on pc1',
    status: 'Pending',
    machineId,
    computerDnsName: 'pc1.contoso.com',
    creationDateTimeUtc: '2026-11-23T09:00:00.1341831Z',
    lastUpdateDateTimeUtc: '2026-11-23T09:00:00.1341838Z',
    cancellationRequestor: null,
    cancellationComment: null,
    cancellationDateTimeUtc: null,
    errorHResult: 0,
    scope: null,
    externalId: null,
    requestSource: 'PublicApi',
    relatedFileInfo: null,
    commands: [],
    troubleshootInfo: null,
    ...over,
  };
}

export function wireError(code: string, message = '', target: string | undefined = correlation): object {
  return { error: { code, message, target } };
}

/** What the fake answers: an object becomes JSON, an Error is thrown as a failure of the network. */
export type Reply = { status: number; body?: object | string; headers?: Record<string, string> } | Error;

export interface Sent {
  readonly method: string;
  /** Path and query, percent-decoded. */
  readonly path: string;
  readonly authorization: string;
  readonly body: unknown;
}

/** A client on a scripted fetch: one reply per call, in order; a call too many fails the test. */
export function scripted(replies: readonly Reply[], over: Partial<DefenderClientOptions> = {}) {
  const left = [...replies];
  const sent: Sent[] = [];
  const fetch = (input: unknown, init: RequestInit = {}): Promise<globalThis.Response> => {
    const url = new URL(String(input));
    sent.push({
      method: init.method ?? 'GET',
      path: decodeURIComponent(url.pathname + url.search),
      authorization: new Headers(init.headers).get('authorization') ?? '',
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    });
    const reply = left.shift();
    if (reply === undefined) throw new Error(`unexpected call ${String(sent.length)}: ${url.href}`);
    if (reply instanceof Error) return Promise.reject(reply);
    const body = typeof reply.body === 'object' ? JSON.stringify(reply.body) : (reply.body ?? '');
    return Promise.resolve(new Response(body, { status: reply.status, headers: reply.headers ?? {} }));
  };
  const options = clientOptions();
  return { defender: createDefenderClient({ ...options, fetch, ...over }), sent, options };
}

/** One call of the quota, with all the time to leave unless told otherwise. */
export function heldCall(leaveBy = Infinity) {
  return { leaveBy, done: sinon.stub<[], Promise<void>>().resolves() } satisfies Call;
}

/** Options with a token that counts its refreshes (`t1`, `t2`, …) and a gate that is always open and remembers its calls. */
export function clientOptions() {
  let tokens = 1;
  const taken: ReturnType<typeof heldCall>[] = [];
  return {
    baseUrl: 'https://defender.test/',
    fetch: crossFetch,
    token: sinon.spy((force?: boolean) => Promise.resolve(`t${String(force === true ? ++tokens : tokens)}`)),
    taken,
    gate: sinon.stub<[Operation, TakeOptions?], Promise<Call>>().callsFake(() => {
      const call = heldCall();
      taken.push(call);
      return Promise.resolve(call);
    }),
    onThrottled: sinon.stub<[Operation, number | undefined], Promise<void>>().resolves(),
    timeoutMs: 5_000,
    now: () => now,
    logger: { debug: sinon.spy(), warn: sinon.spy() },
    userAgent: 'MdePartner-Cordon-Cordon/1.2.3',
  } satisfies DefenderClientOptions & { taken: unknown };
}

/** The DefenderError that the work fails with. */
export async function failure(work: Promise<unknown>): Promise<DefenderError> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof DefenderError) return thrown;
    throw thrown;
  }
  throw new Error('it did not fail');
}

export function hasCode(code: DefenderErrorCode): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof DefenderError && thrown.code === code;
}

/** A server on loopback for as long as the work lasts. */
export async function serving<T>(listener: RequestListener, work: (baseUrl: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
