import { isIP } from 'node:net';
import { ApiError, refusal } from './answer.js';
import type { Fields } from './filter.js';

/** A machine as the API prints it: every field that real answers have, the undocumented ones included. */
export interface StandInMachine {
  readonly id: string;
  readonly computerDnsName: string | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly osPlatform: string;
  readonly version: string | null;
  readonly osProcessor: string;
  readonly osArchitecture: string;
  readonly osBuild: number | null;
  readonly lastIpAddress: string | null;
  readonly lastExternalIpAddress: string | null;
  readonly healthStatus: string;
  readonly onboardingStatus: string;
  readonly deviceValue: string | null;
  readonly rbacGroupId: number;
  readonly rbacGroupName: string | null;
  readonly riskScore: string | null;
  readonly exposureLevel: string | null;
  readonly isAadJoined: boolean;
  readonly aadDeviceId: string | null;
  readonly machineTags: readonly string[];
  readonly mergedIntoMachineId: string | null;
  readonly isPotentialDuplication: boolean;
}

/** A Windows workstation that is online; `over` replaces fields. */
export function standInMachine(over: Partial<StandInMachine> & Pick<StandInMachine, 'id'>): StandInMachine {
  return {
    computerDnsName: `desktop-${over.id.slice(0, 7)}.contoso.com`,
    firstSeen: '2026-01-12T08:30:00.1234567Z',
    lastSeen: '2026-11-23T08:00:00.7654321Z',
    osPlatform: 'Windows11',
    version: '23H2',
    osProcessor: 'x64',
    osArchitecture: '64-bit',
    osBuild: 22631,
    lastIpAddress: '10.20.30.40',
    lastExternalIpAddress: '203.0.113.7',
    healthStatus: 'Active',
    onboardingStatus: 'Onboarded',
    deviceValue: 'Normal',
    rbacGroupId: 140,
    rbacGroupName: 'Workstations',
    riskScore: 'None',
    exposureLevel: 'Low',
    isAadJoined: true,
    aadDeviceId: null,
    machineTags: [],
    mergedIntoMachineId: null,
    isPotentialDuplication: false,
    ...over,
  };
}

/** `$filter` on machines: the list of the operation's page; `rbacGroupName` is not on it. */
export const machineFields: Fields = {
  id: 'string',
  computerDnsName: 'string',
  version: 'string',
  deviceValue: 'string',
  aadDeviceId: 'guid',
  lastSeen: 'datetime',
  exposureLevel: 'string',
  onboardingStatus: 'string',
  lastIpAddress: 'string',
  healthStatus: 'string',
  osPlatform: 'string',
  riskScore: 'string',
  rbacGroupId: 'number',
};

const monthMs = 30 * 24 * 3_600_000;
const seenWithinMs = 15 * 60_000;

/** The machines of the tenant. */
export class MachineList {
  readonly #machines = new Map<string, StandInMachine>();

  constructor(machines: readonly StandInMachine[]) {
    for (const machine of machines) this.#machines.set(machine.id, machine);
  }

  all(): StandInMachine[] {
    return [...this.#machines.values()];
  }

  get(id: string): StandInMachine {
    const machine = this.#machines.get(id);
    if (machine === undefined) throw refusal.machine(id);
    return machine;
  }

  /** By id or, as the page of "Get machine" says, by computer name; of several with that name, the first. */
  getByIdOrName(idOrName: string): StandInMachine {
    const byName = this.all().find(({ computerDnsName }) => computerDnsName === idOrName.toLowerCase());
    return this.#machines.get(idOrName) ?? byName ?? this.get(idOrName);
  }

  put(machine: StandInMachine): void {
    this.#machines.set(machine.id, machine);
  }

  isOnline(id: string): boolean {
    return this.#machines.get(id)?.healthStatus === 'Active';
  }

  /** Seen with this internal address within 15 minutes of `timestamp`. A machine that is online is seen all the time. */
  findByIp(ip: string, timestamp: number, now: number): StandInMachine[] {
    if (isIP(ip) === 0) throw new ApiError(400, 'InvalidIpAddress', `IP address '${ip}' is not valid`);
    if (Number.isNaN(timestamp)) throw new ApiError(400, 'InvalidInput', 'timestamp is not a valid date');
    if (timestamp < now - monthMs || timestamp > now + seenWithinMs) {
      throw new ApiError(400, 'InvalidInput', 'timestamp must be in the last 30 days');
    }
    return this.all().filter(
      (machine) =>
        machine.lastIpAddress === ip &&
        (machine.healthStatus === 'Active' || Math.abs(Date.parse(machine.lastSeen) - timestamp) <= seenWithinMs),
    );
  }
}
