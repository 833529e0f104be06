import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import express, { type Request, type Response } from 'express';
import type { Operation } from '../src/defender/defender.js';
import { ActionBook, type ActionStatus, type Pace, type StandInAction } from './defender/actions.js';
import { ApiError, QueryError, refusal, type Answer } from './defender/answer.js';
import { failInstead, type DefenderFault, type DefenderFaultKind } from './defender/faults.js';
import { documentedLimits, Quota, type Limit } from './defender/limits.js';
import { MachineList, type StandInMachine } from './defender/machines.js';
import { carryOut, rolesNeeded, type Done, type DuplicateBehaviour } from './defender/operations.js';
import { FaultPlan } from './faults.js';
import { listenOnLoopback } from './loopback.js';

export interface DefenderOptions {
  readonly machines: readonly StandInMachine[];
  /** Unix ms. */
  readonly now: () => number;
  readonly validToken: (token: string) => boolean;
  /** The token's `roles`; when given, the 403 for a missing app role is real. */
  readonly rolesOf?: (token: string) => readonly string[];
  /** Two seconds until an online machine picks an action up and three until it is done, when missing. */
  readonly pace?: Partial<Pace>;
  readonly duplicates?: DuplicateBehaviour;
  /** The documented 100 a minute and 1,500 an hour when missing; none for an empty list. */
  readonly limits?: readonly Limit[];
  /** How long the `late listing` fault hides an action, in ms; three seconds when missing. */
  readonly lateListingMs?: number;
  readonly newId?: () => string;
}

/** One call as the stand-in saw it. `status` is `none` when the caller never got an answer. */
export interface DefenderCall {
  readonly at: number;
  readonly operation: Operation;
  readonly machineId: string | undefined;
  readonly comment: string | undefined;
  readonly status: number | 'none';
  readonly actionId: string | undefined;
  /** The call made a new action: what "exactly once" is judged by. */
  readonly created: boolean;
  /** The fault that was ordered and met this call: a 429 without one is the quota's own. */
  readonly ordered?: DefenderFaultKind;
}

/** Microsoft Defender for Endpoint on loopback. It enforces what the API documents and keeps state; it proves nothing about Microsoft. */
export interface DefenderStandIn {
  /** For `DEFENDER_API_URL`. */
  readonly url: string;
  readonly calls: readonly DefenderCall[];
  /** Newest first, hidden ones included. */
  actions(): StandInAction[];
  machines(): StandInMachine[];
  /** Ids of the machines that are restricted at this moment. */
  restrictedMachines(): string[];
  setStatus(actionId: string, status: ActionStatus): void;
  /** As if somebody restricted the machine in the portal: an action without Cordon's mark that runs for so many ms. */
  beginElsewhere(machineId: string, runsMs: number): void;
  /** Adds the machine, or replaces the one with its id. */
  putMachine(machine: StandInMachine): void;
  setOnline(machineId: string, online: boolean): void;
  setDuplicates(behaviour: DuplicateBehaviour): void;
  /** Of the actions to come; what is missing is as at the start. */
  setPace(pace: Partial<Pace>): void;
  pace(): Pace;
  /** Calls of this operation that each window still takes. */
  quota(operation: Operation): (Limit & { readonly left: number })[];
  fault(fault: DefenderFault): void;
  /** What is still to go wrong, oldest first. */
  faults(): DefenderFault[];
  clearFaults(): void;
  close(): Promise<void>;
}

export type { ActionStatus, DefenderFault, DefenderFaultKind, DuplicateBehaviour, StandInAction, StandInMachine };
export { standInMachine } from './defender/machines.js';

