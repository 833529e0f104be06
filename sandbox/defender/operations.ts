import type { Operation } from '../../src/defender/defender.js';
import { machineActionType } from '../../src/defender/machine-action.js';
import type { ActionBook, ActionType, StandInAction } from './actions.js';
import { actionFields } from './actions.js';
import { ApiError, refusal, type Answer } from './answer.js';
import { machineFields, type MachineList } from './machines.js';
import { runQuery } from './query.js';

/** Whether a second action of a kind is refused, or the unfinished one is handed back. Both have been seen. */
export type DuplicateBehaviour = 'refuse' | 'return';

export interface Call {
  readonly operation: Operation;
  /** The machine or action in the path; empty where there is none. */
  readonly id: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly now: number;
  /** Ms for which reads do not find an action that this call creates. */
  readonly listedAfterMs: number;
}

export interface Done extends Answer {
  readonly action?: StandInAction;
  readonly created?: boolean;
}

interface Tenant {
  readonly machines: MachineList;
  readonly actions: ActionBook;
  readonly duplicates: DuplicateBehaviour;
}

// Real answers name another host than the one that was called, so that nobody builds addresses from it.
const metadata = 'https://api-eu.securitycenter.microsoft.com/api/$metadata';

/** What each operation needs of the token's `roles`: one of these. */
export const rolesNeeded: Readonly<Record<Operation, readonly string[]>> = {
  restrictCodeExecution: ['Machine.RestrictExecution'],
  unrestrictCodeExecution: ['Machine.RestrictExecution'],
  cancelMachineAction: ['Machine.RestrictExecution', 'Machine.Isolate', 'Machine.Scan', 'Machine.CollectForensics'],
  getMachine: ['Machine.Read.All', 'Machine.ReadWrite.All'],
  listMachines: ['Machine.Read.All', 'Machine.ReadWrite.All'],
  findMachinesByIp: ['Machine.Read.All', 'Machine.ReadWrite.All'],
  getMachineAction: ['Machine.Read.All', 'Machine.ReadWrite.All'],
  listMachineActions: ['Machine.Read.All', 'Machine.ReadWrite.All'],
};

/** Does one call. Throws `ApiError` and `QueryError`. */
export function carryOut(call: Call, tenant: Tenant): Done {
  const { machines, actions } = tenant;
  switch (call.operation) {
    case 'restrictCodeExecution':
      return submit(call, machineActionType.restrict, tenant);
    case 'unrestrictCodeExecution':
      return submit(call, machineActionType.release, tenant);
    case 'cancelMachineAction':
      return entity(200, actions.cancel(call.id, readComment(call.body, { required: false }), call.now));
    case 'getMachineAction':
      return entity(200, actions.get(call.id, call.now));
    case 'listMachineActions':
      return {
        status: 200,
        body: runQuery(
          asRecords(actions.all(call.now, { visible: true })),
          call.query,
          actionFields,
          `${metadata}#MachineActions`,
        ),
      };
    case 'getMachine':
      return {
        status: 200,
        body: { '@odata.context': `${metadata}#Machines/$entity`, ...machines.getByIdOrName(call.id) },
      };
    case 'listMachines':
      return listMachines(call, machines);
    case 'findMachinesByIp':
      return findByIp(call, machines);
  }
}

function submit(call: Call, type: ActionType, { machines, actions, duplicates }: Tenant): Done {
  const comment = readComment(call.body, { required: true });
  const machine = machines.get(call.id);
  if (!machine.osPlatform.startsWith('Windows')) {
    throw new ApiError(400, 'OsPlatformNotSupported', `Action is not supported on OS platform ${machine.osPlatform}`);
  }
  const running = actions.running(machine.id, type, call.now);
  if (running !== undefined && duplicates === 'refuse') throw refusal.duplicate();
  if (running !== undefined) return { ...entity(201, running), created: false };
  const action = actions.create(
    { type, machineId: machine.id, computerDnsName: machine.computerDnsName, comment },
    { now: call.now, online: machines.isOnline(machine.id), listedAt: call.now + call.listedAfterMs },
  );
  return { ...entity(201, action), created: true };
}

function listMachines({ query }: Call, machines: MachineList): Done {
  const all = machines.all();
  // The page says so: no recent machines is a 404, not an empty list.
  if (all.length === 0) throw new ApiError(404, 'NotFound', 'No machines were found');
  return { status: 200, body: runQuery(asRecords(all), query, machineFields, `${metadata}#Machines`) };
}

function findByIp({ id, now }: Call, machines: MachineList): Done {
  const [, ip = '', timestamp = ''] = /^ip='([^']*)',\s*timestamp=([^']+)$/.exec(id) ?? [];
  if (timestamp === '') throw new ApiError(400, 'InvalidInput', "Expected findbyip(ip='{IP}',timestamp={TimeStamp})");
  const value = machines.findByIp(ip, Date.parse(timestamp), now);
  return { status: 200, body: { '@odata.context': `${metadata}#Machines`, value } };
}

function entity(status: number, action: StandInAction): Done {
  return { status, body: { '@odata.context': `${metadata}#MachineActions/$entity`, ...action }, action };
}

function asRecords(entities: readonly object[]): Readonly<Record<string, unknown>>[] {
  return entities.map((each) => ({ ...each }));
}

/** Body parameter names are case-sensitive; an unknown one is an invalid body. */
function readComment(body: unknown, { required }: { required: boolean }): string {
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  const unknown = Object.keys(fields).find((name) => name !== 'Comment');
  if (typeof body !== 'object' || Array.isArray(body) || unknown !== undefined) {
    throw new ApiError(
      400,
      'InvalidRequestBody',
      `Request body is incorrect${unknown === undefined ? '' : `: ${unknown}`}`,
    );
  }
  const comment = fields.Comment;
  if (comment !== undefined && typeof comment !== 'string') {
    throw new ApiError(400, 'InvalidRequestBody', 'Request body is incorrect: Comment');
  }
  if (required && (comment ?? '').trim() === '') {
    throw new ApiError(400, 'MissingRequiredParameter', 'Required parameter Comment is missing');
  }
  return comment ?? '';
}
