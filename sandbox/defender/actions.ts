import { finalStatus, machineActionType } from '../../src/defender/machine-action.js';
import { ApiError, refusal } from './answer.js';
import type { Fields } from './filter.js';

export type ActionType = (typeof machineActionType)[keyof typeof machineActionType];
export type ActionStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'TimeOut' | 'Cancelled';

/** A MachineAction as the API prints it (field set of a live 201 body, MicrosoftDocs/microsoft-365-docs#12638). */
export interface StandInAction {
  readonly id: string;
  readonly type: ActionType;
  readonly title: null;
  readonly requestor: string;
  readonly requestorComment: string;
  readonly status: ActionStatus;
  readonly machineId: string;
  readonly computerDnsName: string | null;
  readonly creationDateTimeUtc: string;
  readonly lastUpdateDateTimeUtc: string;
  readonly cancellationRequestor: string | null;
  readonly cancellationComment: string | null;
  readonly cancellationDateTimeUtc: string | null;
  readonly errorHResult: number;
  readonly scope: null;
  readonly externalId: null;
  readonly requestSource: 'PublicApi';
  readonly relatedFileInfo: null;
  readonly commands: readonly [];
  readonly troubleshootInfo: null;
}

/** `$filter` on actions, as the operation's page lists it. */
export const actionFields: Fields = {
  id: 'string',
  status: 'string',
  machineId: 'string',
  type: 'string',
  requestor: 'string',
  creationDateTimeUtc: 'datetime',
};

/** How long an online machine takes, in ms: until it picks the action up, and from there until it is done. */
export interface Pace {
  readonly pendingMs: number;
  readonly inProgressMs: number;
}

interface Entry {
  readonly action: StandInAction;
  readonly pace: Pace;
  /** When an online machine could start on it; undefined while the machine is offline. */
  readonly startableAt: number | undefined;
  /** Reads do not find it before this time. */
  readonly listedAt: number;
}

const requestor = 'Cordon (sandbox app)';

/** The tenant's machine actions. A status is worked out from the elapsed time whenever somebody looks; there are no timers. */
export class ActionBook {
  readonly #entries = new Map<string, Entry>();
  #pace: Pace;

  constructor(
    pace: Pace,
    private readonly newId: () => string,
  ) {
    this.#pace = pace;
  }

  get pace(): Pace {
    return this.#pace;
  }

  /** Of the actions to come; one that exists keeps the pace it was created with. */
  setPace(pace: Pace): void {
    this.#pace = pace;
  }

  create(
    about: { type: ActionType; machineId: string; computerDnsName: string | null; comment: string },
    when: { now: number; online: boolean; listedAt: number },
  ): StandInAction {
    const at = wireTime(when.now);
    const action: StandInAction = {
      id: this.newId(),
      type: about.type,
      title: null,
      requestor,
      requestorComment: about.comment,
      status: 'Pending',
      machineId: about.machineId,
      computerDnsName: about.computerDnsName,
      creationDateTimeUtc: at,
      lastUpdateDateTimeUtc: at,
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
    };
    const startableAt = when.online ? when.now : undefined;
    this.#entries.set(action.id, { action, pace: this.#pace, startableAt, listedAt: when.listedAt });
    return action;
  }

  /** Newest first, as the API lists them; `visible` leaves out what reads do not find yet. */
  all(now: number, options: { visible: boolean } = { visible: false }): StandInAction[] {
    return [...this.#entries.values()]
      .filter(({ listedAt }) => !options.visible || listedAt <= now)
      .map((entry) => this.#settle(entry, now))
      .reverse();
  }

  /** Throws the 404 for an id that reads do not find, or do not find yet. */
  get(id: string, now: number): StandInAction {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.listedAt > now) throw refusal.action(id);
    return this.#settle(entry, now);
  }

  /** The unfinished action of this type on this machine. */
  running(machineId: string, type: ActionType, now: number): StandInAction | undefined {
    return this.all(now).find(
      (action) => action.machineId === machineId && action.type === type && finalStatus(action) === undefined,
    );
  }

  /** Ends the action in this status from now on (or holds it there), whatever the machine does. */
  setStatus(id: string, status: ActionStatus, now: number): StandInAction {
    return this.#change(id, now, { status, errorHResult: status === 'Failed' ? -2147024891 : 0 });
  }

  cancel(id: string, comment: string, now: number): StandInAction {
    const action = this.get(id, now);
    if (finalStatus(action) !== undefined) {
      throw new ApiError(400, 'BadRequest', `Machine action ${id} is already in a final state: ${action.status}`);
    }
    return this.#change(id, now, {
      status: 'Cancelled',
      cancellationRequestor: requestor,
      cancellationComment: comment,
      cancellationDateTimeUtc: wireTime(now),
    });
  }

  /** The machine went online or offline: what it had not picked up waits, or starts now. */
  machineIs(machineId: string, online: boolean, now: number): void {
    for (const entry of this.#entries.values()) {
      const action = this.#settle(entry, now);
      if (action.machineId !== machineId || action.status !== 'Pending') continue;
      this.#entries.set(action.id, { ...entry, action, startableAt: online ? now : undefined });
    }
  }

  /** Ids of the machines whose latest successful action is a restriction. */
  restrictedMachines(now: number): string[] {
    const succeeded = this.all(now)
      .reverse()
      .filter(({ status }) => status === 'Succeeded')
      .sort((a, b) => Date.parse(a.lastUpdateDateTimeUtc) - Date.parse(b.lastUpdateDateTimeUtc));
    const latest = new Map(succeeded.map(({ machineId, type }) => [machineId, type]));
    return [...latest].filter(([, type]) => type === machineActionType.restrict).map(([machineId]) => machineId);
  }

  #change(id: string, now: number, change: Partial<StandInAction>): StandInAction {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw refusal.action(id);
    const action = { ...this.#settle(entry, now), ...change, lastUpdateDateTimeUtc: wireTime(now) };
    this.#entries.set(id, { ...entry, action, startableAt: undefined });
    return action;
  }

  #settle({ action, pace, startableAt }: Entry, now: number): StandInAction {
    if (startableAt === undefined) return action;
    const startedAt = startableAt + pace.pendingMs;
    const doneAt = startedAt + pace.inProgressMs;
    if (now < startedAt) return action;
    if (now < doneAt) return { ...action, status: 'InProgress', lastUpdateDateTimeUtc: wireTime(startedAt) };
    return { ...action, status: 'Succeeded', lastUpdateDateTimeUtc: wireTime(doneAt) };
  }
}

/** The API prints seven fractional digits. */
export function wireTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '0000Z');
}
