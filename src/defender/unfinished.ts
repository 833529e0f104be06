import type { Defender } from './defender.js';
import type { MachineAction } from './machine-action.js';

/** The unfinished restrict and release actions of a device, whoever asked for them. May throw a `DefenderError`. */
export type Unfinished = (machineId: string) => Promise<readonly MachineAction[]>;

/** So old may an answer be: many Requests that are sent at the same time share one call. */
const freshMs = 1_000;

/** One list for all devices, asked for when somebody needs it. */
export function createUnfinished(defender: Pick<Defender, 'listUnfinished'>, now: () => number): Unfinished {
  let asked: { readonly at: number; readonly actions: Promise<readonly MachineAction[]> } | undefined;

  return async (machineId) => {
    if (asked === undefined || now() - asked.at > freshMs || now() < asked.at) {
      asked = { at: now(), actions: defender.listUnfinished() };
    }
    const actions = await asked.actions.catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
    return actions.filter((action) => action.machineId?.toLowerCase() === machineId.toLowerCase());
  };
}
