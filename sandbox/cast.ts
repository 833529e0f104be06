import { standInMachine, type StandInMachine } from './defender.js';
import { sandboxApp, slackChannel, slackUser } from './slack.js';
import type { SlackChannel, SlackUser } from './slack/model.js';
import type { TeamsConversation, TeamsUser } from './teams.js';

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

/** The Entra tenant of everybody but Mallory. */
export const tenantId = '8c7e2d1a-1111-4222-8333-444455556666';

function teamsUser(name: string, aadObjectId: string, over: Partial<TeamsUser> = {}): TeamsUser {
  const [first = name] = name.toLowerCase().split(' ');
  return {
    id: `29:1${first}`,
    aadObjectId,
    tenantId,
    name,
    email: `${first}@contoso.example`,
    userRole: 'user',
    ...over,
  };
}

/** The same people in Teams, and Erin, who is not in Slack. */
export const teamsPeople: readonly TeamsUser[] = [
  teamsUser('Alice Analyst', 'a11ce000-0000-4000-8000-000000000001'),
  teamsUser('Bob Lead', 'b0b00000-0000-4000-8000-000000000002'),
  teamsUser('Carol Lead', 'ca401000-0000-4000-8000-000000000003'),
  teamsUser('Dave Developer', 'da5e0000-0000-4000-8000-000000000004'),
  teamsUser('Erin Endpoint', 'e41a0000-0000-4000-8000-000000000005'),
  teamsUser('Gina Guest', '91aa0000-0000-4000-8000-000000000006', { userRole: 'guest' }),
  teamsUser('Mallory from elsewhere', '3a110000-0000-4000-8000-000000000007', {
    tenantId: 'ffffffff-9999-4999-8999-999999999999',
  }),
];

const everybody = teamsPeople.map(({ aadObjectId }) => aadObjectId);
const team = {
  teamId: '19:contosoSOCgeneral@thread.tacv2',
  teamName: 'Contoso SOC',
  type: 'channel',
  installed: true,
} as const;

export const teamsIncident = '19:4711c0ffee4711c0ffee4711c0ffee47@thread.tacv2';
export const teamsApprovals = '19:a99c0a1e5a99c0a1e5a99c0a1e5a99c0@thread.tacv2';

export const teamsConversations: readonly TeamsConversation[] = [
  { ...team, id: teamsIncident, name: 'inc-4711', members: everybody },
  { ...team, id: teamsApprovals, name: 'soc-approvals', members: everybody },
  {
    id: '19:aa4400fa44fa44fa44fa44fa44fa44fa@thread.v2',
    type: 'groupChat',
    name: 'War room',
    members: everybody,
    installed: true,
  },
];

function entra(name: string): string {
  const found = teamsPeople.find((user) => user.name.toLowerCase().startsWith(name));
  return `entra:${tenantId}:${found?.aadObjectId ?? ''}`;
}

/**
 * The same rule for people who are on both platforms. The card goes to the approvals channel in Teams as well; nobody's accounts are
 * linked yet.
 */
export const bothPlatforms = policy
  .replace('slack:T0HOME:U0ALICE, ', `slack:T0HOME:U0ALICE, ${entra('alice')}, ${entra('erin')}, `)
  .replaceAll('slack:T0HOME:U0CAROL]', `slack:T0HOME:U0CAROL, ${entra('bob')}, ${entra('carol')}]`)
  .replace('announce: [origin]', `announce: [origin, teams:${teamsApprovals}]`);
