import assert from 'node:assert/strict';
import { ConfigError, readConfig } from '../src/config.js';
import type { Machine } from '../src/defender/machine.js';
import type { Person } from '../src/people/person.js';

/** A machine as Defender describes it, for tests that need one; `over` replaces fields. */
export function machine(over: Partial<Machine> = {}): Machine {
  return {
    id: '1e5bc9d7e413ddd7902c2932e418702b84d0cc07',
    computerDnsName: 'mymachine1.contoso.com',
    osPlatform: 'Windows11',
    version: '23H2',
    healthStatus: 'Active',
    lastSeen: '2026-11-23T08:00:00Z',
    rbacGroupName: 'Workstations',
    riskScore: 'Medium',
    exposureLevel: 'Medium',
    deviceValue: 'Normal',
    machineTags: [],
    aadDeviceId: '80fe8ff8-2624-418e-9591-41f0491218f9',
    lastIpAddress: '10.1.2.3',
    onboardingStatus: 'Onboarded',
    mergedIntoMachineId: null,
    ...over,
  };
}

/** A member of the workspace `T0HOME`. */
export function person(user: string, over: Partial<Person> = {}): Person {
  return {
    id: `slack:T0HOME:${user}`,
    account: { platform: 'slack', tenant: 'T0HOME', user },
    name: user.toLowerCase(),
    standing: 'member',
    ...over,
  };
}

/** A member of the Entra tenant `t`, in Teams. */
export function teamsPerson(user: string, over: Partial<Person> = {}): Person {
  const account = { platform: 'teams', tenant: 't', user } as const;
  return { id: `entra:t:${user}`, account, name: user, standing: 'member', ...over };
}

/** What `readConfig` says against these settings, one problem a line; empty where they are good. */
export function configProblems(env: Readonly<Record<string, string | undefined>>): string {
  try {
    readConfig(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.join('\n');
  }
  return '';
}

/** The fewest settings with which Cordon starts; none of them is real. */
export const completeSettings = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_SIGNING_SECRET: 'secret',
  AZURE_TENANT_ID: '8c7e2d1a-1111-4222-8333-444455556666',
  AZURE_CLIENT_ID: 'client',
  AZURE_CLIENT_SECRET: 'secret',
};