export async function startDefender(options: DefenderOptions): Promise<DefenderStandIn> {
  const { now, newId = randomUUID } = options;
  const machines = new MachineList(options.machines);
  const usualPace: Pace = { pendingMs: 2_000, inProgressMs: 3_000, ...options.pace };
  const actions = new ActionBook(usualPace, newId);
  const quota = new Quota(options.limits ?? documentedLimits);
  const faults = new FaultPlan<Operation, DefenderFaultKind>();
  const calls: DefenderCall[] = [];
  let duplicates = options.duplicates ?? 'refuse';

  function checkToken(request: Request, operation: Operation): void {
    const [, token] = /^Bearer (.+)$/.exec(request.get('authorization') ?? '') ?? [];
    if (token === undefined || !options.validToken(token)) throw refusal.unauthorized();
    const held = options.rolesOf?.(token);
    if (held !== undefined && !rolesNeeded[operation].some((role) => held.includes(role))) {
      throw refusal.forbidden(rolesNeeded[operation], held);
    }
  }

  function serve(operation: Operation, request: Request, response: Response): void {
    const at = now();
    const id = typeof request.params.id === 'string' ? request.params.id : '';
    const body = bodyOf(request);
    let fault: DefenderFault | undefined;
    const settle = (status: number | 'none', done?: Done): void => {
      calls.push({
        at,
        operation,
        machineId: done?.action?.machineId ?? (namesMachine(operation) ? id : undefined),
        comment: commentOf(body),
        status,
        actionId: done?.action?.id ?? (namesAction(operation) ? id : undefined),
        created: done?.created ?? false,
        ...(fault === undefined ? {} : { ordered: fault.kind }),
      });
    };
    try {
      checkToken(request, operation);
      quota.take(operation, at);
      // Only now: a call that is refused anyway must not use up a fault that was meant for the next one.
      fault = faults.take(operation);
      const failed = failInstead(fault, response);
      if (failed !== undefined) {
        settle(failed);
        return;
      }
      const late = fault?.kind === 'late listing' || fault?.kind === 'lost and late';
      const listedAfterMs = late ? (options.lateListingMs ?? 3_000) : 0;
      const query = new URL(request.originalUrl, 'http://localhost').searchParams;
      const done = carryOut({ operation, id, query, body, now: at, listedAfterMs }, { machines, actions, duplicates });
      settle(losesAnswer(fault) ? 'none' : done.status, done);
      answerWith(done, fault, response);
    } catch (error) {
      const answer = refusalOf(error, newId());
      settle(answer.status);
      send(answer, response);
    }
  }

  const app = express();
  app.disable('x-powered-by');
  app.use(express.text({ type: () => true }));
  for (const [method, pattern, operation] of routes) {
    app[method](pattern, (request, response) => {
      serve(operation, request, response);
    });
  }
  app.use((_request, response) => {
    send(new ApiError(404, 'NotFound', 'The resource was not found').answer(newId()), response);
  });

  const { port, close } = await listenOnLoopback(createServer(app));
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    actions: () => actions.all(now()),
    machines: () => machines.all(),
    restrictedMachines: () => actions.restrictedMachines(now()),
    setStatus: (actionId, status) => void actions.setStatus(actionId, status, now()),
    beginElsewhere: (machineId, runsMs) => {
      const usual = actions.pace;
      actions.setPace({ pendingMs: 0, inProgressMs: runsMs });
      const { computerDnsName } = machines.get(machineId);
      const about = { type: 'RestrictCodeExecution', machineId, computerDnsName, comment: 'From the portal' } as const;
      actions.create(about, { now: now(), online: machines.isOnline(machineId), listedAt: now() });
      actions.setPace(usual);
    },
    putMachine: (machine) => {
      machines.put(machine);
    },
    setOnline: (machineId, online) => {
      machines.put({ ...machines.get(machineId), healthStatus: online ? 'Active' : 'Inactive' });
      actions.machineIs(machineId, online, now());
    },
    setDuplicates: (behaviour) => {
      duplicates = behaviour;
    },
    setPace: (pace) => {
      actions.setPace({ ...usualPace, ...pace });
    },
    pace: () => actions.pace,
    quota: (operation) => quota.left(operation, now()),
    fault: (fault) => {
      faults.add(fault);
    },
    faults: () => faults.planned(),
    clearFaults: () => {
      faults.clear();
    },
    close,
  };
}

// `/api` is the latest version, `/api/v1.0` pins it. The first match wins, so the narrow patterns come first.
// \x28 is a parenthesis: Express counts every `\(` in a pattern as a group.
const routes: readonly (readonly ['get' | 'post', RegExp, Operation])[] = [
  ['post', /^\/api\/(?:v1\.0\/)?machines\/(?<id>[^/]+)\/restrictCodeExecution$/, 'restrictCodeExecution'],
  ['post', /^\/api\/(?:v1\.0\/)?machines\/(?<id>[^/]+)\/unrestrictCodeExecution$/, 'unrestrictCodeExecution'],
  ['post', /^\/api\/(?:v1\.0\/)?machineactions\/(?<id>[^/]+)\/cancel$/i, 'cancelMachineAction'],
  ['get', /^\/api\/(?:v1\.0\/)?machineactions\/(?<id>[^/]+)$/i, 'getMachineAction'],
  ['get', /^\/api\/(?:v1\.0\/)?machineactions$/i, 'listMachineActions'],
  ['get', /^\/api\/(?:v1\.0\/)?machines\/findbyip\x28(?<id>.*)\x29$/, 'findMachinesByIp'],
  ['get', /^\/api\/(?:v1\.0\/)?machines\/(?<id>[^/]+)$/, 'getMachine'],
  ['get', /^\/api\/(?:v1\.0\/)?machines$/, 'listMachines'],
];

function answerWith(done: Done, fault: DefenderFault | undefined, response: Response): void {
  if (losesAnswer(fault)) response.socket?.destroy();
  else if (fault?.kind === 'empty') response.status(done.status).end();
  else if (fault?.kind === 'no id') send({ ...done, body: { ...Object(done.body), id: undefined } }, response);
  else send(done, response);
}

function losesAnswer(fault: DefenderFault | undefined): boolean {
  return fault?.kind === 'lost answer' || fault?.kind === 'lost and late';
}

function send({ status, body, headers = {} }: Answer, response: Response): void {
  response.status(status).set(headers).json(body);
}

function refusalOf(error: unknown, target: string): Answer {
  if (error instanceof ApiError) return error.answer(target);
  return error instanceof QueryError ? error.answer() : refusal.internal().answer(target);
}

/** The parsed body; undefined for a body that is not JSON, which the operation then refuses. */
function bodyOf(request: Request): unknown {
  try {
    return typeof request.body === 'string' ? JSON.parse(request.body) : undefined;
  } catch {
    return undefined;
  }
}

function namesMachine(operation: Operation): boolean {
  return operation === 'restrictCodeExecution' || operation === 'unrestrictCodeExecution' || operation === 'getMachine';
}

function namesAction(operation: Operation): boolean {
  return operation === 'getMachineAction' || operation === 'cancelMachineAction';
}

function commentOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('Comment' in body)) return undefined;
  return typeof body.Comment === 'string' ? body.Comment : undefined;
}
