import { standInMachine, type StandInMachine } from './defender.js';
import { sandboxApp, slackChannel, slackUser } from './slack.js';
import type { SlackChannel, SlackUser } from './slack/model.js';
import { sandboxTenantId } from './entra.js';
import type { TeamsConversation, TeamsUser } from './teams.js';

/** The people, channels and devices of the sandbox: the same humans in Slack and in Teams. */

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

const partnerTenantId = '2b6e9f40-7777-4888-9999-aaaabbbbcccc';

/** Object ids that can be told apart at a glance: `a11ce…` is Alice. */
export const objectIds = {
  alice: 'a11ce000-0000-4000-8000-000000000001',
  bob: 'b0b00000-0000-4000-8000-000000000002',
  carol: 'ca501000-0000-4000-8000-000000000003',
  dave: 'da4e0000-0000-4000-8000-000000000004',
  gina: '91a00000-0000-4000-8000-000000000005',
  mallory: '3a110000-0000-4000-8000-000000000006',
  erin: 'e5100000-0000-4000-8000-000000000007',
} as const;

function teamsUser(login: keyof typeof objectIds, name: string, over: Partial<TeamsUser> = {}): TeamsUser {
  return {
    id: `29:1${Buffer.from(`${login} in the sandbox's Teams`).toString('base64url')}`,
    aadObjectId: objectIds[login],
    tenantId: sandboxTenantId,
    name,
    email: `${login}@contoso.example`,
    userRole: 'user',
    ...over,
  };
}

/** Erin is in Teams alone. */
export const teamsPeople: readonly TeamsUser[] = [
  teamsUser('alice', 'Alice Analyst'),
  teamsUser('bob', 'Bob Lead'),
  teamsUser('carol', 'Carol Lead'),
  teamsUser('dave', 'Dave Developer'),
  teamsUser('gina', 'Gina Guest', { email: 'gina@fabrikam.example', userRole: 'guest' }),
  teamsUser('mallory', 'Mallory from elsewhere', { email: 'mallory@fabrikam.example', tenantId: partnerTenantId }),
  teamsUser('erin', 'Erin Engineer'),
];

const { mallory, ...insiders } = objectIds;
const team = { teamId: '19:Zk5ContosoSocTeamGeneral4711@thread.tacv2', teamName: 'Contoso SOC', installed: true };

/** Ids of the conversations, by what people call them. */
export const teamsIds = {
  general: team.teamId,
  incident: '19:a7c0inc4711f4e2b9d86c53e1f0a2b3c@thread.tacv2',
  approvals: '19:b8d1socapprovals0c97d64f2a1b3c4d@thread.tacv2',
  warRoom: '19:c9e2warroom1da8e75a3b2c4d5e6f7a8b@thread.v2',
} as const;

/** A team's members are those of its channels. Mallory is in the group chat, from another organisation. */
export const teamsConversations: readonly TeamsConversation[] = [
  { ...team, id: teamsIds.incident, type: 'channel', name: 'inc-4711', members: Object.values(insiders) },
  { ...team, id: teamsIds.approvals, type: 'channel', name: 'soc-approvals', members: Object.values(insiders) },
  {
    id: teamsIds.warRoom,
    type: 'groupChat',
    name: 'War room',
    members: [objectIds.alice, objectIds.bob, mallory],
    installed: true,
  },
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

const entra = (login: keyof typeof objectIds): string => `entra:${sandboxTenantId}:${objectIds[login]}`;

/**
 * The same people may ask and approve in Slack and in Teams, Erin besides, and every request is shown where it was asked and in the
 * approvals channels of both.
 */
export const bothPlatforms = `version: 1
groups:
  soc:
    - slack:T0HOME:U0ALICE
    - slack:T0HOME:U0BOB
    - slack:T0HOME:U0CAROL
    - ${entra('alice')}
    - ${entra('bob')}
    - ${entra('carol')}
    - ${entra('erin')}
  soc-leads:
    - slack:T0HOME:U0BOB
    - slack:T0HOME:U0CAROL
    - ${entra('bob')}
    - ${entra('carol')}
rules:
  - name: one lead approves
    actions: [restrict, release]
    requesters: [soc]
    approvers: [soc-leads]
    approvals: 1
    expires: 60m
    announce: [origin, "slack:C0APPROVE", "teams:${teamsIds.approvals}"]
`;

/**
 * As `bothPlatforms`, with Alice and Bob known to be the same people on both; Carol has to link her Slack account herself. The leads may
 * stop everything.
 */
export const sandboxPolicy = `${bothPlatforms}stop: [soc-leads]
owners: [soc-leads]
people:
  same:
    - [slack:T0HOME:U0ALICE, ${entra('alice')}]
    - [slack:T0HOME:U0BOB, ${entra('bob')}]
`;
