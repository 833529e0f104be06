/**
 * Defender's Machine, with the wire's own names, reduced to what Cordon uses. Every field but `id` may be missing
 * from an answer; enums stay open strings, because Microsoft adds values.
 * Source: MicrosoftDocs/defender-docs `api/machine.md`.
 */
export interface Machine {
  readonly id: string;
  readonly computerDnsName: string | null;
  readonly osPlatform: string | null;
  readonly version: string | null;
  readonly healthStatus: string | null;
  /** ISO 8601. The last *full device report* (about daily), not the portal's "last seen". */
  readonly lastSeen: string | null;
  readonly rbacGroupName: string | null;
  readonly riskScore: string | null;
  readonly exposureLevel: string | null;
  readonly deviceValue: string | null;
  readonly machineTags: readonly string[];
  readonly aadDeviceId: string | null;
  readonly lastIpAddress: string | null;
  readonly onboardingStatus: string | null;
  readonly mergedIntoMachineId: string | null;
}

/** How a device is called in texts: its host name, else its id. */
export function machineName(machine: Pick<Machine, 'id' | 'computerDnsName'>): string {
  return machine.computerDnsName ?? machine.id;
}

/**
 * Whether Defender is known to have no app restriction for this system: only Windows 10 1709 and later, Windows 11 and
 * Windows Server 2019 and later have it (defender-docs `respond-machine-alerts.md`). Where it is not known, Defender decides.
 */
export function lacksAppRestriction(machine: Pick<Machine, 'osPlatform'>): boolean {
  return /^(mac|linux|ios|android|ubuntu|debian|redhat|centos|suse|fedora|windows(7|8|81|server2016|server2012r2|server2008r2)$)/i.test(
    machine.osPlatform ?? '',
  );
}

/** A machine of which nothing is known but its id. */
export function unknownMachine(id: string): Machine {
  return {
    id,
    computerDnsName: null,
    osPlatform: null,
    version: null,
    healthStatus: null,
    lastSeen: null,
    rbacGroupName: null,
    riskScore: null,
    exposureLevel: null,
    deviceValue: null,
    machineTags: [],
    aadDeviceId: null,
    lastIpAddress: null,
    onboardingStatus: null,
    mergedIntoMachineId: null,
  };
}
