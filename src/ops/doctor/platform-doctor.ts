import type { SlackSettings } from '../../config.js';
import type { TeamsSettings } from '../../config/teams.js';
import type { Account, PlatformName, Profile } from '../../people/person.js';
import type { Addresses, MessageRef } from '../../platform.js';
import type { GroupSource } from '../../policy/groups.js';
import type { Policy } from '../../policy/policy.js';
import type { View } from '../../view/model.js';
import type { Check } from './check.js';

/** What a platform's adapter gives to the doctor. Nothing of it changes anything but `post`, and no connection for events is opened. */
export interface PlatformDoctor {
  readonly name: PlatformName;
  /** Of the settings and of the platform; without a policy, as much as can be said without. */
  checks(policy: Policy | undefined): readonly Check[];
  /** Who this account is, asked of the platform now. Throws a `PlatformError`: `gone` and `refused` where there is nobody. */
  lookUp(account: Account, policy: Policy): Promise<Profile>;
  readonly groups?: GroupSource;
  /** For `--send-samples` alone. Throws a `PlatformError`. */
  post(conversation: string, view: View): Promise<MessageRef>;
}

/** What the doctor gives to the adapters. */
export interface DoctorPorts {
  /** For one platform; notes on the way what time it says that it is. */
  readonly fetch: (platform: PlatformName) => typeof globalThis.fetch;
  /** Unix ms. */
  readonly now: () => number;
  /** What the adapters of a running Cordon remember; nothing where there is no database yet. */
  readonly addresses: (platform: PlatformName) => Pick<Addresses, 'find'>;
}

/** The chat platforms that are set up. Filled in by the composition root, which alone names adapters. */
export type PlatformDoctors = (
  settings: { readonly slack: SlackSettings | undefined; readonly teams: TeamsSettings | undefined },
  ports: DoctorPorts,
) => readonly PlatformDoctor[];
