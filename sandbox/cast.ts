import { standInMachine, type StandInMachine } from './defender.js';
import { sandboxApp, slackChannel, slackUser } from './slack.js';
import type { SlackChannel, SlackUser } from './slack/model.js';

/** The people, channels and devices of the sandbox. */

export const people: readonly SlackUser[] = [
  slackUser({ id: 'U0ALICE', name: 'alice', real_name: 'Alice Analyst' }),
  slackUser({ id: 'U0BOB', name: 'bob', real_name: 'Bob Lead' }),
  slackUser({ id: 'U0CAROL', name: 'carol', real_name: 'Carol Lead' }),
  slackUser({ id: 'U0DAVE', name: 'dave', real_name: 'Dave Developer' }),
  slackUser({ id: 'U0GUEST', name: 'gina', real_name: 'Gina Guest', is_restricted: true }),
  slackUser({ id: 'U0MALLORY', name: 'mallory', real_name: 'Mallory from elsewhere', team_id: 'T0OTHER' }),
];

export const channels: readonly SlackChannel[] = [
  slackChannel({ id: 'C0INC4711', name: 'inc-4711', members: [...people.map(({ id }) => id), sandboxApp.botUser] }),
  slackChannel({ id: 'C0APPROVE', name: 'soc-approvals', members: ['U0BOB', 'U0CAROL', sandboxApp.botUser] }),
  slackChannel({ id: 'G0PRIVATE', name: 'war-room', is_private: true, members: ['U0ALICE', 'U0BOB'] }),
];

export const devices: readonly StandInMachine[] = [
  standInMachine({
    id: '1e5bc9d7e413ddd7902c2932e418702b84d0cc07',
    computerDnsName: 'desktop-5o2hkn5.contoso.com',
    riskScore: 'High',
    aadDeviceId: '80fe8ff8-2624-418e-9591-41f0491218f9',
  }),
  standInMachine({
    id: 'a51519b4d5b2a2d8b8a4c8b3f35ff0a2f2d4f1aa',
    computerDnsName: 'laptop-sales-12.contoso.com',
    healthStatus: 'Inactive',
    lastSeen: '2026-11-19T16:42:00.0000000Z',
    lastIpAddress: '10.20.30.41',
  }),
  standInMachine({
    id: 'b7c1e04f9a5d4e6f8b0a1c2d3e4f5a6b7c8d9e0f',
    computerDnsName: 'kiosk.contoso.com',
    lastIpAddress: '10.20.30.42',
  }),
  standInMachine({
    id: 'c8d2f15a0b6e5f7a9c1b2d3e4f5a6b7c8d9e0f1a',
    computerDnsName: 'kiosk.contoso.com',
    healthStatus: 'Inactive',
    lastSeen: '2026-08-02T10:00:00.0000000Z',
    lastIpAddress: '10.20.30.43',
  }),
  standInMachine({
    id: 'd9e3a26b1c7f6a8b0d2c3e4f5a6b7c8d9e0f1a2b',
    computerDnsName: 'build-mac.contoso.com',
    osPlatform: 'macOS',
    version: '15',
    lastIpAddress: '10.20.30.44',
  }),
];

/** Alice, Bob and Carol may ask; Bob and Carol may approve each other's and Alice's requests. */
export const policy = `version: 1
groups:
  soc: [slack:T0HOME:U0ALICE, slack:T0HOME:U0BOB, slack:T0HOME:U0CAROL]
  soc-leads: [slack:T0HOME:U0BOB, slack:T0HOME:U0CAROL]
rules:
  - name: one lead approves
    actions: [restrict, release]
    requesters: [soc]
    approvers: [soc-leads]
    approvals: 1
    expires: 60m
    announce: [origin]
`;
