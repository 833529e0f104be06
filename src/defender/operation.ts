import type { ActionKind } from '../command/model.js';
import type { Operation } from './defender.js';

interface OperationFacts {
  /** Whether the call changes something at Defender. */
  readonly writes: boolean;
  /** The application permission that it needs, with the least privilege. Source: the operation's own page in defender-docs. */
  readonly permission: 'Machine.RestrictExecution' | 'Machine.Read.All';
  /** Completes "Defender could not …". */
  readonly aim: string;
}

const lookUp: OperationFacts = { writes: false, permission: 'Machine.Read.All', aim: 'look up the device' };
const readActions: OperationFacts = {
  writes: false,
  permission: 'Machine.Read.All',
  aim: 'read the state of the action',
};

export const operationFacts: Readonly<Record<Operation, OperationFacts>> = {
  restrictCodeExecution: { writes: true, permission: 'Machine.RestrictExecution', aim: 'restrict app execution' },
  unrestrictCodeExecution: { writes: true, permission: 'Machine.RestrictExecution', aim: 'remove the app restriction' },
  cancelMachineAction: { writes: true, permission: 'Machine.RestrictExecution', aim: 'cancel the action' },
  getMachine: lookUp,
  listMachines: lookUp,
  findMachinesByIp: lookUp,
  getMachineAction: readActions,
  listMachineActions: readActions,
};

/** The last segment of the submission's path, which is also the name of its quota. */
export const submitOperation = {
  restrict: 'restrictCodeExecution',
  release: 'unrestrictCodeExecution',
} as const satisfies Record<ActionKind, Operation>;
