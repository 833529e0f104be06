import { finalStatus } from '../../src/defender/machine-action.js';
import { sandboxApp } from '../slack.js';
import {
  pageOperations,
  type CordonHealth,
  type DefenderState,
  type MachineState,
  type PageState,
  type SlackState,
  type TeamsState,
} from './model.js';
import type { PageParts } from './parts.js';

/** In ms: what a device takes with the page's switch on. */
export const slowPace = { pendingMs: 30_000, inProgressMs: 30_000 } as const;

/** What the page shows at this moment. */
export function pageState(parts: PageParts, cordon: CordonHealth): PageState {
  return { cordon, slack: slackState(parts), teams: teamsState(parts), defender: defenderState(parts) };
}

function slackState({ slack }: PageParts): SlackState {
  const { workspace } = slack;
  const users = workspace.users();
  const channels = workspace.channels();
  const messages = [
    ...channels.flatMap(({ id }) => slack.messages(id)),
    ...users.flatMap(({ id }) => slack.ephemerals(id)),
  ].sort((a, b) => Number(a.message.ts) - Number(b.message.ts));
  const { id, name } = workspace.team;
  return { team: { id, name }, bot: sandboxApp.botUser, users, channels, messages, views: slack.openViews() };
}

function teamsState({ teams }: PageParts): TeamsState {
  const conversations = teams.conversations();
  const messages = conversations.flatMap(({ id }) => teams.messages(id));
  return { tenantId: teams.tenantId, users: teams.users(), conversations, messages };
}

function defenderState({ defender }: PageParts): DefenderState {
  const actions = defender.actions();
  const restricted = new Set(defender.restrictedMachines());
  const machines = defender.machines().map((machine): MachineState => {
    const { id, computerDnsName, osPlatform, healthStatus, riskScore, lastIpAddress } = machine;
    const running = actions.find((action) => action.machineId === id && finalStatus(action) === undefined);
    return {
      ...{ id, computerDnsName, osPlatform, healthStatus, riskScore, lastIpAddress },
      restricted: restricted.has(id),
      running: running && { id: running.id, type: running.type, status: running.status },
    };
  });
  return {
    machines,
    actions,
    quota: pageOperations.map((operation) => ({ operation, windows: defender.quota(operation) })),
    faults: defender.faults().map(({ kind, operation }) => ({ kind, operation })),
    slow: defender.pace().pendingMs === slowPace.pendingMs,
  };
}
