import type { ActionKind } from '../command/model.js';
import { messageOf } from '../errors.js';
import { actionIdSegment, createActionReader, createdAt } from './actions.js';
import type { Defender, Submission } from './defender.js';
import { DefenderError } from './errors.js';
import { finalStatus, type MachineAction } from './machine-action.js';
import { findMachines, machineIdSegment } from './machines.js';
import { defenderError } from './map-error.js';
import { submitOperation } from './operation.js';
import { readMachineAction } from './parse.js';
import type { Call } from './throttle.js';
import { createTransport, type TransportOptions } from './transport.js';

export type DefenderClientOptions = TransportOptions;

/** How far back an unfinished action is looked for; an offline device keeps one for days. */
const runningLookBackMs = 30 * 24 * 3_600_000;
/** Clocks that differ by less do not make an action older than the call that created it. */
const clockSlackMs = 2 * 60_000;
/** A shorter echo that ours begins with may well be another person's comment. */
const shortestCutEcho = 64;

/**
 * Defender for Endpoint over its REST API. Holds no queue and no quota: the gate and the caller do. What it guarantees
 * about the wire is said at `createTransport`.
 */
export function createDefenderClient(options: DefenderClientOptions): Defender {
  const { now, logger } = options;
  const transport = createTransport(options);
  const actions = createActionReader(transport);

  async function submit(kind: ActionKind, machineId: string, comment: string, call: Call): Promise<Submission> {
    const operation = submitOperation[kind];
    const path = `/api/machines/${machineIdSegment(machineId, operation)}/${operation}`;
    const sentAt = now();
    let body: unknown;
    try {
      body = await transport.post(operation, path, { Comment: comment }, call);
    } catch (thrown) {
      if (!(thrown instanceof DefenderError) || thrown.code !== 'ActiveRequestAlreadyExists') throw thrown;
      return { outcome: 'already running', action: await runningAction(kind, machineId) };
    }
    const action = readMachineAction(body);
    if (action === undefined) {
      throw defenderError('no_action_id', operation, 'a success without an action id', { taken: 'unknown' });
    }
    return { outcome: isOurs(action, comment, sentAt) ? 'created' : 'already running', action };
  }

  async function cancelAction(id: string, comment: string, call: Call): Promise<MachineAction> {
    const operation = 'cancelMachineAction';
    const path = `/api/machineactions/${actionIdSegment(id, operation)}/cancel`;
    const action = readMachineAction(await transport.post(operation, path, { Comment: comment }, call));
    if (action === undefined) {
      throw defenderError('no_action_id', operation, 'a success without an action', { taken: 'unknown' });
    }
    return action;
  }

  /** That the device has an unfinished action is known by now; failing to find it does not undo that. */
  async function runningAction(kind: ActionKind, machineId: string): Promise<MachineAction | undefined> {
    try {
      const recent = await actions.listOfMachine(machineId, kind, now() - runningLookBackMs);
      return recent.find((action) => finalStatus(action) === undefined);
    } catch (thrown) {
      logger.warn({ machineId, kind }, `The running action could not be looked up: ${messageOf(thrown)}`);
      return undefined;
    }
  }

  return {
    findMachines: (ref) => findMachines(transport, ref, now),
    submit,
    getAction: (id) => actions.get(id),
    look: actions.look,
    listUnfinished: () => actions.listUnfinished(),
    cancelAction,
    listMachineActions: (machineId, kind, since) => actions.listOfMachine(machineId, kind, since),
  };
}

/**
 * Whether this call created the action. Defender may answer with the device's pending action instead of a new one; that
 * one has somebody else's comment, or was there before the call. Source: defender-docs issues 5905 and 5906.
 */
function isOurs(action: MachineAction, comment: string, sentAt: number): boolean {
  const created = createdAt(action);
  return echoes(action.requestorComment, comment) && (created === undefined || created >= sentAt - clockSlackMs);
}

/** Blanks at the ends do not count, and a long enough beginning is an echo that Microsoft has cut. */
function echoes(echo: string | null, comment: string): boolean {
  if (echo === null) return true;
  const [got, sent] = [echo.trim(), comment.trim()];
  return got === sent || (got.length >= shortestCutEcho && sent.startsWith(got));
}
