import { isIP } from 'node:net';
import type { DeviceRef } from '../command/model.js';
import type { Operation } from './defender.js';
import type { DefenderError, DefenderErrorCode } from './errors.js';
import type { Machine } from './machine.js';
import { defenderError } from './map-error.js';
import { dateTime, filters, isGuid, query } from './odata.js';
import { readMachine } from './parse.js';
import { getList, getOne } from './read.js';
import type { Transport } from './transport.js';

/** The most that the API gives in one answer. Source: defender-docs `api/get-machines.md`. */
const pageLimit = 10_000;

/**
 * All machines that a reference matches. A full name is matched whole, and a short one against the whole first label:
 * `pc1` finds `pc1` and `pc1.contoso.com` but not `pc10`, and `pc1.contoso.com` never finds another domain's `pc1`.
 * Records that Defender has merged into another are left out while an unmerged one remains.
 */
export async function findMachines(transport: Transport, ref: DeviceRef, now: () => number): Promise<Machine[]> {
  return withoutMerged(await lookUp(transport, ref, now));
}

async function lookUp(transport: Transport, ref: DeviceRef, now: () => number): Promise<Machine[]> {
  switch (ref.by) {
    case 'deviceId':
      return byId(transport, ref.value);
    case 'name':
      return byName(transport, ref.value.toLowerCase());
    case 'entraId':
      if (!isGuid(ref.value)) throw badInput('InvalidInput', 'an Entra device id that is no GUID');
      return filtered(transport, filters.entraId(ref.value));
    case 'ip':
      return byIp(transport, ref.value, now);
  }
}

async function byId(transport: Transport, id: string): Promise<Machine[]> {
  const path = `/api/machines/${machineIdSegment(id, 'getMachine')}`;
  const machine = await getOne(transport, 'getMachine', path, readMachine);
  return machine === undefined ? [] : [machine];
}

async function byName(transport: Transport, name: string): Promise<Machine[]> {
  if (name.includes('.')) {
    return filtered(transport, filters.name(name));
  }
  const candidates = await filtered(transport, filters.nameStartsWith(name));
  if (candidates.length >= pageLimit) {
    throw defenderError('too_many_machines', 'listMachines', 'more machines than one answer holds', { taken: 'no' });
  }
  return candidates.filter((machine) => machine.computerDnsName?.toLowerCase().split('.')[0] === name);
}

/** First who has the address now (±15 minutes), else whose last known address it was. */
async function byIp(transport: Transport, ip: string, now: () => number): Promise<Machine[]> {
  if (isIP(ip) === 0) throw badInput('InvalidIpAddress', 'an address that is none');
  const address = encodeURIComponent(ip);
  const path = `/api/machines/findbyip(ip='${address}',timestamp=${dateTime(now())})`;
  const present = await getList(transport, 'findMachinesByIp', path, readMachine);
  if (present.length > 0) return present;
  return filtered(transport, filters.lastIp(ip));
}

function filtered(transport: Transport, filter: string): Promise<Machine[]> {
  return getList(transport, 'listMachines', `/api/machines${query(filter, pageLimit)}`, readMachine);
}

function withoutMerged(machines: Machine[]): Machine[] {
  const current = machines.filter((machine) => machine.mergedIntoMachineId === null);
  return current.length > 0 ? current : machines;
}

/** A machine id, safe in a path. Throws `DefenderError` code `InvalidInput` for anything but 40 hex digits. */
export function machineIdSegment(id: string, operation: Operation): string {
  if (!/^[0-9a-f]{40}$/i.test(id)) {
    throw defenderError('InvalidInput', operation, 'a machine id that is not 40 hex digits', { taken: 'no' });
  }
  return id.toLowerCase();
}

function badInput(code: DefenderErrorCode, what: string): DefenderError {
  return defenderError(code, 'listMachines', what, { taken: 'no' });
}
