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
