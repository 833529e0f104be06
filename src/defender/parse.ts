import type { Machine } from './machine.js';
import type { MachineAction } from './machine-action.js';

/**
 * Readers for Defender's answers. Tolerant on purpose: Microsoft adds and drops fields without notice, so all that a
 * Machine or a MachineAction must have is its `id`. Unknown enum values are kept as they came.
 */

type Fields = Readonly<Record<string, unknown>>;

/** The JSON value, or undefined where the text is none (an HTML page of a gateway, an empty body). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined where the value is not an object with an `id`. */
export function readMachine(value: unknown): Machine | undefined {
  if (!isFields(value)) return undefined;
  const id = text(value['id']);
  if (id === null) return undefined;
  return {
    id,
    computerDnsName: text(value['computerDnsName']),
    osPlatform: text(value['osPlatform']),
    version: text(value['version']),
    healthStatus: text(value['healthStatus']),
    lastSeen: text(value['lastSeen']),
    rbacGroupName: text(value['rbacGroupName']),
    riskScore: text(value['riskScore']),
    exposureLevel: text(value['exposureLevel']),
    deviceValue: text(value['deviceValue']),
    machineTags: texts(value['machineTags']),
    aadDeviceId: text(value['aadDeviceId']),
    lastIpAddress: text(value['lastIpAddress']),
    onboardingStatus: text(value['onboardingStatus']),
    mergedIntoMachineId: text(value['mergedIntoMachineId']),
  };
}

/** Undefined where the value is not an object with an `id`. */
export function readMachineAction(value: unknown): MachineAction | undefined {
  if (!isFields(value)) return undefined;
  const id = text(value['id']);
  if (id === null) return undefined;
  return {
    id,
    type: text(value['type']),
    status: text(value['status']),
    machineId: text(value['machineId']),
    computerDnsName: text(value['computerDnsName']),
    requestor: text(value['requestor']),
    requestorComment: text(value['requestorComment']),
    creationDateTimeUtc: text(value['creationDateTimeUtc']),
    lastUpdateDateTimeUtc: text(value['lastUpdateDateTimeUtc']) ?? text(value['lastUpdateTimeUtc']),
    cancellationRequestor: text(value['cancellationRequestor']),
    cancellationComment: text(value['cancellationComment']),
    errorHResult: typeof value['errorHResult'] === 'number' ? value['errorHResult'] : null,
  };
}

/**
 * The readable entries of `{ "value": [...] }`. Undefined where there is no such list: "could not read" must not
 * become "there are none".
 */
export function readList<T>(body: unknown, read: (value: unknown) => T | undefined): T[] | undefined {
  const values = isFields(body) ? body['value'] : undefined;
  if (!Array.isArray(values)) return undefined;
  return values.map(read).filter((entry) => entry !== undefined);
}

/** An empty string is as good as none: a blank name or id must never be shown or matched. */
function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text).filter((entry) => entry !== null) : [];
}
