import type { ActionKind } from '../command/model.js';
import type { Operation } from './defender.js';
import { DefenderError } from './errors.js';
import { finalStatus, machineActionType, type MachineAction } from './machine-action.js';
import { defenderError } from './map-error.js';
import { filters, query } from './odata.js';
import { readMachineAction } from './parse.js';
import { getList, getOne } from './read.js';
import type { Transport } from './transport.js';

/** OData services commonly stop at 100 filter nodes; Microsoft publishes no number for this API. */
const idsPerCall = 50;
const pageLimit = 10_000;
/** Longer than Cordon follows an action. */
const lookBackMs = 30 * 24 * 3_600_000;

/** Ways to read several actions, cheapest first: `id in (…)`, everything recent of both kinds, one by one. */
type ListingMode = 'ids' | 'recent' | 'single';
const nextMode = { ids: 'recent', recent: 'single' } as const;

/** Reads MachineActions. Remembers, for its lifetime, which filters this Defender refused. */
export function createActionReader(transport: Transport, now: () => number) {
  let mode: ListingMode = 'ids';
  /** Following what is under way must not use up the calls with which people are answered. */
  const polling: Transport = {
    ...transport,
    get: (operation, path) => transport.get(operation, path, 'background'),
  };

  async function get(id: string, by = transport): Promise<MachineAction | undefined> {
    const segment = actionIdSegment(id, 'getMachineAction');
    return getOne(by, 'getMachineAction', `/api/machineactions/${segment}`, readMachineAction);
  }

  function list(filter: string, top: number, by = transport): Promise<MachineAction[]> {
    return getList(by, 'listMachineActions', `/api/machineactions${query(filter, top)}`, readMachineAction);
  }

  /** One after the other: side by side they would only queue at the gate, ahead of what is more urgent. */
  async function inTurn<T>(items: readonly T[], read: (item: T) => Promise<MachineAction[]>): Promise<MachineAction[]> {
    const found: MachineAction[] = [];
    for (const item of items) found.push(...(await read(item)));
    return found;
  }

  const listIn: Readonly<Record<ListingMode, (ids: readonly string[]) => Promise<MachineAction[]>>> = {
    ids: (ids) => inTurn(chunks(ids, idsPerCall), (chunk) => list(filters.ids(chunk), chunk.length, polling)),
    recent: (ids) =>
      inTurn(Object.values(machineActionType), async (type) => {
        const recent = await list(filters.typeSince(type, now() - lookBackMs), pageLimit, polling);
        return recent.filter((action) => ids.includes(action.id));
      }),
    single: (ids) =>
      inTurn(ids, async (id) => {
        const action = await get(id, polling);
        return action === undefined ? [] : [action];
      }),
  };

  async function listByIds(ids: readonly string[]): Promise<MachineAction[]> {
    const wanted = [...new Set(ids)];
    if (wanted.length === 0) return [];
    const tried = mode;
    try {
      return await listIn[tried](wanted);
    } catch (thrown) {
      if (tried === 'single' || !isRefusedFilter(thrown)) throw thrown;
      mode = nextMode[tried];
      return listByIds(wanted);
    }
  }

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

  return { get: (id: string) => get(id), listByIds, listOfMachine, listUnfinished };
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

function isRefusedFilter(thrown: unknown): boolean {
  return thrown instanceof DefenderError && thrown.code === 'ODataError';
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}
