import type { ActionKind } from '../command/model.js';
import type { Operation } from './defender.js';
import { finalStatus, machineActionType, type MachineAction } from './machine-action.js';
import { createLooks, pageLimit } from './look.js';
import { defenderError } from './map-error.js';
import { filters, query } from './odata.js';
import { readMachineAction } from './parse.js';
import { getList, getOne } from './read.js';
import type { Transport } from './transport.js';

/** Reads MachineActions. */
export function createActionReader(transport: Transport) {
  /** Following what is under way must not use up the calls with which people are answered. */
  const polling: Transport = {
    ...transport,
    get: (operation, path) => transport.get(operation, path, 'background'),
  };

  async function get(id: string, by = transport): Promise<MachineAction | undefined> {
    const segment = actionIdSegment(id, 'getMachineAction');
    return getOne(by, 'getMachineAction', `/api/machineactions/${segment}`, readMachineAction);
  }

  function list(filter: string, top: number, skip = 0, by = transport): Promise<MachineAction[]> {
    return getList(by, 'listMachineActions', `/api/machineactions${query(filter, top, skip)}`, readMachineAction);
  }

  const look = createLooks({
    list: (filter, top, skip) => list(filter, top, skip, polling),
    get: (id) => get(id, polling),
  });

  /** One page holds more unfinished actions than the quota lets anybody make in six hours. */
  async function listUnfinished(): Promise<MachineAction[]> {
    const actions = await list(filters.unfinished(Object.values(machineActionType)), pageLimit);
    return actions.filter((action) => finalStatus(action) === undefined);
  }

  async function listOfMachine(machineId: string, kind: ActionKind, since: number): Promise<MachineAction[]> {
    const type = machineActionType[kind];
    const actions = await list(filters.machineActions(machineId, type, since), pageLimit);
    return actions
      .filter((action) => isOr(action.machineId, machineId) && isOr(action.type, type))
      .filter((action) => (createdAt(action) ?? since) >= since)
      .sort((a, b) => (createdAt(b) ?? 0) - (createdAt(a) ?? 0));
  }

  return { get: (id: string) => get(id), look, listOfMachine, listUnfinished };
}

/** The id as a segment of a path. Throws `InvalidInput` for what could lead to another path. */
export function actionIdSegment(id: string, operation: Operation): string {
  if (/^[\w-]+$/.test(id)) return id;
  throw defenderError('InvalidInput', operation, 'an action id that cannot stand in a path', { taken: 'no' });
}

/** Unix ms, or undefined where Defender did not say. */
export function createdAt(action: Pick<MachineAction, 'creationDateTimeUtc'>): number | undefined {
  const at = Date.parse(action.creationDateTimeUtc ?? '');
  return Number.isNaN(at) ? undefined : at;
}

/** The filter was already applied by Defender; a field that it left out does not count against the entry. */
function isOr(value: string | null, wanted: string): boolean {
  return value === null || value.toLowerCase() === wanted.toLowerCase();
}
