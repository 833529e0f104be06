import type { ActionKind, DeviceRef } from '../command/model.js';
import type { Look } from './look.js';
import type { Machine } from './machine.js';
import type { MachineAction } from './machine-action.js';
import type { Call } from './throttle.js';

/** What Cordon asks of Defender. Every method may throw a `DefenderError`. */
export interface Defender {
  /** All machines that the reference matches; none is an empty list, several is normal (re-imaged devices). */
  findMachines(ref: DeviceRef): Promise<Machine[]>;
  /**
   * `POST /api/machines/{id}/restrictCodeExecution` or `…/unrestrictCodeExecution`. Never retried inside. `call` is one of
   * the operation's quota, and ended as soon as it is answered.
   */
  submit(kind: ActionKind, machineId: string, comment: string, call: Call): Promise<Submission>;
  /** `GET /api/machineactions/{id}`; undefined when Defender does not know it (yet). */
  getAction(id: string): Promise<MachineAction | undefined>;
  /** Begins a look at many actions, in as few calls as the API allows, of the part of the quota that polling may use. Asks nothing yet. */
  look(): Look;
  /** All restrict and release actions that have not ended, of whichever device and whoever asked for them. */
  listUnfinished(): Promise<MachineAction[]>;
  /**
   * `POST /api/machineactions/{id}/cancel`: asks that an unfinished action is not carried out, and gives the action as it is then.
   * Never retried inside; cancelling twice does no harm. `call` as in `submit`. Source: MicrosoftDocs/defender-docs `api/cancel-machine-action.md`.
   */
  cancelAction(id: string, comment: string, call: Call): Promise<MachineAction>;
  /** Actions of one machine and kind created at or after `since` (Unix ms), newest first. */
  listMachineActions(machineId: string, kind: ActionKind, since: number): Promise<MachineAction[]>;
}

/**
 * What came back from a submission. `created`: Defender has a new action. `already running`: the device has an
 * unfinished action of this kind; `action` is missing when the 400 named none and none could be found.
 */
export type Submission =
  | { readonly outcome: 'created'; readonly action: MachineAction }
  | { readonly outcome: 'already running'; readonly action: MachineAction | undefined };

/** The API operations, each with its own quota of 100 calls a minute and 1,500 an hour. */
export type Operation =
  | 'restrictCodeExecution'
  | 'unrestrictCodeExecution'
  | 'getMachine'
  | 'listMachines'
  | 'findMachinesByIp'
  | 'getMachineAction'
  | 'listMachineActions'
  | 'cancelMachineAction';
